import { EVIDENCE_LIMITS, type Evidence, type EvidenceLimits } from './link-history.ts';
import type { Assertion, Link, LinkRules, RemovedLink } from './link-rules.ts';
import { continueReplay, replay, replayLate, replayLinks } from './replay.ts';

/** Removed links that are remembered once they are settled. */
const MOST_REMOVED = 16;

/**
 * Adds assertions and withdrawals. One whose id is already there is the same one and changes nothing.
 * @returns the evidence, and how many of them came later than it reaches
 */
export function addAssertions(
  evidence: Evidence,
  added: readonly Assertion[],
  rules: LinkRules,
  limits: EvidenceLimits = EVIDENCE_LIMITS,
): { evidence: Evidence; late: number } {
  const fresh = unknownOf(added, evidence.assertions);
  if (fresh.length === 0) return { evidence, late: 0 };
  const onTime = fresh.filter(({ time }) => time > evidence.settledUntil);
  const last = evidence.assertions.at(-1);
  const continues = onTime.length === fresh.length && (!last || inOrder(last, onTime[0]!) < 0);
  const assertions = [...evidence.assertions, ...onTime];
  if (!continues) assertions.sort(inOrder);
  const late = continues ? [] : fresh.filter(({ time }) => time <= evidence.settledUntil);
  const whole = takeLate({ ...evidence, assertions }, late, rules, limits);
  const settled = settle(whole, rules, limits);
  if (continues) continueReplay(evidence, settled, onTime, rules, limits);
  return { evidence: settled, late: late.length };
}

/** The evidence of two sides that turned out to be connected. */
export function joinEvidence(left: Evidence, right: Evidence): Evidence {
  return {
    settled: [...left.settled, ...right.settled],
    settledUntil: Math.max(left.settledUntil, right.settledUntil),
    assertions: [...left.assertions, ...right.assertions].sort(inOrder),
    ...withRemoved([...(left.removed ?? []), ...(right.removed ?? [])]),
  };
}

/** The links as they stand now. */
export const linksOf = (
  evidence: Evidence,
  rules: LinkRules,
  limits: EvidenceLimits = EVIDENCE_LIMITS,
): readonly Link[] => replayLinks(evidence, rules, limits);

/** A withdrawal of one instant comes after what was asserted then. */
const inOrder = (x: Assertion, y: Assertion): number =>
  x.time - y.time || Number(!!x.withdrawal) - Number(!!y.withdrawal) || (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);

function unknownOf(added: readonly Assertion[], assertions: readonly Assertion[]): Assertion[] {
  if (added.length === 1) return assertions.some(({ id }) => id === added[0]!.id) ? [] : [...added];
  const known = new Set(assertions.map(({ id }) => id));
  return added.filter(({ id }) => !known.has(id) && known.add(id)).sort(inOrder);
}

function takeLate(evidence: Evidence, late: readonly Assertion[], rules: LinkRules, limits: EvidenceLimits): Evidence {
  if (late.length === 0) return evidence;
  const { links, removed } = replayLate(evidence, late, rules, limits);
  return { ...evidence, settled: links, ...withRemoved([...(evidence.removed ?? []), ...removed]) };
}

function settle(evidence: Evidence, rules: LinkRules, limits: EvidenceLimits): Evidence {
  const { assertions } = evidence;
  if (assertions.length <= limits.many) return evidence;
  const horizon = assertions.at(-1)!.time - limits.lateness;
  const oldEnough = assertions.findIndex(({ time }) => time > horizon);
  const count = Math.max(oldEnough, assertions.length - limits.most);
  if (count <= 0) return evidence;
  const folded = assertions.slice(0, count);
  // The withdrawals that are kept undo what is folded, too.
  const { links, removed } = replay({ ...evidence, assertions: folded }, rules, limits, assertions);
  return {
    settled: links,
    settledUntil: Math.max(evidence.settledUntil, folded.at(-1)!.time),
    assertions: assertions.slice(count),
    ...withRemoved(removed),
  };
}

function withRemoved(removed: readonly RemovedLink[]): Pick<Evidence, 'removed'> {
  if (removed.length === 0) return {};
  return { removed: [...removed].sort((x, y) => x.at - y.at).slice(-MOST_REMOVED) };
}
