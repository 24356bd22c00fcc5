import { LinkGraph } from './link-graph.ts';
import type { Assertion, Link, LinkRules, RemovedLink } from './link-rules.ts';

/**
 * What is known about who belongs together, in a form in which the order of arrival does not matter: assertions are
 * kept in the order of their time, and the links are those of the assertions taken one after the other. Old assertions
 * are folded into `settled` links once there are many; one that arrives later than that is taken as if it came first
 * after them, and is counted.
 */
export interface Evidence {
  /** Links that are no longer replayed. */
  readonly settled: readonly Link[];
  /** Epoch ms up to which assertions are folded into `settled`. */
  readonly settledUntil: number;
  /** By time, then id. */
  readonly assertions: readonly Assertion[];
}

export const NO_EVIDENCE: Evidence = { settled: [], settledUntil: Number.NEGATIVE_INFINITY, assertions: [] };

export interface EvidenceLimits {
  /** Assertions are kept at least this long (ms before the newest), as far as `most` allows. */
  readonly lateness: number;
  /** Folding begins above this many assertions. */
  readonly many: number;
  /** Never more than this, however young they are. */
  readonly most: number;
}

export const EVIDENCE_LIMITS: EvidenceLimits = { lateness: 7 * 86_400_000, many: 128, most: 512 };

const byTime = (x: Assertion, y: Assertion): number => x.time - y.time || (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);

/**
 * Adds assertions. An assertion whose id is already there is the same one and changes nothing.
 * @returns the evidence, and how many assertions came later than it reaches
 */
export function addAssertions(
  evidence: Evidence,
  added: readonly Assertion[],
  rules: LinkRules,
  limits: EvidenceLimits = EVIDENCE_LIMITS,
): { evidence: Evidence; late: number } {
  const known = new Set(evidence.assertions.map(({ id }) => id));
  const fresh = added.filter(({ id }) => !known.has(id) && known.add(id));
  if (fresh.length === 0) return { evidence, late: 0 };
  const assertions = [...evidence.assertions, ...fresh].sort(byTime);
  const late = fresh.filter(({ time }) => time <= evidence.settledUntil).length;
  return { evidence: settle({ ...evidence, assertions }, rules, limits), late };
}

/** The evidence of two sides that turned out to be connected. */
export function joinEvidence(left: Evidence, right: Evidence): Evidence {
  return {
    settled: [...left.settled, ...right.settled],
    settledUntil: Math.max(left.settledUntil, right.settledUntil),
    assertions: [...left.assertions, ...right.assertions].sort(byTime),
  };
}

/** The links as they stand now. */
export function linksOf(evidence: Evidence, rules: LinkRules): readonly Link[] {
  return replay(evidence, rules).links;
}

/**
 * The links as they stand now, and those that the rules have removed on the way, in the order of time; a link that came
 * back later is among both.
 */
export function replay(
  { settled, assertions }: Evidence,
  rules: LinkRules,
): { links: readonly Link[]; removed: readonly RemovedLink[] } {
  const graph = new LinkGraph(settled, rules);
  const removed = assertions.flatMap((assertion) => graph.apply(assertion));
  return { links: graph.links(), removed };
}

function settle(evidence: Evidence, rules: LinkRules, limits: EvidenceLimits): Evidence {
  const { assertions } = evidence;
  if (assertions.length <= limits.many) return evidence;
  const horizon = assertions.at(-1)!.time - limits.lateness;
  const oldEnough = assertions.findIndex(({ time }) => time > horizon);
  const count = Math.max(oldEnough, assertions.length - limits.most);
  if (count <= 0) return evidence;
  const folded = assertions.slice(0, count);
  return {
    settled: replay({ ...evidence, assertions: folded }, rules).links,
    settledUntil: Math.max(evidence.settledUntil, folded.at(-1)!.time),
    assertions: assertions.slice(count),
  };
}
