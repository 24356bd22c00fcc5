import type { IdentityKey } from '#core/record/identity.ts';
import { LinkGraph } from './link-graph.ts';
import type { Evidence, EvidenceLimits } from './link-history.ts';
import type { Assertion, Link, LinkRules, RemovedLink } from './link-rules.ts';

/** What evidence comes to. */
export interface Replayed {
  /** As they stand now. */
  readonly links: readonly Link[];
  /** Those that were removed on the way, in the order of time. A link that came back later is among both. */
  readonly removed: readonly RemovedLink[];
}

type Limits = Pick<EvidenceLimits, 'undo'>;

/**
 * Takes assertions and withdrawals one after the other, in the order of their time. A withdrawal takes its link out; and
 * what was asserted of that link shortly before it (`undo`) counts as if it had never been said, so that whatever it had
 * displaced is there again.
 * @param known all there is, if these are only the first of them: later withdrawals count
 */
export function replay(
  { settled, assertions, removed = [] }: Pick<Evidence, 'settled' | 'assertions' | 'removed'>,
  rules: LinkRules,
  limits: Limits,
  known = assertions,
): Replayed {
  const graph = new LinkGraph(settled, rules);
  const now = applyAll(graph, assertions, known, limits);
  return { links: graph.links(), removed: [...removed, ...now] };
}

/** Takes what came too late into settled links. Nothing of it counts as the latest that was said. */
export function replayLate(
  { settled, assertions }: Evidence,
  late: readonly Assertion[],
  rules: LinkRules,
  limits: Limits,
): Replayed {
  const graph = new LinkGraph(settled, rules);
  const removed = applyAll(graph, late, [...late, ...assertions], limits, true);
  return { links: graph.links(), removed };
}

function applyAll(
  graph: LinkGraph,
  entries: readonly Assertion[],
  all: readonly Assertion[],
  { undo }: Limits,
  isLate = false,
): RemovedLink[] {
  const removed: RemovedLink[] = [];
  const withdrawals = all.filter(({ withdrawal }) => withdrawal);
  for (const entry of entries) {
    const gone = entry.withdrawal
      ? graph.withdraw(entry)
      : graph.apply(entry, { isLate, ...(withdrawals.length > 0 && undoing(entry, withdrawals, undo)) });
    if (gone.length > 0) removed.push(...gone);
  }
  return removed;
}

/** Which links of an assertion were withdrawn shortly after it. */
function undoing({ time: said }: Assertion, withdrawals: readonly Assertion[], undo: number) {
  const near = withdrawals.filter(({ time }) => said <= time && time < said + undo);
  if (near.length === 0) return {};
  const isUndone = (a: IdentityKey, b: IdentityKey): boolean =>
    near.some(({ identities }) => identities.includes(a) && identities.includes(b));
  return { isUndone };
}

interface Known {
  readonly rules: LinkRules;
  readonly undo: number;
  readonly graph: LinkGraph;
  links: readonly Link[] | undefined;
}

/** What evidence was found to come to, for as long as somebody has it. */
const known = new WeakMap<Evidence, Known>();

/** The links alone, worked out once for each evidence. */
export function replayLinks(evidence: Evidence, rules: LinkRules, { undo }: Limits): readonly Link[] {
  let found = known.get(evidence);
  if (found?.rules !== rules || found.undo !== undo) {
    const graph = new LinkGraph(evidence.settled, rules);
    applyAll(graph, evidence.assertions, evidence.assertions, { undo });
    found = { rules, undo, graph, links: undefined };
    known.set(evidence, found);
  }
  found.links ??= found.graph.links();
  return found.links;
}

/** Lets `to`, which is `from` continued by assertions later than all it has, go on where `from` had come to. */
export function continueReplay(
  from: Evidence,
  to: Evidence,
  later: readonly Assertion[],
  rules: LinkRules,
  { undo }: Limits,
): void {
  const found = known.get(from);
  if (found?.rules !== rules || found.undo !== undo) return;
  if (later.some(({ withdrawal }) => withdrawal)) return;
  known.delete(from);
  for (const assertion of later) found.graph.apply(assertion);
  known.set(to, { ...found, links: undefined });
}
