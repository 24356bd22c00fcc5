import { answeringIn } from '#core/activation/edge-destinations/payloads.ts';
import type { DatastreamDefinition } from '#core/edge/definition.ts';
import { ECID } from '#core/edge/device.ts';
import type { ClaimField, CompiledDatastream, EdgeSettings } from '#core/edge/settings.ts';
import type { IdType } from '#core/identity/definition.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms, namespaceSettingsOf } from '#core/identity/normal-form.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { compileActivities } from '#core/personalisation/compile.ts';
import { identityDescriptors, namesOfProperty } from '#core/schema/descriptors.ts';
import { compileSegments } from '#core/segmentation/segment-set.ts';
import { type Catalog, catalogVersion } from './catalog.ts';
import {
  BUILT_IN_MERGE_POLICY,
  compileIdentitySettings,
  isPublished,
  linkingRulesOf,
  segmentOptions,
} from './compile-people.ts';
import { compileEdgeProjection } from './edge-projection.ts';
import { compileActivityPermissions } from './policies/activity-permissions.ts';
import { compileEdgeGovernance } from './policies/compile-edge-governance.ts';

/** A catalog made ready for the edge: what an answer within the request needs, and nothing of validating records. */
export interface CompiledEdge extends EdgeSettings {
  /** See {@link catalogVersion}. */
  readonly version: string;
}

/** Identities of these kinds are persons'. */
const PERSONS: ReadonlySet<IdType> = new Set(['CROSS_DEVICE', 'EMAIL', 'PHONE']);

/** @param catalog one that the loader accepted; it may have been JSON since */
export function compileEdge(catalog: Catalog): CompiledEdge {
  const { identitySettings, datastreams = [] } = catalog;
  const namespaces = namespaceRegistry(catalog.namespaces);
  const identities = compileIdentitySettings(identitySettings, namespaces);
  const mergePolicy = catalog.mergePolicies.find((policy) => policy.default) ?? BUILT_IN_MERGE_POLICY;
  const segments = catalog.segments.filter(
    (segment) => isPublished(segment) && (segment.mergePolicyId ?? mergePolicy.id) === mergePolicy.id,
  );
  const counting = new Set(
    catalog.datasets.flatMap(({ id, tags }) => (tags.unifiedProfile.includes('enabled:true') ? [id] : [])),
  );
  const needing = new Map(
    [...namespaces.values()].map((each) => [
      each.code,
      PERSONS.has(each.idType) || namespaceSettingsOf(each, identitySettings).needsProof,
    ]),
  );
  const normalForms = compileNormalForms(namespaces, identitySettings);
  const needsProof = (namespace: string): boolean => needing.get(namespace) ?? true;
  const profile = {
    links: linkingRulesOf(identities, namespaces),
    mergePolicy,
    isActiveDataset: (id: string): boolean => counting.has(id),
  };
  const compiled = compileSegments(segments, segmentOptions(catalog));
  return {
    version: catalogVersion(catalog),
    datastreams: new Map(datastreams.map((one) => [one.id, compileDatastream(one, catalog, needsProof)])),
    needsProof,
    rank: (namespace) => identities.rank(namespace),
    profile,
    projection: compileEdgeProjection(catalog, profile, compiled),
    segments: compiled,
    activities: compileActivities(catalog.activities ?? []),
    activityPermissions: compileActivityPermissions(catalog, normalForms),
    governance: compileEdgeGovernance(catalog, normalForms),
  };
}

function compileDatastream(
  definition: DatastreamDefinition,
  { datasets, schemas, edgeDestinations = [] }: Catalog,
  needsProof: EdgeSettings['needsProof'],
): CompiledDatastream {
  const { eventDataset, profileDataset, overrides, mapping } = definition;
  const claimFieldsOf = (id: string): readonly ClaimField[] => {
    const schemaId = datasets.find((dataset) => dataset.id === id)?.schemaRef.id;
    const schema = schemas.find(({ $id }) => $id === schemaId);
    if (!schema) throw new Error(`Datastream "${definition.id}" leads to the dataset "${id}", which has no schema`);
    return identityDescriptors(schema)
      .map((one) => ({ namespace: one['xdm:namespace'], path: namesOfProperty(one['xdm:sourceProperty']) }))
      .filter(({ namespace }) => namespace === ECID || needsProof(namespace));
  };
  const ids = [
    eventDataset,
    ...(profileDataset === undefined ? [] : [profileDataset]),
    ...(overrides?.eventDatasets ?? []),
  ];
  return {
    definition,
    destinations: answeringIn(definition.id, edgeDestinations),
    claimFields: new Map(ids.map((id) => [id, claimFieldsOf(id)])),
    mapData: mapping.length > 0 ? compileMapping(mapping).mapObject : undefined,
  };
}
