type Node = Readonly<Record<string, unknown>>;
export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const childOf = (node: unknown, name: string): unknown =>
  isNode(node) && Object.hasOwn(node, name) ? node[name] : undefined;

/** Strictest first; what is no value of aep.md §1.5 is taken for a rejection. */
const STRICTNESS = ['n', 'dn', 'p', 'u', 'PI', 'VI', 'CP', 'CT', 'LI', 'dy', 'y'];
const strictness = (node: Node): number => Math.max(0, STRICTNESS.indexOf(String(node.val)));

/**
 * The consents of a person from those of their fragments: of every consent the strictest value wins, with its time and
 * reason, whichever fragment said it and whenever (aep.md §1.5; docs/governance.md, "Consent"). What is no consent is
 * the strongest fragment's.
 * @param said `consents` of the fragments, the strongest last
 */
export function strictestConsents(asserted: readonly unknown[]): unknown {
  return asserted.filter((consents) => consents !== undefined).reduce(stricter, undefined);
}

function stricter(weaker: unknown, stronger: unknown): unknown {
  if (!isNode(weaker) || !isNode(stronger)) return stronger ?? weaker;
  const [weak, strong] = ['val' in weaker, 'val' in stronger];
  const [merged, base] =
    weak && (!strong || strictness(weaker) < strictness(stronger)) ? [stronger, weaker] : [weaker, stronger];
  const names = new Set([...Object.keys(merged), ...Object.keys(base)]);
  const isConsent = weak || strong;
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const [one, other] = [childOf(weaker, name), childOf(stronger, name)];
      // What goes with a value, such as its time, comes from where the value does; consents below are consents of their own.
      if (isConsent && !isNode(one) && !isNode(other)) return Object.hasOwn(base, name) ? [[name, base[name]]] : [];
      return [[name, stricter(one, other)]];
    }),
  );
}
