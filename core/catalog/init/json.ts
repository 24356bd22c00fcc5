import { namespaceCode } from '#core/identity/definition.ts';
import { STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';
import { isObject } from '#core/util/is-object.ts';
import { pointerTo } from '#core/util/pointer.ts';
import { valueAtKeys } from '#core/util/value-at-keys.ts';
import { columnType } from './column-type.ts';
import type { Guess, GuessedField, InitOptions } from './guess.ts';
import { type Candidate, type FoundIdentities, findIdentities } from './identities.ts';
import { propertiesOf, type Shape, schemaOfShape, shapeOf, textFields } from './json-shape.ts';
import { idKindOf, isEventTimeName, isEventTypeName } from './names.ts';
import type { Sample } from './sample.ts';

/** Text fields that are looked at as identities; a person has few. */
const MAX_CANDIDATES = 500;
/** Written by the platform, or of one shape for everybody. */
const NOT_LISTED = new Set(['segmentMembership', 'identityMap']);

/**
 * What records of JSON are likely to be. There is no mapping for them: each is taken as it is, so its fields stay where
 * they are, and it is an event only if it has `_id` and `timestamp`.
 */
export function guessJson({ records }: Pick<Sample, 'records'>, options: InitOptions): Guess {
  const values = records.flatMap((record) => (!record.rejection && isObject(record.value) ? [record.value] : []));
  const shape = shapeOf(values);
  const kind = options.kind ?? (values.length > 0 && values.every(isEvent) ? 'event' : 'record');
  const hasIdentityMap = shape.fields.has('identityMap') && options.identity === undefined;
  const candidates = candidatesIn(shape, values, options);
  const found = findIdentities(candidates, { ...options, kind, taken: new Set(), wanted: options.identity });
  const identities = hasIdentityMap ? { identities: [], notes: [] } : found;
  const { own, notes } = namespacesIn(shape);
  return {
    kind,
    fields: fieldsOf(shape, identities),
    constants: [],
    identities: identities.identities,
    hasIdentityMap,
    ownNamespaces: own,
    shownNamespace:
      identities.identities[0]?.namespace ??
      [...(shape.fields.get('identityMap')?.fields.keys() ?? [])].find(
        (code) => STANDARD.has(code) || own.includes(code),
      ),
    properties: propertiesFor(shape, kind, hasIdentityMap || shape.fields.has('identityMap')),
    notes: [...identities.notes, ...notes, ...notesOn(shape, values, kind, identities)],
  };
}

const isEvent = ({ _id: id, timestamp }: Readonly<Record<string, unknown>>): boolean =>
  typeof id === 'string' && id !== '' && typeof timestamp === 'string' && isInstant(timestamp);

/** As JSON Schema's date-time has it. */
const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));

function candidatesIn(shape: Shape, values: readonly object[], options: InitOptions): Candidate[] {
  return textFields(shape)
    .filter(([top, ...inside]) => !NOT_LISTED.has(top!) && !(top === '_id' && inside.length > 0))
    .slice(0, MAX_CANDIDATES)
    .map((path): Candidate => {
      const own = values.map((value) => textAt(value, path));
      const name = nameOf(path);
      const type = columnType(
        name,
        own.filter((text) => text !== ''),
        options,
      );
      return { source: pointerTo(path), name, values: own, ...(type.isEmail && { is: 'email' }) };
    });
}

function textAt(value: object, path: readonly string[]): string {
  const text = valueAtKeys(value, path);
  return typeof text === 'string' ? text.trim() : '';
}

/** `customer.id` is the id of a customer; of longer paths the last two names say it. */
function nameOf(path: readonly string[]): string {
  const last = path.at(-1)!;
  const isBare = /^_?(?:id|uuid|guid|key|number|value|code|address)$/i.test(last);
  return isBare && path.length > 1 ? `${path.at(-2)!}_${last}` : last;
}

