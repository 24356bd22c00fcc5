import type { DatasetDefinition } from '#core/ingestion/definition.ts';
import { EXPERIENCE_EVENT_CLASS, PROFILE_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { relationshipsOf } from '#core/schema/descriptors.ts';
import { type FieldTree, fieldTree } from '#core/schema/field-tree.ts';
import type { Unions } from '#core/segmentation/pql/check/fields.ts';
import type { Catalog } from '../catalog.ts';
import type { Loaded, LoadedCatalog } from '../loaded.ts';

type SchemaClass = typeof PROFILE_CLASS | typeof EXPERIENCE_EVENT_CLASS;

/** Whether a tag of a dataset is on; both are unless they say otherwise (aep.md §1.6). */
export const isEnabled = (tag: readonly string[]): boolean => tag.includes('enabled:true');

/** Whether a schema is enabled for Profile: it says so itself (aep.md §1.1), or a dataset of it is. */
export const isInUnion = (schema: SchemaDefinition, datasets: readonly DatasetDefinition[]): boolean =>
  (schema['meta:immutableTags']?.includes('union') ?? false) ||
  datasets.some(({ tags, schemaRef }) => isEnabled(tags.unifiedProfile) && schemaRef.id === schema.$id);

/** The schemas that are enabled for Profile: those that say so, and those of datasets that are. */
export function profileSchemas(catalog: LoadedCatalog): readonly Loaded<SchemaDefinition>[] {
  const datasets = catalog.datasets.flatMap(({ definition }) => definition ?? []);
  const used = new Set(
    datasets.flatMap(({ tags, schemaRef }) => (isEnabled(tags.unifiedProfile) ? [schemaRef.id] : [])),
  );
  return catalog.schemas.filter(
    ({ id, definition }) => (id !== undefined && used.has(id)) || (definition && isInUnion(definition, datasets)),
  );
}

/** The schemas of a catalog that could be read, by their `$id`. */
export function schemasById(catalog: LoadedCatalog): ReadonlyMap<string, SchemaDefinition> {
  return new Map(catalog.schemas.flatMap(({ definition }) => (definition ? [[definition.$id, definition]] : [])));
}

/** What every record of a class has, whatever its schema lists. */
const BUILT_IN: Record<SchemaClass, SchemaDefinition> = {
  [EXPERIENCE_EVENT_CLASS]: {
    $id: 'built-in:experienceevent',
    'meta:class': EXPERIENCE_EVENT_CLASS,
    type: 'object',
    descriptors: [],
    properties: { _id: { type: 'string' }, timestamp: { type: 'string', format: 'date-time' } },
  },
  [PROFILE_CLASS]: {
    $id: 'built-in:profile',
    'meta:class': PROFILE_CLASS,
    type: 'object',
    descriptors: [],
    properties: {
      _id: { type: 'string' },
      // The platform's own: the identities of the graph, and the memberships.
      identityMap: { type: 'object', additionalProperties: { type: 'array', items: { type: 'object' } } },
      segmentMembership: { type: 'object' },
    },
  },
};

/** One schema, with what its class brings along. */
export function treeOfSchema(schema: SchemaDefinition, byId: ReadonlyMap<string, SchemaDefinition>): FieldTree {
  const ofClass = BUILT_IN[schema['meta:class'] as SchemaClass];
  return fieldTree(ofClass ? [schema, ofClass] : [schema], byId);
}

/**
 * The union schema of a class (aep.md §1.1).
 * @returns undefined when a schema of it could not be read: nothing can be said then about what is in it
 */
export function unionOf(catalog: LoadedCatalog, schemaClass: SchemaClass): FieldTree | undefined {
  const enabled = profileSchemas(catalog);
  const broken =
    catalog.datasets.some(({ definition }) => !definition) || enabled.some(({ definition }) => !definition);
  const members = enabled.flatMap(({ definition }) => definition ?? []);
  return broken ? undefined : unionOfSchemas(members, schemasById(catalog), schemaClass);
}

/** The trees of the lookup schemas that relationships of the union schemas lead to. */
export function lookupsOf(
  enabled: readonly SchemaDefinition[],
  byId: ReadonlyMap<string, SchemaDefinition>,
): NonNullable<Unions['lookups']> {
  return relationshipsOf(enabled).map((relationship) => {
    const schema = byId.get(relationship.entity);
    return { ...relationship, tree: schema ? treeOfSchema(schema, byId) : 'open' };
  });
}

/** The union schemas of a catalog that was accepted. */
export function unionsOf({ schemas, datasets }: Pick<Catalog, 'schemas' | 'datasets'>): Unions {
  const enabled = schemas.filter((schema) => isInUnion(schema, datasets));
  const byId = new Map(schemas.map((schema) => [schema.$id, schema]));
  return {
    profile: unionOfSchemas(enabled, byId, PROFILE_CLASS),
    event: unionOfSchemas(enabled, byId, EXPERIENCE_EVENT_CLASS),
    lookups: lookupsOf(enabled, byId),
  };
}

function unionOfSchemas(
  enabled: readonly SchemaDefinition[],
  byId: ReadonlyMap<string, SchemaDefinition>,
  schemaClass: SchemaClass,
): FieldTree | undefined {
  const members = enabled.filter((schema) => schema['meta:class'] === schemaClass);
  return members.length === 0 ? undefined : fieldTree([...members, BUILT_IN[schemaClass]], byId);
}
