import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { identityDescriptors, isLookupSchema, primaryKeyOf } from '#core/schema/descriptors.ts';
import { type ValueType, valueTypes } from '#core/schema/value-types.ts';
import { pointerSteps } from '#core/util/pointer.ts';
import { convertRecord, EVENT_TIME } from './convert.ts';

/** How the records of a dataset become what its schema wants. */
export interface Conversion {
  /** What the schema says of every record's fields. */
  readonly types: ValueType | undefined;
  /** See {@link convertRecord}; gives back what it is given where the dataset does not want it. */
  convert<T>(entity: T): T;
  /**
   * Whether a record that is right by its schema may have something to convert: an identity whose type the schema does
   * not state. Otherwise only what is not right is looked at.
   */
  readonly isOfRightRecords: boolean;
}

/**
 * Compiles the conversion of a dataset from its schema, with what is known of every record: identities and keys are
 * text, an event has an id and a time.
 * @param byId the schemas of the catalog
 * @param wanted as the dataset says, `lossless` when it says nothing
 */
export function compileConversion(
  schema: SchemaDefinition,
  byId: ReadonlyMap<string, SchemaDefinition>,
  wanted: 'lossless' | 'none' = 'lossless',
): Conversion {
  const stated = valueTypes([schema], byId);
  if (wanted === 'none') return { types: stated, convert: (entity) => entity, isOfRightRecords: false };
  const texts = textPaths(schema);
  const types = valueTypes([...texts.map(schemaOfText), eventSchema(schema), schema], byId);
  return {
    types,
    convert: (entity) => convertRecord(entity, types),
    isOfRightRecords: texts.some((path) => !isStated(stated, path)),
  };
}

/** Any key of a map, and any item of a list. */
const ANY_KEY = '*';
const ANY_ITEM = '[]';

/** Where a record has identities and keys, which are text. */
function textPaths(schema: SchemaDefinition): readonly (readonly string[])[] {
  const key = isLookupSchema(schema) ? primaryKeyOf(schema) : undefined;
  if (key !== undefined) return [pointerSteps(key)];
  return [
    ...identityDescriptors(schema).map((descriptor) => pointerSteps(descriptor['xdm:sourceProperty'])),
    ['identityMap', ANY_KEY, ANY_ITEM, 'id'],
  ];
}

/** A schema that says nothing but that there is text at a path. */
function schemaOfText(path: readonly string[]): SchemaDefinition {
  const node = path.reduceRight<object>((below, step) => {
    if (step === ANY_ITEM) return { type: 'array', items: below };
    return step === ANY_KEY ? { additionalProperties: below } : { properties: { [step]: below } };
  }, TEXT);
  return { ...NOTHING, ...node };
}

const TEXT = { type: 'string' };
const NOTHING: SchemaDefinition = { $id: '', 'meta:class': '', type: 'object', properties: {}, descriptors: [] };

const eventSchema = (schema: SchemaDefinition): SchemaDefinition =>
  schema['meta:class'] === EXPERIENCE_EVENT_CLASS
    ? { ...NOTHING, properties: { _id: TEXT, timestamp: { ...TEXT, format: EVENT_TIME } } }
    : NOTHING;

/** Whether the schema itself says that there is text. */
function isStated(type: ValueType | undefined, path: readonly string[]): boolean {
  let here = type;
  for (const step of path) here = step === ANY_ITEM ? here?.items() : here?.child(step);
  return here?.scalar === 'string';
}
