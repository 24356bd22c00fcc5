import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { EdgeDestinationDefinition } from '#core/activation/edge-destinations/registry.ts';
import type { DatastreamDefinition } from '#core/edge/definition.ts';
import type { ConsentPolicyDefinition, LabelDefinition, PolicyDefinition } from '#core/governance/definition.ts';
import type { IdentitySettings, NamespaceDefinition } from '#core/identity/definition.ts';
import type { DatasetDefinition, SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { SchemaDefinition, SchemaPartDefinition } from '#core/schema/definition.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { EvaluationSettings } from '#core/segmentation/evaluation-settings.ts';

/** Everything users define, checked and complete; it survives JSON. */
export interface Catalog {
  /** The company's own; the standard ones are built in. */
  readonly namespaces: readonly NamespaceDefinition[];
  /** The built-in order of priority and no unique namespace, where there is none. */
  readonly identitySettings?: IdentitySettings;
  /** Native rules, where there are none. */
  readonly evaluationSettings?: EvaluationSettings;
  readonly schemas: readonly SchemaDefinition[];
  /** Field groups, classes and data types that stay by themselves; the others are in the schemas that use them. */
  readonly schemaParts?: readonly SchemaPartDefinition[];
  readonly datasets: readonly DatasetDefinition[];
  /** Nobody may send records over HTTP, where there are none. */
  readonly sourceConnections?: readonly SourceConnectionDefinition[];
  /** Nobody may call the edge, where there are none. */
  readonly datastreams?: readonly DatastreamDefinition[];
  readonly mergePolicies: readonly MergePolicyDefinition[];
  readonly segments: readonly SegmentDefinition[];
  readonly destinations: readonly DestinationDefinition[];
  /** Destinations that are part of answers to pages: nothing is routed to them. None, where they are left out. */
  readonly edgeDestinations?: readonly EdgeDestinationDefinition[];
  /** Nothing is shown on pages, where there are none. */
  readonly activities?: readonly ActivityDefinition[];
  /** Nothing is labelled, no policy is active, where these are left out. */
  readonly labels?: readonly LabelDefinition[];
  readonly policies?: readonly PolicyDefinition[];
  readonly consentPolicies?: readonly ConsentPolicyDefinition[];
}

const VERSION_LENGTH = 16;

/**
 * Whether under both everybody with the same memberships is routed alike: whatever else is defined otherwise has no part
 * in what destinations are told.
 */
export const routesAlike = (a: Catalog, b: Catalog): boolean => routingOf(a) === routingOf(b);

function routingOf(catalog: Catalog): string | undefined {
  const { schemas: _schemas, schemaParts: _parts, sourceConnections: _connections, ...known } = catalog;
  const { evaluationSettings: _rules, ...others } = known;
  const { activities: _activities, edgeDestinations: _answers, datastreams: _datastreams, segments, ...rest } = others;
  const seenApart = segments.flatMap(({ id, mergePolicyId }) =>
    mergePolicyId === undefined ? [] : [[id, mergePolicyId]],
  );
  return stringify([rest, seenApart]);
}

/** The same for the same definitions, whatever the order of their keys: the start of a SHA-256, in hexadecimal digits. */
export function catalogVersion(catalog: Catalog): string {
  return hash('sha256', stringify(catalog) ?? '').slice(0, VERSION_LENGTH);
}
