import type { SchemaNode } from './bundle.ts';

/** What a schema inside another applies to: the very same value, one field or item of it, or each of several. */
export type Position = 'same' | 'one' | 'each';

const ONE_SCHEMA: Readonly<Record<string, Position>> = {
  ...{ not: 'same', if: 'same', else: 'same', items: 'each', additionalItems: 'each', contains: 'each' },
  ...{ additionalProperties: 'each', propertyNames: 'each', unevaluatedItems: 'each', unevaluatedProperties: 'each' },
  // biome-ignore lint/suspicious/noThenProperty: this is how JSON Schema says so
  then: 'same',
};
const LISTS: Readonly<Record<string, Position>> = { allOf: 'same', anyOf: 'same', oneOf: 'same', items: 'one' };
const MAPS: Readonly<Record<string, Position>> = {
  ...{ properties: 'one', patternProperties: 'each', dependencies: 'same', dependentSchemas: 'same' },
};

/** A schema with each of the schemas that stand directly in it changed. References are not followed. */
export function mapSubschemas(
  node: Readonly<Record<string, unknown>>,
  change: (schema: SchemaNode, position: Position, keyword: string) => unknown,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(node)) {
    const [ofOne, ofList, ofMap] = [ONE_SCHEMA[keyword], LISTS[keyword], MAPS[keyword]];
    if (Array.isArray(value) && ofList) result[keyword] = value.map((member) => change(member, ofList, keyword));
    else if (ofMap && typeof value === 'object' && value !== null) {
      // Under "dependencies", a list is one of names.
      const members = Object.entries(value).map(([name, member]) => [
        name,
        Array.isArray(member) ? member : change(member as SchemaNode, ofMap, keyword),
      ]);
      result[keyword] = Object.fromEntries(members);
    } else result[keyword] = ofOne && !Array.isArray(value) ? change(value as SchemaNode, ofOne, keyword) : value;
  }
  return result;
}

/** The schemas that stand directly in another. */
export function subschemasOf(node: SchemaNode): readonly { schema: SchemaNode; position: Position; keyword: string }[] {
  if (typeof node === 'boolean') return [];
  const found: { schema: SchemaNode; position: Position; keyword: string }[] = [];
  mapSubschemas(node, (schema, position, keyword) => found.push({ schema, position, keyword }));
  return found;
}
