import { type IdentityKey, namespaceOf } from '#core/record/identity.ts';
import { claimOf, claimsAfter } from './claims.ts';
import type { IdType } from './definition.ts';
import { type Assertion, compareKeys, type Link, type LinkingRules } from './linking-rules.ts';

/** An identity in a graph that is being worked on. Everything here may be changed by `link-graph.ts`. */
export interface Node {
  readonly key: IdentityKey;
  readonly rank: number;
  /** Its namespace, if that is unique. */
  readonly unique: string | undefined;
  readonly deletion: number;
  readonly links: Map<Node, Link>;
  group: Group;
}

export interface Group {
  readonly members: Set<Node>;
  /** Unique namespace → its value. */
  readonly uniques: Map<string, Node>;
  /** Some unique namespace has two values here. */
  hasConflict: boolean;
}

const DELETION_ORDER: Partial<Record<IdType, number>> = { COOKIE: 0, DEVICE: 1, MOBILE: 1 };

/** A node for an identity, alone in a group of its own. */
export function nodeOf(key: IdentityKey, rules: LinkingRules): Node {
  const namespace = namespaceOf(key);
  const unique = rules.isUnique(namespace) ? namespace : undefined;
  const deletion = DELETION_ORDER[rules.typeOf(namespace)] ?? 2;
  const group: Group = { members: new Set(), uniques: new Map(), hasConflict: false };
  const node: Node = { key, rank: rules.rank(namespace), unique, deletion, links: new Map(), group };
  node.group = groupOf(node);
  return node;
}

/** A group with this node alone; the node itself is not given. */
export const groupOf = (node: Node): Group => ({
  members: new Set([node]),
  uniques: new Map(node.unique === undefined ? [] : [[node.unique, node]]),
  hasConflict: false,
});

/** Whether the groups could be one person: no unique namespace would have two values. */
export function mayJoin(x: Group, y: Group): boolean {
  const [few, many] = x.uniques.size < y.uniques.size ? [x, y] : [y, x];
  for (const [namespace, node] of few.uniques) if ((many.uniques.get(namespace) ?? node) !== node) return false;
  return true;
}

/** Makes one group of two, of the larger one; a conflict between them is noted, and prevents nothing. */
export function join(x: Group, y: Group): void {
  const [small, large] = x.members.size < y.members.size ? [x, y] : [y, x];
  large.hasConflict ||= small.hasConflict || !mayJoin(x, y);
  for (const [namespace, node] of small.uniques) large.uniques.set(namespace, node);
  for (const node of small.members) {
    large.members.add(node);
    node.group = large;
  }
}

/** Puts a link at both of its ends, in the place of one that was there. */
export function setLink(a: Node, b: Node, link: Link): void {
  a.links.set(b, link);
  b.links.set(a, link);
}

/** A link that an assertion names for the first time. */
export function newLink(a: IdentityKey, b: IdentityKey, { time, source, ...assertion }: Assertion): Link {
  const claim = claimOf(a, b, { time, source, ...assertion });
  return { a, b, firstSeen: time, lastSeen: time, source, ...(claim && { claims: { [source]: claim } }) };
}

/** A link that is asserted once more. */
export function seenAgain(known: Link, assertion: Assertion): Link {
  const { a, b } = known;
  const { time, source } = assertion;
  const isLater = time >= known.lastSeen;
  const claims = claimsAfter(known, assertion);
  if (isLater && source === known.source) return { ...known, lastSeen: time, ...(claims && { claims }) };
  const assertedLast = isLater ? source : known.source;
  const sources = new Set([known.source, source, ...(known.alsoFrom ?? [])]);
  sources.delete(assertedLast);
  return {
    a,
    b,
    firstSeen: Math.min(known.firstSeen, time),
    lastSeen: Math.max(known.lastSeen, time),
    source: assertedLast,
    ...(sources.size > 0 && { alsoFrom: [...sources].sort() }),
    ...(claims && { claims }),
  };
}

const lastSeen = (node: Node): number =>
  [...node.links.values()].reduce((latest, link) => Math.max(latest, link.lastSeen), Number.NEGATIVE_INFINITY);

/**
 * Whether an identity goes before another when a graph has too many: cookies first, then devices, then those of people;
 * of one type the one that was seen longest ago (aep.md §3.3).
 */
export const isDeletedBefore = (x: Node, y: Node): boolean =>
  (x.deletion - y.deletion || lastSeen(x) - lastSeen(y) || compareKeys(x.key, y.key)) < 0;