function propertiesFor(shape: Shape, kind: Guess['kind'], hasMap: boolean): Record<string, unknown> {
  const properties = propertiesOf(shape);
  for (const name of NOT_LISTED) delete properties[name];
  if (hasMap)
    properties.identityMap = { type: 'object', additionalProperties: { type: 'array', items: { type: 'object' } } };
  if (kind === 'event') {
    properties._id = { type: 'string', minLength: 1 };
    properties.timestamp = { type: 'string', format: 'date-time' };
  } else if (schemaType(shape.fields.get('_id')) !== 'string') delete properties._id;
  return properties;
}

const schemaType = (shape: Shape | undefined): unknown => shape && schemaOfShape(shape).type;

/** The fields at the top, and the identities wherever they are. */
function fieldsOf(shape: Shape, { identities }: FoundIdentities): GuessedField[] {
  const top = [...shape.fields].map(([name, inside]): GuessedField => {
    const schema = schemaOfShape(inside);
    const reason = KNOWN.get(name) ?? describe(inside);
    return { source: pointerTo([name]), destination: name, rule: {}, schema, reason };
  });
  const known = new Map(identities.map((identity) => [identity.source, identity]));
  const named = top.map((field) => {
    const identity = known.get(field.source);
    known.delete(field.source);
    return identity ? { ...field, reason: `${identity.namespace}: ${identity.reason}` } : field;
  });
  const deeper = [...known.values()].map(({ source, namespace, reason }): GuessedField => {
    const destination = source.slice(1).replaceAll('/', '.');
    return { source, destination, rule: {}, schema: { type: 'string' }, reason: `${namespace}: ${reason}` };
  });
  return [...named, ...deeper];
}

/** Fields that mean the same in every record. */
const KNOWN = new Map(
  Object.entries({
    identityMap: 'the identities of each record, by namespace',
    timestamp: 'when it happened',
    _id: 'the id of the record',
  }),
);

function describe({ types, fields }: Shape): string {
  if (types.size > 1) return `${[...types].join(' or ')}, so any value may follow`;
  const [type] = types;
  if (type === undefined || type === 'null') return 'never more than null, so any value may follow';
  return type === 'object' ? `an object of ${fields.size} fields` : 'as it is';
}

const isCode = (text: string): boolean => namespaceCode.safeParse(text).success;

function namespacesIn(shape: Shape): { own: string[]; notes: string[] } {
  const codes = [...(shape.fields.get('identityMap')?.fields.keys() ?? [])].filter(
    (code) => !STANDARD.has(code) && !code.startsWith(URI),
  );
  const seen = new Set([...STANDARD].map((code) => code.toLowerCase()));
  const own = codes.filter((code) => {
    const isOwn = isCode(code) && !seen.has(code.toLowerCase());
    seen.add(code.toLowerCase());
    return isOwn;
  });
  const broken = codes.length - own.length;
  const note = `${broken} keys of identityMap are no codes of namespaces (letters, digits, "_" and "."), or differ from one by capitals: records with them will be rejected`;
  return { own, notes: broken > 0 ? [note] : [] };
}

const STANDARD = new Set(STANDARD_NAMESPACES.map(({ code }) => code));
const URI = 'https://data.adobe.io/entities/namespace/';

function notesOn(
  shape: Shape,
  values: readonly object[],
  kind: Guess['kind'],
  { identities }: FoundIdentities,
): string[] {
  const notes: string[] = [];
  const names = [...shape.fields.keys()];
  if (names.includes('segmentMembership'))
    notes.push('"segmentMembership" is written by the platform alone: records that have it will be rejected');
  const time = names.find((name) => isEventTimeName(name));
  const type = names.find((name) => isEventTypeName(name));
  if (kind === 'record' && time !== undefined && type !== undefined) {
    notes.push(
      `"${time}" and "${type}" look like events. Events in JSON have "_id" (text, another one in each) and "timestamp" (2026-01-31T12:00:00Z) at the top; as they are, a later record of a person takes the place of an earlier one. Rename them at the source, or send CSV, whose columns are mapped`,
    );
  }
  if (identities.length > 0) return notes;
  const numbers = names.filter((name) => idKindOf(name) && shape.fields.get(name)!.types.has('number'));
  if (numbers.length > 0)
    notes.push(`"${numbers[0]}" is a number, and identities are text: send it as text for an identity`);
  return values.length === 0 ? [...notes, 'no record of the sample could be read'] : notes;
}
