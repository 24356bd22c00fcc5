import type { IdentityKey } from '#core/record/identity.ts';
import { LinkGraph } from './link-graph.ts';
import type { LinkHistory, LinkHistoryLimits } from './link-history.ts';
import type { Assertion, Link, LinkingRules, RemovedLink } from './linking-rules.ts';

/** What link history comes to. */
export interface Replayed {
  /** As they stand now. */
  readonly links: readonly Link[];
  /** Those that were removed on the way, in the order of time. A link that came back later is among both. */
  readonly removed: readonly RemovedLink[];
}

type Limits = Pick<LinkHistoryLimits, 'unlinkReach'>;

/**
 * Takes assertions and withdrawals one after the other, in the order of their time. A withdrawal takes its link out; and
 * what was asserted of that link shortly before it (`undo`) counts as if it had never been said, so that whatever it had
 * displaced is there again.
 * @param known all there is, if these are only the first of them: later withdrawals count
 */
export function replay(
  { condensed, assertions, removed = [] }: Pick<LinkHistory, 'condensed' | 'assertions' | 'removed'>,
  rules: LinkingRules,
  limits: Limits,
  known = assertions,
): Replayed {
  const graph = new LinkGraph(condensed, rules);
  const now = applyAll(graph, assertions, known, limits);
  return { links: graph.links(), removed: [...removed, ...now] };
}

/** Takes what came too late into settled links. Nothing of it counts as the latest that was said. */
export function replayLate(
  { condensed, assertions }: LinkHistory,
  late: readonly Assertion[],
  rules: LinkingRules,
  limits: Limits,
): Replayed {
  const graph = new LinkGraph(condensed, rules);
  const removed = applyAll(graph, late, [...late, ...assertions], limits, true);
  return { links: graph.links(), removed };
}

function applyAll(
  graph: LinkGraph,
  entries: readonly Assertion[],
  all: readonly Assertion[],
  { unlinkReach }: Limits,
  isLate = false,
): RemovedLink[] {
  const removed: RemovedLink[] = [];
  const unlinkings = all.filter(({ unlinking }) => unlinking);
  for (const entry of entries) {
    const gone = entry.clears
      ? graph.clear(entry)
      : entry.unlinking
        ? graph.unlink(entry)
        : graph.apply(entry, {
            isLate,
            ...(unlinkings.length > 0 && unlinkedShortlyAfter(entry, unlinkings, unlinkReach)),
          });
    if (gone.length > 0) removed.push(...gone);
  }
  return removed;
}

/** Which links of an assertion were withdrawn shortly after it. */
function unlinkedShortlyAfter({ time: asserted }: Assertion, unlinkings: readonly Assertion[], unlinkReach: number) {
  const near = unlinkings.filter(({ time }) => asserted <= time && time < asserted + unlinkReach);
  if (near.length === 0) return {};
  const isUnlinked = (a: IdentityKey, b: IdentityKey): boolean =>
    near.some(({ identities }) => identities.includes(a) && identities.includes(b));
  return { isUnlinked };
}

interface Known {
  readonly rules: LinkingRules;
  readonly unlinkReach: number;
  readonly graph: LinkGraph;
  links: readonly Link[] | undefined;
}

/** What link history was found to come to, for as long as somebody has it. */
const known = new WeakMap<LinkHistory, Known>();

/** The links alone, worked out once for each link history. */
export function replayLinks(linkHistory: LinkHistory, rules: LinkingRules, { unlinkReach }: Limits): readonly Link[] {
  let found = known.get(linkHistory);
  if (found?.rules !== rules || found.unlinkReach !== unlinkReach) {
    const graph = new LinkGraph(linkHistory.condensed, rules);
    applyAll(graph, linkHistory.assertions, linkHistory.assertions, { unlinkReach });
    found = { rules, unlinkReach, graph, links: undefined };
    known.set(linkHistory, found);
  }
  found.links ??= found.graph.links();
  return found.links;
}

/** Lets `to`, which is `from` continued by assertions later than all it has, go on where `from` had come to. */
export function continueReplay(
  from: LinkHistory,
  to: LinkHistory,
  later: readonly Assertion[],
  rules: LinkingRules,
  { unlinkReach }: Limits,
): void {
  const found = known.get(from);
  if (found?.rules !== rules || found.unlinkReach !== unlinkReach) return;
  if (later.some(({ unlinking }) => unlinking)) return;
  known.delete(from);
  for (const one of later) {
    if (one.clears) found.graph.clear(one);
    else found.graph.apply(one);
  }
  known.set(to, { ...found, links: undefined });
}
