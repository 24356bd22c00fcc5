import { LINK_HISTORY_LIMITS, type LinkHistory, type LinkHistoryLimits } from './link-history.ts';
import { type Assertion, compareKeys, type Link, type LinkingRules, type RemovedLink } from './linking-rules.ts';
import { continueReplay, replay, replayLate, replayLinks } from './replay.ts';

/** Removed links that are remembered once they are settled. */
const MAX_REMOVED = 16;

/**
 * Adds assertions and withdrawals. One whose id is already there is the same one and changes nothing.
 * @returns the link history, and how many of them came later than it reaches
 */
export function addAssertions(
  linkHistory: LinkHistory,
  added: readonly Assertion[],
  rules: LinkingRules,
  limits: LinkHistoryLimits = LINK_HISTORY_LIMITS,
): { linkHistory: LinkHistory; late: number } {
  const fresh = unknownOf(added, linkHistory.assertions);
  if (fresh.length === 0) return { linkHistory, late: 0 };
  const onTime = fresh.filter(({ time }) => time > linkHistory.condensedUntil);
  const last = linkHistory.assertions.at(-1);
  const continues = onTime.length === fresh.length && (!last || inOrder(last, onTime[0]!) < 0);
  const assertions = [...linkHistory.assertions, ...onTime];
  if (!continues) assertions.sort(inOrder);
  const late = continues ? [] : fresh.filter(({ time }) => time <= linkHistory.condensedUntil);
  const whole = takeLate({ ...linkHistory, assertions }, late, rules, limits);
  const condensed = condense(whole, rules, limits);
  if (continues) continueReplay(linkHistory, condensed, onTime, rules, limits);
  return { linkHistory: condensed, late: late.length };
}

/** The link history of two sides that turned out to be connected. */
export function joinLinkHistories(left: LinkHistory, right: LinkHistory): LinkHistory {
  return {
    condensed: [...left.condensed, ...right.condensed],
    condensedUntil: Math.max(left.condensedUntil, right.condensedUntil),
    assertions: [...left.assertions, ...right.assertions].sort(inOrder),
    ...withRemoved([...(left.removed ?? []), ...(right.removed ?? [])]),
  };
}

/** The links as they stand now. */
export const linksOf = (
  linkHistory: LinkHistory,
  rules: LinkingRules,
  limits: LinkHistoryLimits = LINK_HISTORY_LIMITS,
): readonly Link[] => replayLinks(linkHistory, rules, limits);

/**
 * What takes a link out comes after what was asserted at the same instant, and what somebody takes out by hand last. Of
 * assertions, the one whose identities come first in the alphabet comes last, so that it counts as the latest: what decides
 * is what was asserted, not where or how it came.
 */
const inOrder = (x: Assertion, y: Assertion): number =>
  x.time - y.time || weightOf(x) - weightOf(y) || compareKeys(namesOf(y), namesOf(x)) || compareKeys(x.id, y.id);

const weightOf = ({ unlinking, clears }: Assertion): number => (unlinking ? 2 : clears ? 1 : 0);

/** No identity has a zero byte; a shorter list comes before one that goes on. */
const namesOf = ({ identities }: Assertion): string => [...identities].sort().join('\0');

function unknownOf(added: readonly Assertion[], assertions: readonly Assertion[]): Assertion[] {
  if (added.length === 1) return assertions.some(({ id }) => id === added[0]!.id) ? [] : [...added];
  const known = new Set(assertions.map(({ id }) => id));
  return added.filter(({ id }) => !known.has(id) && known.add(id)).sort(inOrder);
}

function takeLate(
  linkHistory: LinkHistory,
  late: readonly Assertion[],
  rules: LinkingRules,
  limits: LinkHistoryLimits,
): LinkHistory {
  if (late.length === 0) return linkHistory;
  const { links, removed } = replayLate(linkHistory, late, rules, limits);
  return { ...linkHistory, condensed: links, ...withRemoved([...(linkHistory.removed ?? []), ...removed]) };
}

function condense(linkHistory: LinkHistory, rules: LinkingRules, limits: LinkHistoryLimits): LinkHistory {
  const { assertions } = linkHistory;
  if (assertions.length <= limits.many) return linkHistory;
  const validUntil = assertions.at(-1)!.time - limits.lateness;
  const oldEnough = assertions.findIndex(({ time }) => time > validUntil);
  const count = Math.max(oldEnough, assertions.length - limits.most);
  if (count <= 0) return linkHistory;
  const folded = assertions.slice(0, count);
  // The withdrawals that are kept undo what is folded, too.
  const { links, removed } = replay({ ...linkHistory, assertions: folded }, rules, limits, assertions);
  return {
    condensed: links,
    condensedUntil: Math.max(linkHistory.condensedUntil, folded.at(-1)!.time),
    assertions: assertions.slice(count),
    ...withRemoved(removed),
  };
}

function withRemoved(removed: readonly RemovedLink[]): Pick<LinkHistory, 'removed'> {
  if (removed.length === 0) return {};
  return { removed: [...removed].sort((x, y) => x.at - y.at).slice(-MAX_REMOVED) };
}
