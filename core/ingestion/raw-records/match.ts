import { z } from 'zod';
import { valueAtKeys } from '#core/util/value-at-keys.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/**
 * What fields of a record, by their dotted paths, have to be: a value, or one of several. A text that ends in `*` stands
 * for all that begin with it.
 */
export const matchDefinition = z
  .record(z.string().min(1), z.union([scalar, z.array(scalar).min(1)]))
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field');
export type MatchDefinition = z.output<typeof matchDefinition>;

/** Compiles it: whether all of the fields are as they have to be. Without fields, every record fits. */
export function compileMatch(fields: MatchDefinition = {}): (record: unknown) => boolean {
  const tests = Object.entries(fields).map(([path, expected]) => ({
    path: path.split('.'),
    fits: oneOf(Array.isArray(expected) ? expected : [expected]),
  }));
  return (record) => tests.every(({ path, fits }) => fits(valueAtKeys(record, path)));
}

function oneOf(expected: readonly unknown[]): (value: unknown) => boolean {
  const isPrefix = (one: unknown): one is string => typeof one === 'string' && one.endsWith('*');
  const prefixes = expected.filter(isPrefix).map((text) => text.slice(0, -1));
  const values = new Set(expected.filter((one) => !isPrefix(one)));
  return (value) =>
    values.has(value) || (typeof value === 'string' && prefixes.some((prefix) => value.startsWith(prefix)));
}
