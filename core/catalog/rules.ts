import type { AccessRules } from '#core/access/access.ts';
import { releases } from '#core/activation/aam/first-use.ts';
import { activationVersion } from '#core/activation/activation-version.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { isProfileDestination, typeOf } from '#core/activation/registry.ts';
import type { RouteRules } from '#core/activation/route.ts';
import type { LinkRules } from '#core/identity/link-rules.ts';
import { findNamespace } from '#core/identity/namespaces.ts';
import type { EvaluationJobSettings } from '#core/jobs/evaluate-slice.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { ExpiryRules } from '#core/profile/expiry/rules.ts';
import type { FoldRules } from '#core/profile/fold-settings.ts';
import type { ProfileRules } from '#core/profile/profiles.ts';
import { pick } from '#core/record/field-path.ts';
import type { ReportSettings } from '#core/report/report.ts';
import type { RevertSettings } from '#core/revert/settings.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { EvaluationRules } from '#core/segmentation/evaluate-item.ts';
import { compileSegments } from '#core/segmentation/segment-set.ts';
import type { CompiledCatalog } from './compile.ts';

/** What each stage needs to know from the catalog. */
export interface StageRules {
  readonly fold: FoldRules;
  readonly evaluation: EvaluationRules;
  readonly route: RouteRules;
  readonly access: AccessRules;
  readonly expiry: ExpiryRules;
  readonly evaluationJob: EvaluationJobSettings;
  readonly report: ReportSettings;
  readonly revert: RevertSettings;
}

const NO_SEGMENTS = compileSegments([]);

/** Most identities in one graph (aep.md §3.3). */
const GRAPH_LIMIT = 50;

const known = new WeakMap<CompiledCatalog, StageRules>();

/** The rules of all stages under one version of the catalog; made once for each. */
export function stageRules(catalog: CompiledCatalog): StageRules {
  const rules = known.get(catalog) ?? rulesOf(catalog);
  known.set(catalog, rules);
  return rules;
}

/** How people are put together for a segment: under its own merge policy, whether it is published or not. */
export function rulesForSegment(catalog: CompiledCatalog, { mergePolicyId }: SegmentDefinition): ProfileRules {
  const { links, mergePolicy } = stageRules(catalog).evaluation;
  const own = mergePolicyId === undefined ? undefined : catalog.mergePolicies.get(mergePolicyId);
  return { links, mergePolicy: own ?? mergePolicy };
}

function rulesOf(catalog: CompiledCatalog): StageRules {
  const links: LinkRules = {
    rank: (namespace) => catalog.identitySettings.rank(namespace),
    isUnique: (namespace) => catalog.identitySettings.isUnique(namespace),
    typeOf: (namespace) => catalog.namespaces.get(namespace)?.idType ?? 'CROSS_DEVICE',
    isBlocked: (namespace) => catalog.identitySettings.isBlocked(namespace),
    limit: GRAPH_LIMIT,
  };
  const { mergePolicy, segments, destinations, sharedSince, governance } = catalog;
  const mapped = [...new Set([...destinations.values()].flatMap(toldWhenUpdated))];
  const expiryOf = (id: string, time: number): number | undefined => {
    const keptFor = catalog.datasets.get(id)?.eventsKeptFor;
    return keptFor === undefined ? undefined : time + keptFor;
  };
  const activations = activationVersion(destinations.values());
  const under = (policy: MergePolicyDefinition): EvaluationRules => ({
    links,
    mergePolicy: policy,
    segments: catalog.segmentsUnder.get(policy.id) ?? NO_SEGMENTS,
    mappedAttributes: ({ view }) => [
      pick(view, mapped),
      activations,
      ...(governance ? [governance.fingerprint, view.consents] : []),
    ],
    releases: (realized, releasedAt, now) => releases(destinations.values(), sharedSince, realized, releasedAt, now),
  });
  const others = [...catalog.mergePolicies.values()].filter(
    ({ id }) => id !== mergePolicy.id && catalog.segmentsUnder.has(id),
  );
  const policies = [mergePolicy, ...others].map((policy) => ({
    mergePolicy: policy,
    segments: new Set(catalog.segmentsUnder.get(policy.id)?.ids),
  }));
  const fold: FoldRules = {
    links,
    isProfileEnabled: (id) => catalog.datasets.get(id)?.profileEnabled ?? false,
    isIdentityEnabled: (id) => catalog.datasets.get(id)?.identityEnabled ?? false,
    projectEvent: (entity) => segments.projectEvent(entity),
    retainEvents: (events) => segments.retain(events),
    projection: segments.fingerprint,
    expiryOf,
    keepsActivity: catalog.identitySettings.pseudonymousExpiration !== undefined,
  };
  const { pseudonymousExpiration } = catalog.identitySettings;
  const evaluation: EvaluationRules = { ...under(mergePolicy), others: others.map(under) };
  const route: RouteRules = { links, mergePolicy, destinations, sharedSince, governance, policies };
  const expiry: ExpiryRules = {
    links,
    mergePolicy,
    fold,
    eventDays: Object.fromEntries(
      [...catalog.datasets.values()].flatMap(({ id, definition: { eventExpirationDays: days } }) =>
        days === undefined ? [] : [[id, days]],
      ),
    ),
    ...(pseudonymousExpiration && {
      pseudonymous: { ...pseudonymousExpiration, namespaces: new Set(pseudonymousExpiration.namespaces) },
    }),
  };
  return {
    fold,
    evaluation,
    route,
    access: {
      links,
      mergePolicy,
      policies,
      policyOf: (id) => catalog.mergePolicies.get(id),
      namespaceOf: (text) => findNamespace(text, catalog.namespaces)?.code,
      expiryOf,
    },
    expiry,
    evaluationJob: { version: catalog.version, segments, fold, evaluation },
    report: { segments, destinations, governance, fold, evaluation, route },
    revert: { datasets: catalog.datasets, fold, expiry },
  };
}

/** Paths of the attributes whose change a destination hears about. */
function toldWhenUpdated(destination: DestinationDefinition): readonly string[] {
  if (!isProfileDestination(destination)) return [];
  const type = typeOf(destination);
  return type.tellsUpdates(destination) ? type.attributes(destination) : [];
}
