import type { IdType } from '#core/catalog/definitions.ts';
import { type IdentityKey, namespaceOf } from './identity.ts';

/**
 * The linking rules of an identity graph (aep.md §3.3, §3.4): unique namespaces, namespace priority and the limit on
 * the number of identities. Everything here is a function of the links so far and one event.
 */

/** Two identities that were seen together. `a` sorts before `b`. */
export interface Link {
  readonly a: IdentityKey;
  readonly b: IdentityKey;
  /** Epoch ms. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The dataset that said so last. */
  readonly source: string;
}

export interface LinkRules {
  /** 1 is the strongest namespace. */
  rank(namespace: string): number;
  isUnique(namespace: string): boolean;
  typeOf(namespace: string): IdType;
  /** The most identities one graph may hold: 50. */
  readonly limit: number;
}

/** Identities that one record names together. */
export interface Assertion {
  /** Distinguishes records of one instant, and makes their order the same wherever they are replayed. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  readonly source: string;
  readonly identities: readonly IdentityKey[];
}

export const linkId = (link: { readonly a: IdentityKey; readonly b: IdentityKey }): string =>
  `${link.a}\u0000${link.b}`;

/**
 * The links after one more assertion: its pairs are added; where that brings two values of a unique namespace into one
 * graph, that graph is built anew (aep.md §3.4) and what no longer fits is gone for good; where a graph is over the
 * limit, identities are deleted (§3.3). Untouched graphs keep their links.
 */
export function applyAssertion(links: readonly Link[], assertion: Assertion, rules: LinkRules): readonly Link[] {
  const asserted = pairsOf(assertion);
  const all = new Map(links.map((link) => [linkId(link), link]));
  for (const link of asserted) {
    const known = all.get(linkId(link));
    all.set(linkId(link), known ? { ...link, firstSeen: Math.min(known.firstSeen, link.firstSeen) } : link);
  }
  const assertedIds = new Set(asserted.map(linkId));
  const kept: Link[] = [];
  for (const graph of graphsOf(all.values())) {
    const touched = graph.links.some((link) => assertedIds.has(linkId(link)));
    if (!touched) kept.push(...graph.links);
    else kept.push(...keepWithinLimit(keepUnique(graph, assertedIds, rules), rules));
  }
  return kept;
}

/** A connected set of identities. */
export interface Graph {
  /** Sorted. */
  readonly identities: readonly IdentityKey[];
  readonly links: readonly Link[];
}

/** The connected components, each with its links; sorted by first identity. */
export function graphsOf(links: Iterable<Link>): Graph[] {
  const sets = new DisjointSets();
  const all = [...links];
  for (const link of all) sets.join(link.a, link.b);
  const byRoot = new Map<IdentityKey, { identities: Set<IdentityKey>; links: Link[] }>();
  for (const link of all) {
    const root = sets.find(link.a);
    let graph = byRoot.get(root);
    if (!graph) {
      graph = { identities: new Set(), links: [] };
      byRoot.set(root, graph);
    }
    graph.identities.add(link.a).add(link.b);
    graph.links.push(link);
  }
  return [...byRoot.values()]
    .map((graph) => ({ identities: [...graph.identities].sort(), links: graph.links }))
    .sort((x, y) => compare(x.identities[0]!, y.identities[0]!));
}

function pairsOf({ identities, time, source }: Assertion): Link[] {
  const distinct = [...new Set(identities)].sort();
  return distinct.flatMap((a, i) =>
    distinct.slice(i + 1).map((b) => ({ a, b, firstSeen: time, lastSeen: time, source })),
  );
}

/** Builds the graph anew, strongest claim first, unless it already has one value of each unique namespace. */
function keepUnique(graph: Graph, latest: ReadonlySet<string>, rules: LinkRules): readonly Link[] {
  if (!hasTwoUniqueValues(graph.identities, rules)) return graph.links;
  const strength = (link: Link): number => rules.rank(namespaceOf(link.a)) + rules.rank(namespaceOf(link.b));
  const isLatest = (link: Link): number => (latest.has(linkId(link)) ? 0 : 1);
  const ordered = [...graph.links].sort(
    (x, y) =>
      isLatest(x) - isLatest(y) ||
      strength(x) - strength(y) ||
      y.lastSeen - x.lastSeen ||
      compare(linkId(x), linkId(y)),
  );
  const sets = new DisjointSets();
  const uniqueOf = new Map<IdentityKey, Map<string, IdentityKey>>();
  const uniquesAt = (root: IdentityKey): Map<string, IdentityKey> => {
    const known = uniqueOf.get(root);
    if (known) return known;
    const namespace = namespaceOf(root);
    const own = new Map(rules.isUnique(namespace) ? [[namespace, root]] : []);
    uniqueOf.set(root, own);
    return own;
  };
  return ordered.filter((link) => {
    const left = sets.find(link.a);
    const right = sets.find(link.b);
    if (left === right) return true;
    const joined = new Map(uniquesAt(left));
    for (const [namespace, value] of uniquesAt(right)) {
      const other = joined.get(namespace);
      if (other !== undefined && other !== value) return false;
      joined.set(namespace, value);
    }
    uniqueOf.set(sets.join(left, right), joined);
    return true;
  });
}

function hasTwoUniqueValues(identities: readonly IdentityKey[], rules: LinkRules): boolean {
  const seen = new Set<string>();
  return identities.some((key) => {
    const namespace = namespaceOf(key);
    if (!rules.isUnique(namespace)) return false;
    return seen.size === seen.add(namespace).size;
  });
}

/** Deletes identities from graphs over the limit: cookies first, then devices, then people; the oldest first. */
function keepWithinLimit(links: readonly Link[], rules: LinkRules): readonly Link[] {
  const kept: Link[] = [];
  const pending = graphsOf(links);
  for (let graph = pending.pop(); graph; graph = pending.pop()) {
    if (graph.identities.length <= rules.limit) {
      kept.push(...graph.links);
      continue;
    }
    const victim = firstToDelete(graph, rules);
    pending.push(...graphsOf(graph.links.filter((link) => link.a !== victim && link.b !== victim)));
  }
  return kept;
}

function firstToDelete(graph: Graph, rules: LinkRules): IdentityKey {
  const lastSeen = new Map<IdentityKey, number>();
  for (const link of graph.links) {
    for (const key of [link.a, link.b]) lastSeen.set(key, Math.max(lastSeen.get(key) ?? 0, link.lastSeen));
  }
  const order = (key: IdentityKey): number => DELETION_ORDER[rules.typeOf(namespaceOf(key))] ?? 2;
  return [...graph.identities].sort(
    (x, y) => order(x) - order(y) || lastSeen.get(x)! - lastSeen.get(y)! || compare(x, y),
  )[0]!;
}

const DELETION_ORDER: Partial<Record<IdType, number>> = { COOKIE: 0, DEVICE: 1, MOBILE: 1 };

const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

class DisjointSets {
  readonly #parent = new Map<string, string>();

  find(key: string): string {
    let root = key;
    for (let parent = this.#parent.get(root); parent !== undefined; parent = this.#parent.get(root)) root = parent;
    return root;
  }

  /** Joins two sets and returns the root of the result. */
  join(x: string, y: string): string {
    const left = this.find(x);
    const right = this.find(y);
    if (left !== right) this.#parent.set(right, left);
    return left;
  }
}
