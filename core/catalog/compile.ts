import { type LabelledFields, labelledFields } from '#core/access/labelled-fields.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { SharedSince } from '#core/activation/destinations/aam/first-use.ts';
import type { EdgeProjection } from '#core/edge/projection.ts';
import type { Governance } from '#core/governance/governance.ts';
import type { NamespaceDefinition } from '#core/identity/definition.ts';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms, type NormalForms, namespaceSettingsOf } from '#core/identity/normal-form.ts';
import type { CompiledIdentitySettings } from '#core/identity/settings.ts';
import { compileConversion } from '#core/ingestion/convert/compile.ts';
import { compileNullMarkers, withNullMarkers } from '#core/ingestion/convert/null-markers.ts';
import type { DatasetDefinition, SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { columnSettings } from '#core/ingestion/mapping/column-settings.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { compileRawConnections, type RawConnections } from '#core/ingestion/raw-records/connections.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import { NO_CSV_SETTINGS } from '#core/ingestion/text/csv-settings.ts';
import { type ActivitySet, compileActivities } from '#core/personalisation/compile.ts';
import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import type { ActivityPermissions } from '#core/personalisation/permissions.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { isLookupSchema, namesOfProperty, primaryKeyOf } from '#core/schema/descriptors.ts';
import { type FieldTree, lookUp } from '#core/schema/field-tree.ts';
import { compileIdentities } from '#core/schema/identities.ts';
import { compileIdentityFields } from '#core/schema/identity-fields.ts';
import { schemaCompiler } from '#core/schema/validator.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { compileSegments, type SegmentSet } from '#core/segmentation/segment-set.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { type Catalog, catalogVersion } from './catalog.ts';
import { treeOfSchema } from './checks/union.ts';
import {
  BUILT_IN_MERGE_POLICY,
  compileIdentitySettings,
  isPublished,
  linkingRulesOf,
  segmentOptions,
} from './compile-people.ts';
import { compileEdgeProjection } from './edge-projection.ts';
import { compileActivityPermissions } from './policies/activity-permissions.ts';
import { compileGovernance } from './policies/compile-governance.ts';

/** A catalog made ready for use, once; everything that reads records or profiles works from it. */
export interface CompiledCatalog {
  /** See {@link catalogVersion}. */
  readonly version: string;
  /** Epoch ms: since when it is active on its stage, where that is known; the same version may have been before. */
  readonly activeSince?: number;
  /** Epoch ms: since when those that were active route everybody alike, where that is known; see {@link routesAlike}. */
  readonly routedSince?: number | undefined;
  readonly datasets: ReadonlyMap<string, CompiledDataset>;
  readonly sourceConnections: ReadonlyMap<string, SourceConnectionDefinition>;
  /** Of these, those whose records are not in AEP's envelope. */
  readonly rawConnections: RawConnections;
  /** By code; the standard ones included. */
  readonly namespaces: ReadonlyMap<string, NamespaceDefinition>;
  readonly identitySettings: CompiledIdentitySettings;
  /** How the values of each namespace are compared; by code. */
  readonly normalForms: NormalForms;
  /** Namespaces of which destinations are told one value of a person, the newest. */
  readonly newestOnly: ReadonlySet<string>;
  /** The default merge policy. */
  readonly mergePolicy: MergePolicyDefinition;
  /** By id; the default one included. */
  readonly mergePolicies: ReadonlyMap<string, MergePolicyDefinition>;
  /** Those that are published. */
  readonly segments: SegmentSet;
  /** The same, apart by the merge policy under which they see people; by its id. */
  readonly segmentsByMergePolicy: ReadonlyMap<string, SegmentSet>;
  readonly segmentDefinitions: ReadonlyMap<string, SegmentDefinition>;
  readonly destinations: ReadonlyMap<string, DestinationDefinition>;
  /** Those that are published. */
  readonly activities: ActivitySet;
  /** All of them, as they are written; by id. */
  readonly activityDefinitions: ReadonlyMap<string, ActivityDefinition>;
  /** What of profiles is copied for the edge; undefined where nobody calls it. */
  readonly edgeProjection: EdgeProjection | undefined;
  /** What policies say of their audiences; undefined where they say nothing. */
  readonly activityPermissions: ActivityPermissions | undefined;
  /** Since when pairs of destination and segment are shared; empty where that is of no matter. */
  readonly sharedSince: SharedSince;
  /** The labels of fields, of all datasets and schemas. */
  readonly labelledFields: LabelledFields;
  /** What policies and consents keep from destinations; undefined where there are none. */
  readonly governance: Governance | undefined;
}

const NO_IDENTITIES = { identities: [], rewritten: [], omitted: [], rejections: [] };

/**
 * @param catalog one that the loader accepted; it may have been JSON since
 * @param sharedSince of the stage on which it is active; nothing has to wait where it is omitted
 * @throws Error when it is not such a catalog
 */
export function compileCatalog(catalog: Catalog, sharedSince: SharedSince = {}): CompiledCatalog {
  const namespaces = namespaceRegistry(catalog.namespaces);
  const normalForms = compileNormalForms(namespaces, catalog.identitySettings);
  const schemas = new Map(catalog.schemas.map((schema) => [schema.$id, schema]));
  const validatorOf = schemaCompiler(catalog.schemas);
  const segments = catalog.segments.filter(isPublished);
  const all = compileSegments(segments, segmentOptions(catalog));
  const mergePolicy = catalog.mergePolicies.find((policy) => policy.default) ?? BUILT_IN_MERGE_POLICY;
  const datasets = new Map(
    catalog.datasets.map((dataset) => [dataset.id, compileDataset(dataset, schemas, normalForms, validatorOf)]),
  );
  const identitySettings = compileIdentitySettings(catalog.identitySettings, namespaces);
  const byPolicy = underPolicies(segments, mergePolicy.id, all, catalog);
  const seen = {
    links: linkingRulesOf(identitySettings, namespaces),
    mergePolicy,
    isActiveDataset: (id: string): boolean => datasets.get(id)?.profileEnabled ?? false,
  };
  return {
    version: catalogVersion(catalog),
    labelledFields: labelledFields(catalog.labels ?? []),
    datasets,
    sourceConnections: new Map(catalog.sourceConnections?.map((connection) => [connection.id, connection])),
    rawConnections: compileRawConnections(catalog.sourceConnections ?? []),
    namespaces,
    identitySettings,
    normalForms,
    newestOnly: new Set(
      [...namespaces.values()]
        .filter((each) => namespaceSettingsOf(each, catalog.identitySettings).activate === 'newest')
        .map(({ code }) => code),
    ),
    mergePolicy,
    mergePolicies: new Map([mergePolicy, ...catalog.mergePolicies].map((policy) => [policy.id, policy])),
    segments: all,
    segmentsByMergePolicy: byPolicy,
    segmentDefinitions: new Map(segments.map((segment) => [segment.id, segment])),
    destinations: new Map(catalog.destinations.map((destination) => [destination.id, destination])),
    activities: compileActivities(catalog.activities ?? []),
    activityDefinitions: new Map(catalog.activities?.map((activity) => [activity.id, activity])),
    edgeProjection: compileEdgeProjection(catalog, seen, byPolicy.get(mergePolicy.id) ?? compileSegments([])),
    activityPermissions: compileActivityPermissions(catalog, normalForms),
    sharedSince,
    governance: compileGovernance(catalog, normalForms),
  };
}

/** Segments by their merge policy; where all have the default one, they are one set. */
function underPolicies(
  segments: readonly SegmentDefinition[],
  standard: string,
  all: SegmentSet,
  catalog: Catalog,
): ReadonlyMap<string, SegmentSet> {
  const groups = Map.groupBy(segments, ({ mergePolicyId }) => mergePolicyId ?? standard);
  if ([...groups.keys()].every((id) => id === standard)) return new Map([[standard, all]]);
  return new Map([...groups].map(([id, own]) => [id, compileSegments(own, segmentOptions(catalog))]));
}

/** Whether a dotted path is a field that a schema names; the schema is only looked at when somebody asks. */
function fieldsOf(schema: SchemaDefinition, byId: ReadonlyMap<string, SchemaDefinition>): (path: string) => boolean {
  let tree: FieldTree | undefined;
  return (path) => {
    tree ??= treeOfSchema(schema, byId);
    const found = lookUp(tree, path.split('.'));
    return found.known && found.tree !== 'open' && !found.inList;
  };
}

/** What the fields of a schema hold, where it is no text; the schema is only looked at when somebody asks. */
function kindsOf(
  schema: SchemaDefinition,
  byId: ReadonlyMap<string, SchemaDefinition>,
): CompiledDataset['files']['columns']['kindOf'] {
  let tree: FieldTree | undefined;
  return (path) => {
    tree ??= treeOfSchema(schema, byId);
    const found = lookUp(tree, path.split('.'));
    if (!found.known || found.tree === 'open') return undefined;
    const { types } = found.tree;
    if (types.has('string')) return undefined;
    return types.has('number') || types.has('integer') ? 'number' : types.has('boolean') ? 'boolean' : undefined;
  };
}

function compileDataset(
  definition: DatasetDefinition,
  schemas: ReadonlyMap<string, SchemaDefinition>,
  normalForms: NormalForms,
  validatorOf: ReturnType<typeof schemaCompiler>,
): CompiledDataset {
  const schema = schemas.get(definition.schemaRef.id);
  if (!schema)
    throw new Error(
      `Dataset "${definition.id}" names the schema ${definition.schemaRef.id}, which the catalog does not have`,
    );
  const isField = fieldsOf(schema, schemas);
  const pointer = isLookupSchema(schema) ? primaryKeyOf(schema) : undefined;
  const nullMarkers = compileNullMarkers(definition.nulls);
  const mapping = compileMapping(definition.mapping ?? [], {
    isField,
    emptyCells: definition.emptyCells ?? 'absent',
  });
  return {
    id: definition.id,
    definition,
    schemaId: schema.$id,
    behaviour: schema['meta:class'] === EXPERIENCE_EVENT_CLASS ? 'event' : 'record',
    ...(pointer !== undefined && { lookup: { entity: schema.$id, pointer, path: namesOfProperty(pointer) } }),
    profileEnabled: definition.tags.unifiedProfile.includes('enabled:true'),
    identityEnabled: definition.tags.unifiedIdentity.includes('enabled:true'),
    isUpsert: definition.tags.unifiedProfile.includes('isUpsert:true'),
    isAmendable: definition.onConflict === 'latest',
    eventsKeptFor: definition.eventExpirationDays === undefined ? undefined : definition.eventExpirationDays * DAY_MS,
    validate: validatorOf(schema),
    conversion: compileConversion(schema, schemas, definition.conversion),
    nullMarkers,
    // What is no person and no event names nobody.
    identitiesOf: pointer === undefined ? compileIdentities(schema, normalForms) : () => NO_IDENTITIES,
    identityFields: compileIdentityFields(schema, (part) => compileIdentities(part, normalForms)),
    files: {
      format: definition.fileFormat,
      csv: definition.csv ?? NO_CSV_SETTINGS,
      columns: columnSettings(definition.mapping ?? [], { isField, kindOf: kindsOf(schema, schemas) }),
    },
    ...withNullMarkers(mapping, nullMarkers),
  };
}
