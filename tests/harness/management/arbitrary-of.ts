import fc from 'fast-check';
import * as z from 'zod';

/** What a part of a shape may be, as JSON Schema says it. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/**
 * Bodies that come far: of the shape that a route asks for, with strange texts in them, and here and there something of another
 * type, a member that nobody knows, or one missing.
 * @param texts what stands where any text may
 */
export function bodiesOf(shape: z.ZodType | undefined, texts: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  if (!shape) return fc.oneof(fc.constant(undefined), fc.jsonValue());
  const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;
  return fc.oneof({ weight: 9, arbitrary: valuesOf(schema, texts) }, { weight: 1, arbitrary: fc.jsonValue() });
}

function valuesOf(schema: Schema, texts: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const right = rightValues(schema, texts);
  return fc.oneof({ weight: 19, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

function rightValues(schema: Schema, texts: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const { type, anyOf, oneOf, enum: values, items } = schema;
  if ('const' in schema) return fc.constant(schema.const);
  if (values) return fc.constantFrom(...values);
  const several = anyOf ?? oneOf;
  if (several) return fc.oneof(...several.map((one) => valuesOf(one, texts)));
  if (type === 'object') return objectsOf(schema, texts);
  if (type === 'array')
    return fc.array(items ? valuesOf(items, texts) : fc.jsonValue(), { minLength: 1, maxLength: 3 });
  if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -1, max: 50 }), fc.double());
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return type === 'string' ? texts : fc.oneof(texts, fc.jsonValue({ maxDepth: 2 }));
}

function objectsOf({ properties = {}, additionalProperties }: Schema, texts: fc.Arbitrary<string>) {
  const members = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, valuesOf(one, texts)]));
  const known = fc.record(members, { requiredKeys: Object.keys(members) });
  const rest = typeof additionalProperties === 'object' ? valuesOf(additionalProperties, texts) : fc.jsonValue();
  const more = fc.dictionary(texts, rest, { maxKeys: 2 });
  const names = Object.keys(members);
  const without = names.length === 0 ? fc.constant<string[]>([]) : fc.constantFrom(...names).map((name) => [name]);
  return fc.tuple(known, more, without, fc.nat(9)).map(([one, others, missing, n]) => {
    const kept = Object.entries(one).filter(([name]) => n > 0 || !missing.includes(name));
    return n < 3 ? { ...others, ...Object.fromEntries(kept) } : Object.fromEntries(kept);
  });
}
