import type { Comparison, Expression } from '../ast.ts';
import { ITEM_NAME } from '../parse/canonical.ts';
import { parsePql } from '../parse/parse.ts';
import { looksLikeDate } from '../time.ts';

/**
 * What must be so of an event for a condition to hold: there is something at `path`, one of `values` if they are given.
 * It is looked up before the condition is tested, so that an event meets only the conditions it may satisfy.
 */
export interface Guard {
  readonly path: readonly string[];
  /** The same for equal paths. */
  readonly pathKey: string;
  /** Texts, one of which the field must be. */
  readonly values?: ReadonlySet<string>;
  /** The guard says all that the condition does. */
  readonly isExact: boolean;
}

/**
 * The guard of a condition in canonical form: without one of the guards it does not hold.
 * @returns undefined where nothing simple can be said
 */
export function guardOf(key: string): Guard | undefined {
  if (key === '' || key.startsWith('#')) return undefined;
  return guard(parsePql(key));
}

function guard(condition: Expression): Guard | undefined {
  switch (condition.kind) {
    case 'comparison':
      return guardOfComparison(condition);
    case 'logical': {
      const guards = condition.operands.map(guard);
      if (condition.operator === 'or') return either(guards);
      const found = guards.find((one) => one?.values !== undefined) ?? guards.find((one) => one !== undefined);
      return found && { ...found, isExact: false };
    }
    case 'quantifier':
      return condition.quantifier === 'exists' ? present(unfiltered(condition.source)) : undefined;
    case 'method':
      return condition.name === 'isNotNull' ? present(condition.object) : undefined;
    default:
      return undefined;
  }
}

/** Comparing with null is false, whatever the operator. */
function guardOfComparison({ operator, left, right }: Comparison): Guard | undefined {
  const path = pathOf(left) ?? (operator === 'in' || operator === 'notIn' ? undefined : pathOf(right));
  if (path === undefined) return undefined;
  const other = pathOf(left) === undefined ? left : right;
  const values =
    operator === '=' ? textsOf([other]) : operator === 'in' && other.kind === 'list' ? textsOf(other.items) : undefined;
  return values === undefined ? guardAt(path) : { ...guardAt(path), values, isExact: true };
}

/** Texts that are equal only to themselves; dates are equal to other ways of writing them. */
function textsOf(items: readonly Expression[]): ReadonlySet<string> | undefined {
  const texts = items.map((item) => (item.kind === 'literal' ? item.value : undefined));
  return texts.every((text) => typeof text === 'string' && !looksLikeDate(text))
    ? new Set(texts as string[])
    : undefined;
}

function either(guards: readonly (Guard | undefined)[]): Guard | undefined {
  const [first] = guards;
  if (first === undefined) return undefined;
  if (!guards.every((one) => one !== undefined && one.pathKey === first.pathKey)) return undefined;
  const known = guards as readonly Guard[];
  if (!known.every(({ values }) => values !== undefined)) return guardAt(first.path);
  const values = new Set(known.flatMap((one) => [...one.values!]));
  return { ...guardAt(first.path), values, isExact: known.every(({ isExact }) => isExact) };
}

/** The list from which items are chosen. */
const unfiltered = (list: Expression): Expression => (list.kind === 'filter' ? unfiltered(list.source) : list);

function present(expression: Expression): Guard | undefined {
  const path = pathOf(expression);
  return path && guardAt(path);
}

const guardAt = (path: readonly string[]): Guard => ({ path, pathKey: path.join('\0'), isExact: false });

/** A path from the event; not its timestamp, nor namespace codes, which are found in any spelling. */
function pathOf(expression: Expression): readonly string[] | undefined {
  const names: string[] = [];
  let at = expression;
  while (at.kind === 'member') {
    names.unshift(at.name);
    at = at.object;
  }
  if (at.kind !== 'name' || at.name !== ITEM_NAME || names.length === 0) return undefined;
  return names[0] === 'timestamp' || names.includes('identityMap') ? undefined : names;
}

/** What a guard sees at a path of JSON: null for nothing, undefined where a list is on the way. */
export function guardedValue(entity: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = entity;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return null;
    if (Array.isArray(value)) return undefined;
    const next: unknown = (value as Record<string, unknown>)[name];
    if (next === undefined || (name in Object.prototype && !Object.hasOwn(value, name))) return null;
    value = next;
  }
  return Array.isArray(value) ? undefined : value;
}
