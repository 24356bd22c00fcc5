import { isObject } from '#core/util/is-object.ts';

type Node = Readonly<Record<string, unknown>>;

const MAX_LEVELS = 10;
const FORMATS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'date-time': '2018-11-12T20:20:39+00:00',
    date: '2018-11-12',
    uri: 'https://example.com',
    'uri-reference': '/uri-reference',
    email: 'somebody@example.com',
  }),
);

/** A record that a resolved schema allows: each field has an example of its kind. */
export function sampleOf(schema: Node, level = 0): unknown {
  const [first = schema.const] = Array.isArray(schema.enum) ? schema.enum : [];
  if (first !== undefined) return first;
  const [type] = [schema.type].flat();
  const isDeep = level >= MAX_LEVELS;
  if (isObject(schema.properties) && !isDeep) return objectOf(schema.properties, level);
  if (type === 'array') return isObject(schema.items) && !isDeep ? [sampleOf(schema.items, level + 1)] : [];
  return scalarOf(schema, type);
}

const objectOf = (properties: Node, level: number): object =>
  Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, isObject(field) ? sampleOf(field, level + 1) : {}]),
  );

function scalarOf({ format, minimum }: Node, type: unknown): unknown {
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? minimum : 1;
  if (type === 'boolean') return true;
  return type === 'string' ? (FORMATS.get(String(format)) ?? 'Sample value') : {};
}
