import type { IdentityKey } from '#core/record/identity.ts';
import { isAssertedBy, withoutCleared } from './claims.ts';
import {
  type Group,
  groupOf,
  isDeletedBefore,
  join,
  mayJoin,
  type Node,
  newLink,
  nodeOf,
  seenAgain,
  setLink,
} from './link-nodes.ts';
import {
  type Assertion,
  compareKeys,
  type Link,
  type LinkingRules,
  type RemovalReason,
  type RemovedLink,
} from './linking-rules.ts';

/**
 * Links under the linking rules, one assertion after the other (aep.md §3.3, §3.4). An assertion adds its pairs; where
 * that brings two values of a unique namespace into one graph, that graph is built anew, strongest claim first, and what
 * no longer fits is gone for good; where a graph is over the limit, identities are deleted. An assertion that does
 * neither, which is nearly every one, costs its pairs and nothing else.
 */
export class LinkGraph {
  readonly #rules: LinkingRules;
  readonly #nodes = new Map<IdentityKey, Node>();

  /** @param links that the rules have accepted before */
  constructor(links: readonly Link[], rules: LinkingRules) {
    this.#rules = rules;
    for (const link of links) this.#connect(this.#nodeOf(link.a), this.#nodeOf(link.b), link);
  }

  /**
   * @param isLate it belongs before what has been applied already: its links count with their own age, not as the latest
   * @param isUnlinked which of its links count as never said
   * @returns the links that are gone by it
   */
  apply(assertion: Assertion, { isLate = false, isUnlinked }: ApplyOptions = {}): readonly RemovedLink[] {
    const named = this.#assert(assertion, isUnlinked);
    const group = named[0]?.group;
    if (!group || (!isUnlinked && this.#isSound(group))) return NONE;
    const groups = isUnlinked ? new Set(named.map((node) => node.group)) : [group];
    const latest = new Set(isLate ? [] : named);
    const isLatest: IsLatest = (a, b) => latest.has(a) && latest.has(b) && !isUnlinked?.(a.key, b.key);
    const removed = [...groups].flatMap((each) => this.#repair(each, assertion, isLatest));
    return removed.sort(byEnds);
  }

  /** Takes one link out, unless it was asserted again later. */
  unlink({ identities, time, id, unlinking }: Assertion): readonly RemovedLink[] {
    const [a, b] = [...identities].sort() as [IdentityKey, IdentityKey];
    const [left, right] = [this.#nodes.get(a), this.#nodes.get(b)];
    const link = left && right && left.links.get(right);
    if (link && link.lastSeen <= time) {
      this.#disconnect(link);
      this.#regroup(left.group.members);
    }
    return [{ a, b, at: time, by: id, why: 'withdrawn', ...(unlinking && { unlinking }) }];
  }

  /**
   * Takes back what an update clears: of its person's links to identities that stood in the cleared fields, and of these
   * identities' links to others that records of the same source have named with the person. A link that another source
   * asserts as well stays.
   */
  clear(update: Assertion): readonly RemovedLink[] {
    const person = this.#nodes.get(update.identities[0]!);
    if (!person) return NONE;
    const removed: RemovedLink[] = [];
    const withdraw = (node: Node, other: Node, link: Link): void => {
      const left = withoutCleared(link, node.key, update);
      if (left) {
        setLink(node, other, left);
        return;
      }
      this.#disconnect(link);
      removed.push({ a: link.a, b: link.b, at: update.time, by: update.id, why: 'cleared' });
    };
    const own = [...person.links].filter(([, link]) => isAssertedBy(link, update.source)).map(([node]) => node);
    for (const node of own) {
      for (const other of [person, ...own]) {
        const link = node.links.get(other);
        if (link) withdraw(node, other, link);
      }
    }
    if (removed.length > 0) this.#regroup(person.group.members);
    return removed.sort(byEnds);
  }

  #isSound = ({ hasConflict, members }: Group): boolean => !hasConflict && members.size <= this.#rules.limit;

  #repair(group: Group, assertion: Assertion, isLatest: IsLatest): readonly RemovedLink[] {
    if (this.#isSound(group)) return NONE;
    const removed: RemovedLink[] = [];
    const remove = (link: Link, why: RemovalReason): void => {
      this.#disconnect(link);
      removed.push({ a: link.a, b: link.b, at: assertion.time, by: assertion.id, why });
    };
    const groups = group.hasConflict ? this.#rebuild(group, isLatest, remove) : [group];
    for (const each of groups) this.#shrink(each, remove);
    return removed;
  }

  /** How many identities it holds: those that a link names, and no others, however many there were before. */
  get size(): number {
    return this.#nodes.size;
  }

  links(): Link[] {
    const links: Link[] = [];
    for (const node of this.#nodes.values()) {
      for (const link of node.links.values()) if (link.a === node.key) links.push(link);
    }
    return links;
  }

  #assert(assertion: Assertion, isUnlinked?: IsUnlinked): readonly Node[] {
    const { identities } = assertion;
    const nodes = nodesInOrder(identities, (key) => this.#nodeOf(key));
    for (let i = 0; i < nodes.length; i++) {
      const a = nodes[i]!;
      for (let j = i + 1; j < nodes.length; j++) {
        const b = nodes[j]!;
        if (isUnlinked?.(a.key, b.key)) continue;
        const known = a.links.get(b);
        if (known) setLink(a, b, seenAgain(known, assertion));
        else this.#connect(a, b, newLink(a.key, b.key, assertion));
      }
    }
    if (isUnlinked) this.#groupsAmong(nodes);
    return nodes;
  }

  #nodeOf(key: IdentityKey): Node {
    const known = this.#nodes.get(key);
    if (known) return known;
    const node = nodeOf(key, this.#rules);
    this.#nodes.set(key, node);
    return node;
  }

  #connect(a: Node, b: Node, link: Link): void {
    setLink(a, b, link);
    if (a.group !== b.group) join(a.group, b.group);
  }

  #disconnect({ a, b }: Link): void {
    const [left, right] = [this.#nodes.get(a)!, this.#nodes.get(b)!];
    left.links.delete(right);
    right.links.delete(left);
  }

  /** Strongest claim first: what the latest assertion says, then by the strength of the namespaces, then the newest. */
  #rebuild(group: Group, isLatest: IsLatest, remove: Remove): Iterable<Group> {
    const claims: { a: Node; b: Node; link: Link; isLatest: boolean }[] = [];
    for (const a of group.members) {
      for (const [b, link] of a.links) {
        if (link.a === a.key) claims.push({ a, b, link, isLatest: isLatest(a, b) });
      }
    }
    claims.sort(
      (x, y) =>
        Number(y.isLatest) - Number(x.isLatest) ||
        x.a.rank + x.b.rank - (y.a.rank + y.b.rank) ||
        y.link.lastSeen - x.link.lastSeen ||
        compareKeys(x.link.a, y.link.a) ||
        compareKeys(x.link.b, y.link.b),
    );
    for (const node of group.members) node.group = groupOf(node);
    for (const { a, b, link } of claims) {
      if (a.group === b.group) continue;
      if (mayJoin(a.group, b.group)) join(a.group, b.group);
      else remove(link, 'unique-namespace');
    }
    return this.#groupsAmong(group.members);
  }

  /** Deletes identities from a graph over the limit: cookies first, then devices, then people; the oldest first. */
  #shrink(group: Group, remove: Remove): void {
    const pending = [group];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (next.members.size <= this.#rules.limit) continue;
      const victim = [...next.members].reduce((x, y) => (isDeletedBefore(x, y) ? x : y));
      for (const link of [...victim.links.values()]) remove(link, 'limit');
      pending.push(...this.#regroup(next.members));
    }
  }

  /** Finds the groups of nodes anew, after links of theirs are gone. */
  #regroup(nodes: Iterable<Node>): Set<Group> {
    const all = [...nodes];
    for (const node of all) node.group = groupOf(node);
    for (const a of all) for (const b of a.links.keys()) if (a.group !== b.group) join(a.group, b.group);
    return this.#groupsAmong(all);
  }

  /** The groups of these nodes; those that nothing links any more leave the graph. */
  #groupsAmong(nodes: Iterable<Node>): Set<Group> {
    const groups = new Set<Group>();
    for (const node of nodes) {
      if (node.links.size > 0) groups.add(node.group);
      else this.#nodes.delete(node.key);
    }
    return groups;
  }
}

interface ApplyOptions {
  readonly isLate?: boolean;
  readonly isUnlinked?: IsUnlinked;
}

type IsUnlinked = (a: IdentityKey, b: IdentityKey) => boolean;

/** Whether an assertion says of two that they are linked: of all claims, those of the latest one are the strongest. */
type IsLatest = (a: Node, b: Node) => boolean;

type Remove = (link: Link, why: RemovalReason) => void;

const NONE: readonly RemovedLink[] = [];

const byEnds = (x: RemovedLink, y: RemovedLink): number => compareKeys(x.a, y.a) || compareKeys(x.b, y.b);

/** The nodes of an assertion's identities, each once, sorted; none where there are fewer than two. */
function nodesInOrder(identities: readonly IdentityKey[], nodeOf: (key: IdentityKey) => Node): readonly Node[] {
  if (identities.length === 2) {
    const [a, b] = identities as [IdentityKey, IdentityKey];
    if (a === b) return [];
    return a < b ? [nodeOf(a), nodeOf(b)] : [nodeOf(b), nodeOf(a)];
  }
  const keys = [...new Set(identities)].sort();
  return keys.length < 2 ? [] : keys.map(nodeOf);
}
