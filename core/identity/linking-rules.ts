import type { ClearedIdentity, FieldsOfIdentities } from '#core/record/cleared-identity.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { IdType } from './definition.ts';

/**
 * The words of the identity graph (aep.md §3.2 to §3.4): links, what asserts or withdraws them, and the rules by which
 * `link-graph.ts` keeps or removes them.
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
  /** Other datasets that said so before. */
  readonly alsoFrom?: readonly string[];
  /** Dataset → what it has asserted, where that is needed to tell what its updates take back. */
  readonly claims?: Readonly<Record<string, Claim>>;
}

/** What a dataset has asserted of a link. */
export interface Claim {
  /** Epoch ms. */
  readonly lastSeen: number;
  /** Puts the updates of one instant in order; empty for other records. */
  readonly tieBreaker: string;
  readonly fields?: FieldsOfIdentities;
}

export interface LinkingRules {
  /** 1 is the strongest namespace. */
  rank(namespace: string): number;
  isUnique(namespace: string): boolean;
  typeOf(namespace: string): IdType;
  /** Whether identities of the namespace are kept out of graphs by a setting (aep.md §3.3: AAID). */
  isBlocked(namespace: string): boolean;
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
  /** It takes the link between its two identities out, instead of asserting it. */
  readonly unlinking?: Unlinking;
  /** Of an update: what puts those of one instant in order. */
  readonly tieBreaker?: string;
  readonly fields?: FieldsOfIdentities;
  /**
   * It takes back, instead of asserting anything, what records of its source have asserted of its one identity, the primary
   * one of an update, and of identities that stood in these fields.
   */
  readonly clears?: readonly ClearedIdentity[];
}

/** Who took a link out of the graph, and why. */
export interface Unlinking {
  readonly who: string;
  readonly reason: string;
}

/** A link that the rules or somebody took out of the graph. */
export interface RemovedLink {
  readonly a: IdentityKey;
  readonly b: IdentityKey;
  /** Epoch ms: when that happened. */
  readonly at: number;
  /** The assertion at which it happened. */
  readonly by: string;
  readonly why: RemovalReason;
  /** Of a withdrawn link. */
  readonly unlinking?: Unlinking;
}

/**
 * Two values of a unique namespace would have met, the graph had more identities than it may, somebody withdrew it, or the
 * only dataset that asserted it cleared the identity.
 */
export type RemovalReason = 'unique-namespace' | 'limit' | 'withdrawn' | 'cleared';

/** A connected set of identities. */
export interface Graph {
  /** Sorted. */
  readonly identities: readonly IdentityKey[];
  readonly links: readonly Link[];
}

/** The connected components, each with its links; sorted by first identity. */
export function graphsOf(links: Iterable<Link>): Graph[] {
  const parent = new Map<IdentityKey, IdentityKey>();
  const find = (key: IdentityKey): IdentityKey => {
    let canonicalKey = key;
    for (let next = parent.get(canonicalKey); next !== undefined; next = parent.get(canonicalKey)) canonicalKey = next;
    return canonicalKey;
  };
  const all = [...links];
  for (const { a, b } of all) {
    const [left, right] = [find(a), find(b)];
    if (left !== right) parent.set(right, left);
  }
  const byRoot = new Map<IdentityKey, { identities: Set<IdentityKey>; links: Link[] }>();
  for (const link of all) {
    const canonicalKey = find(link.a);
    let graph = byRoot.get(canonicalKey);
    if (!graph) {
      graph = { identities: new Set(), links: [] };
      byRoot.set(canonicalKey, graph);
    }
    graph.identities.add(link.a).add(link.b);
    graph.links.push(link);
  }
  return [...byRoot.values()]
    .map((graph) => ({ identities: [...graph.identities].sort(), links: graph.links }))
    .sort((x, y) => compareKeys(x.identities[0]!, y.identities[0]!));
}

/** The order of identities where nothing else decides: by code units, the same everywhere. */
export const compareKeys = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
