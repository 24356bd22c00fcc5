import { BLOCKED_BY_DEFAULT, type IdentitySettings, type NamespaceDefinition } from '#core/identity/definition.ts';
import type { LinkingRules } from '#core/identity/linking-rules.ts';
import { completePriority } from '#core/identity/namespaces.ts';
import type { CompiledIdentitySettings } from '#core/identity/settings.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { relationshipsOf } from '#core/schema/descriptors.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { SegmentOptions } from '#core/segmentation/segment-set.ts';
import type { Catalog } from './catalog.ts';
import { isInUnion } from './checks/union.ts';

/** How a catalog puts people together and evaluates them; all of it that the edge needs as well. */

/** aep.md §4.1 leaves profiles unmerged without a default; here there is one. */
export const BUILT_IN_MERGE_POLICY: MergePolicyDefinition = {
  id: 'built-in',
  name: 'Private graph, latest value wins',
  default: true,
  identityGraph: { type: 'pdg' },
  attributeMerge: { type: 'timestampOrdered' },
};

/** How segments of a catalog are planned, and what they may look up. */
export const segmentOptions = ({ schemas, datasets, evaluationSettings }: Catalog): SegmentOptions => ({
  ...evaluationSettings,
  relationships: relationshipsOf(schemas.filter((schema) => isInUnion(schema, datasets))),
});

/** Drafts and what was put away are kept in the catalog and not evaluated (aep.md §5.1). */
export const isPublished = (segment: SegmentDefinition): boolean => segment.lifecycleState === 'published';

/** Which namespaces are strong, unique or blocked. @param namespaces by code, the standard ones included */
export function compileIdentitySettings(
  settings: IdentitySettings | undefined,
  namespaces: ReadonlyMap<string, NamespaceDefinition>,
): CompiledIdentitySettings {
  const namespacePriority = completePriority(settings?.namespacePriority ?? [], namespaces);
  const ranks = new Map(namespacePriority.map((code, i) => [code, i + 1]));
  const unique = new Set(settings?.uniqueNamespaces);
  // A catalog that was applied before the setting existed has none.
  const blocked = new Set(settings?.blockedNamespaces ?? BLOCKED_BY_DEFAULT);
  return {
    namespacePriority: [...namespacePriority],
    uniqueNamespaces: [...unique],
    blockedNamespaces: [...blocked],
    ...(settings?.pseudonymousExpiration && { pseudonymousExpiration: settings.pseudonymousExpiration }),
    rank: (namespace) => ranks.get(namespace) ?? ranks.size + 1,
    isUnique: (namespace) => unique.has(namespace),
    isBlocked: (namespace) => blocked.has(namespace),
  };
}

/** Most identities in one graph (aep.md §3.3). */
const GRAPH_LIMIT = 50;

/** The rules by which identities are linked. @param namespaces by code, the standard ones included */
export const linkingRulesOf = (
  { rank, isUnique, isBlocked }: CompiledIdentitySettings,
  namespaces: ReadonlyMap<string, NamespaceDefinition>,
): LinkingRules => ({
  rank: (namespace) => rank(namespace),
  isUnique: (namespace) => isUnique(namespace),
  typeOf: (namespace) => namespaces.get(namespace)?.idType ?? 'CROSS_DEVICE',
  isBlocked: (namespace) => isBlocked(namespace),
  limit: GRAPH_LIMIT,
});
