import { isObject } from '#core/util/is-object.ts';

type Node = Readonly<Record<string, unknown>>;
/** What stands under a name of its own in an object; undefined where there is none, or no object. */
export const childOf = (node: unknown, name: string): unknown =>
  isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;

/** Strictest first; what is no value of aep.md §1.5 is taken for a rejection. */
const STRICTNESS = ['n', 'dn', 'p', 'u', 'PI', 'VI', 'CP', 'CT', 'LI', 'dy', 'y'];
const strictness = (node: Node): number => Math.max(0, STRICTNESS.indexOf(String(node.val)));

/**
 * The consents of a person from those of their fragments: of every consent the strictest value wins, with its time and
 * reason, whichever fragment said it and whenever (aep.md §1.5; docs/governance.md, "Consent"). What is no consent is
 * the strongest fragment's.
 * @param asserted `consents` of the fragments, the strongest last
 */
export function strictestConsents(asserted: readonly unknown[]): unknown {
  return asserted.filter((consents) => consents !== undefined).reduce(stricter, undefined);
}

function stricter(weaker: unknown, stronger: unknown): unknown {
  if (!isObject(weaker) || !isObject(stronger)) return stronger ?? weaker;
  const [weak, strong] = ['val' in weaker, 'val' in stronger];
  const [merged, base] =
    weak && (!strong || strictness(weaker) < strictness(stronger)) ? [stronger, weaker] : [weaker, stronger];
  const names = new Set([...Object.keys(merged), ...Object.keys(base)]);
  const isConsent = weak || strong;
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const [one, other] = [childOf(weaker, name), childOf(stronger, name)];
      // What goes with a value, such as its time, comes from where the value does; consents below are consents of their own.
      if (isConsent && !isObject(one) && !isObject(other)) return Object.hasOwn(base, name) ? [[name, base[name]]] : [];
      return [[name, stricter(one, other)]];
    }),
  );
}

/** What was said at a time, by somebody who is believed more than others or less. */
interface Ranked {
  /** Epoch ms. */
  readonly time: number;
  /** The larger the stronger. */
  readonly rank: number;
}

export interface ConsentStatement extends Ranked {
  /** `consents`, or a part of it. */
  readonly node: unknown;
}

/** The order of statements, the weakest first. */
export const compareRanked = (x: Ranked, y: Ranked): number =>
  x.rank === y.rank ? x.time - y.time : x.rank < y.rank ? -1 : 1;

/**
 * The consents of a person where the strongest statement about each counts, with its reason: of the statements of one rank
 * the latest, by the time that the consent itself has, else by that of its record; of one time the strictest
 * (docs/governance.md, "Consent"). A time after that of the record is none.
 * @returns undefined where nothing is said
 */
export function orderedConsents(statements: readonly ConsentStatement[]): unknown {
  const inOrder = statements.toSorted(compareRanked);
  const last = inOrder.at(-1);
  const nodes = inOrder.flatMap(({ node, ...ranked }) => (isObject(node) ? { node, ...ranked } : []));
  if (!last || nodes.length === 0 || !isObject(last.node)) return last?.node;
  const winner = nodes
    .filter(({ node }) => 'val' in node)
    .map((each) => ({ ...each, time: saidAt(each.node, each.time) }))
    .toSorted((x, y) => compareRanked(x, y) || strictness(y.node) - strictness(x.node))
    .at(-1);
  const names = new Set(nodes.flatMap(({ node }) => Object.keys(node)));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const below = nodes.flatMap(({ node, ...ranked }) =>
        Object.hasOwn(node, name) ? { node: node[name], ...ranked } : [],
      );
      if (!winner || below.some(({ node }) => isObject(node))) return [[name, orderedConsents(below)]];
      return Object.hasOwn(winner.node, name) ? [[name, winner.node[name]]] : [];
    }),
  );
}

function saidAt(node: Node, recordTime: number): number {
  const time = typeof node.time === 'string' ? Date.parse(node.time) : Number.NaN;
  return Number.isNaN(time) ? recordTime : Math.min(time, recordTime);
}

/**
 * Which change of a fragment its consents count for. A consent and what goes with it are one statement, also where its
 * parts were set at several times: it counts whole for the latest of them. What is no consent counts for the change that
 * set it.
 * @param asserted `consents` of the changes of one fragment, the latest last, every field in one of them
 * @returns the same fields, one entry for each change
 */
export function consentsByChange(asserted: readonly unknown[]): readonly unknown[] {
  if (asserted.filter((consents) => consents !== undefined).length < 2) return asserted;
  const names = new Set(asserted.flatMap((node) => (isObject(node) ? Object.keys(node) : [])));
  const fields = [...names].map((name) => [name, asserted.map((node) => childOf(node, name))] as const);
  const setAt = (values: readonly unknown[]): number =>
    values.findLastIndex((value) => value !== undefined && !isObject(value));
  const isConsent = names.has('val');
  const latest = Math.max(...fields.map(([, values]) => setAt(values)));
  const counted = asserted.map((node): Record<string, unknown> | undefined => (isObject(node) ? {} : undefined));
  for (const [name, values] of fields) {
    const at = setAt(values);
    const parts = at < 0 ? consentsByChange(values) : [];
    for (const [i, part] of parts.entries()) if (part !== undefined) counted[i]![name] = part;
    if (at >= 0) counted[isConsent ? latest : at]![name] = values[at];
  }
  return counted.map((node) => (node && Object.keys(node).length > 0 ? node : undefined));
}
