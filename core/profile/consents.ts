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
