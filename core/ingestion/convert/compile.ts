import type { Rejection } from '#core/record/record.ts';
import { EXPERIENCE_EVENT_CLASS, type SchemaDefinition } from '#core/schema/definition.ts';
import { identityDescriptors, isLookupSchema, primaryKeyOf } from '#core/schema/descriptors.ts';
import { type ValueType, valueTypes } from '#core/schema/value-types.ts';
import { pointerSteps } from '#core/util/pointer.ts';
import { convertRecord, EVENT_TIME } from './convert.ts';
import { EPOCH_EXPECTED } from './instants.ts';

/** How the records of a dataset become what its schema wants. */
export interface Conversion {
  /** What the schema says of every record's fields. */
  readonly types: ValueType | undefined;
  /** See {@link convertRecord}; gives back what it is given where the dataset does not want it. */
  convert<T>(entity: T): T;
  /**
   * Whether a record has something to convert that its schema has nothing against: an identity that is no text and whose
   * type the schema does not state. All else that is converted is not right before.
   */
  hasOtherIdentity(entity: unknown): boolean;
  /** What is against a record, with what an instant may be where a number is none. */
  explain(rejections: readonly Rejection[]): readonly Rejection[];
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
  if (wanted === 'none') return { types: stated, convert: asItIs, hasOtherIdentity: () => false, explain: asItIs };
  const texts = textPaths(schema);
  const types = valueTypes([...texts.map(schemaOfText), eventSchema(schema), schema], byId);
  return {
    types,
    convert: (entity) => convertRecord(entity, types),
    explain: (rejections) =>
      rejections.map((rejection) => (isNoInstant(rejection, types) ? noInstant(rejection) : rejection)),
    hasOtherIdentity: compileOthers(texts.filter((path) => !isStated(stated, path))),
  };
}

const asItIs = <T>(value: T): T => value;

function isNoInstant({ code, pointer, found }: Rejection, types: ValueType | undefined): boolean {
  if (code !== 'schema-violation' || pointer === undefined || found !== 'number') return false;
  let here = types;
  for (const step of pointerSteps(pointer)) here = here?.child(step) ?? here?.items();
  return here?.format === 'date-time' || here?.format === EVENT_TIME;
}

const noInstant = (rejection: Rejection): Rejection => {
  const expected = `an instant such as 2026-01-31T12:00:00Z, ${EPOCH_EXPECTED}`;
  return { ...rejection, message: `Expected ${expected}`, expected };
};

function compileOthers(paths: readonly (readonly string[])[]): Conversion['hasOtherIdentity'] {
  return (entity) => {
    for (const path of paths) if (hasOther(entity, path, 0)) return true;
    return false;
  };
}

/** Whether anything at a path is neither text nor absent. */
function hasOther(value: unknown, path: readonly string[], at: number): boolean {
  if (at === path.length) return typeof value === 'number' || typeof value === 'boolean';
  if (typeof value !== 'object' || value === null) return false;
  const step = path[at]!;
  if (step === ANY_ITEM || step === ANY_KEY) return hasOtherInside(value, path, at + 1);
  return Object.hasOwn(value, step) && hasOther((value as Readonly<Record<string, unknown>>)[step], path, at + 1);
}

function hasOtherInside(value: object, path: readonly string[], at: number): boolean {
  for (const key in value) if (hasOther((value as Readonly<Record<string, unknown>>)[key], path, at)) return true;
  return false;
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
