import type { FieldTree, Node } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { LiteralValue } from '../ast.ts';
import type { PqlProblem } from './operations.ts';
import { nameOf, type Value } from './values.ts';

/** Of a long list of values, so many are told. */
const MAX_VALUES = 12;

/** A value that no schema allows for a field is one that the field never has. */
export function asAllowed(field: Value, value: LiteralValue, isCaseSensitive: boolean): PqlProblem | undefined {
  if (field.kind !== undefined || field.tree === 'open' || value === null) return undefined;
  const allowed = allowedValues(field.tree);
  const same = (x: unknown): string => (isCaseSensitive ? JSON.stringify(x) : JSON.stringify(x).toLowerCase());
  if (!allowed || allowed.some((one) => same(one) === same(value))) return undefined;
  const texts = [...new Set(allowed.map((one) => JSON.stringify(one)))];
  const hint = didYouMean(
    String(value),
    allowed.filter((one) => typeof one === 'string'),
  );
  return {
    message: `${nameOf(field)} is never ${JSON.stringify(value)}`,
    expected: `one of ${texts.slice(0, MAX_VALUES).join(', ')}${texts.length > MAX_VALUES ? ', …' : ''}`,
    ...(hint && { hint }),
  };
}

/** The values that schemas list for a place; undefined where one of them lets others pass. */
function allowedValues({ nodes }: FieldTree): readonly unknown[] | undefined {
  const lists = nodes.map(valuesOf);
  if (nodes.some((node, i) => lists[i] === undefined && SAYING.some((key) => key in node))) return undefined;
  const all = lists.flatMap((list) => list ?? []);
  return all.length === 0 ? undefined : all;
}

/** What says something about values; what does not only leads elsewhere, or is for people to read. */
const SAYING = ['type', 'pattern', 'format', 'minimum', 'maximum', 'minLength', 'maxLength', 'multipleOf', 'not'];

const valuesOf = (node: Node): readonly unknown[] | undefined =>
  Array.isArray(node.enum) ? node.enum : 'const' in node ? [node.const] : undefined;
