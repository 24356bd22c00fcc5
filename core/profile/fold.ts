import { type GraphRefusal, linkableIdentities } from '#core/identity/eligibility.ts';
import { addAssertions, type EvidenceLimits } from '#core/identity/evidence.ts';
import { type Identity, type IdentityKey, identityKey } from '#core/identity/identity.ts';
import type { Assertion, LinkRules } from '#core/identity/link-rules.ts';
import type { AcceptedRecord } from '#core/ingestion/accepted-record.ts';
import {
  appliedIds,
  type Fragment,
  fragmentKey,
  joinApplied,
  type ProfileEvent,
  type ProfileItem,
} from './profile-item.ts';

/** What folding needs to know from the catalog. */
export interface FoldRules {
  readonly links: LinkRules;
  readonly evidenceLimits?: EvidenceLimits;
  isProfileEnabled(datasetId: string): boolean;
  isIdentityEnabled(datasetId: string): boolean;
  /** Keeps what segments read of an event; undefined where no segment looks at it. */
  projectEvent(entity: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined;
}

/** What became of a record in the profile. Whether it is in the lake has been settled before. */
export interface FoldOutcome {
  readonly record: AcceptedRecord;
  readonly duplicate: boolean;
  /** Why it is in no profile although its dataset is enabled (aep.md §3.6). */
  readonly withoutProfile?: ProfileRefusal;
  /** Why it said nothing to the graph although it names several identities. */
  readonly graphRefusal?: GraphRefusal;
}

export type ProfileRefusal = 'no-primary-identity' | 'two-values-of-primary-namespace' | 'dataset-not-enabled';

/**
 * Folds records into an item. Every effect is a union over sets ordered by time, so the result is the same in whatever
 * order and however often the records come. A record whose id was applied before is a duplicate.
 * @returns the item (the same object when nothing changed), one outcome a record, and how many assertions came too late
 */
export function foldRecords(
  item: ProfileItem,
  records: readonly AcceptedRecord[],
  rules: FoldRules,
): { item: ProfileItem; outcomes: FoldOutcome[]; late: number } {
  const applied = appliedIds(item.applied);
  const outcomes: FoldOutcome[] = [];
  const assertions: Assertion[] = [];
  const draft: Draft = { fragments: { ...item.fragments }, events: new Map() };
  let added = '';
  for (const record of records) {
    if (applied.has(record.id)) {
      outcomes.push({ record, duplicate: true });
      continue;
    }
    applied.add(record.id);
    added += record.id;
    const graph = assertionOf(record, rules);
    if ('assertion' in graph) assertions.push(graph.assertion);
    const withoutProfile = keepInProfile(draft, record, rules);
    outcomes.push({
      record,
      duplicate: false,
      ...(withoutProfile && { withoutProfile }),
      ...('refusal' in graph && { graphRefusal: graph.refusal }),
    });
  }
  if (added === '') return { item, outcomes, late: 0 };
  const { evidence, late } = addAssertions(item.evidence, assertions, rules.links, rules.evidenceLimits);
  const events = { ...item.events };
  for (const [primary, fresh] of draft.events) events[primary] = joinEvents(events[primary] ?? [], fresh);
  const folded = { ...item, evidence, fragments: draft.fragments, events, applied: joinApplied(item.applied, added) };
  return { item: folded, outcomes, late };
}

interface Draft {
  readonly fragments: Record<string, Fragment>;
  readonly events: Map<IdentityKey, ProfileEvent[]>;
}

/** By time. An event that is there already, though its id was forgotten, stays one event. */
function joinEvents(known: readonly ProfileEvent[], fresh: readonly ProfileEvent[]): readonly ProfileEvent[] {
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...fresh.filter(({ id }) => !ids.has(id))].sort(
    (x, y) => x.time - y.time || (x.id < y.id ? -1 : 1),
  );
}

function assertionOf(
  record: AcceptedRecord,
  rules: FoldRules,
): { assertion: Assertion } | { refusal: GraphRefusal } | Record<string, never> {
  if (!rules.isIdentityEnabled(record.datasetId)) return {};
  const { identities, refusal } = linkableIdentities(record.identities, rules.links);
  if (refusal) return { refusal };
  if (identities.length < 2) return {};
  return { assertion: { id: record.id, time: record.time, source: record.datasetId, identities } };
}

function keepInProfile(draft: Draft, record: AcceptedRecord, rules: FoldRules): ProfileRefusal | undefined {
  if (!rules.isProfileEnabled(record.datasetId)) return 'dataset-not-enabled';
  const primary = primaryIdentity(record, rules.links);
  if (typeof primary === 'string') return primary;
  const key = identityKey(primary);
  if (record.behaviour === 'event') {
    const entity = rules.projectEvent(record.entity);
    const events = draft.events.get(key) ?? [];
    if (entity) events.push({ id: record.id, time: record.time, entity });
    draft.events.set(key, events);
    return undefined;
  }
  const at = fragmentKey(record.datasetId, key);
  const known = draft.fragments[at];
  const { identityMap: _identities, ...attributes } = record.entity;
  // The id decides between records that nothing else puts in order.
  const fragment = { time: record.time, tie: `${record.tie}|${record.id}`, attributes };
  draft.fragments[at] = known ? newerFragment(known, fragment) : fragment;
  return undefined;
}

/**
 * The identity under which a record is kept: of an event the one of the strongest namespace, whatever is flagged; of a
 * record the flagged one (aep.md §3.4).
 */
export function primaryIdentity(record: AcceptedRecord, rules: LinkRules): Identity | ProfileRefusal {
  const { identities } = record;
  if (identities.length === 0) return 'no-primary-identity';
  if (record.behaviour === 'record') {
    const flagged = identities.find(({ primary }) => primary);
    if (flagged) return flagged;
    if (identities.length === 1) return identities[0]!;
  }
  const strongest = Math.min(...identities.map(({ namespace }) => rules.rank(namespace)));
  const candidates = identities.filter(({ namespace }) => rules.rank(namespace) === strongest);
  if (candidates.some(({ value }) => value !== candidates[0]!.value)) return 'two-values-of-primary-namespace';
  return candidates[0]!;
}

/** The later record replaces the earlier one; of the regions a device was seen in each keeps its latest capture. */
function newerFragment(known: Fragment, fresh: Fragment): Fragment {
  const freshIsNewer = fresh.time - known.time || (fresh.tie < known.tie ? -1 : 1);
  const [older, newer] = freshIsNewer > 0 ? [known, fresh] : [fresh, known];
  const regions = latestRegions(older.attributes.userActivityRegions, newer.attributes.userActivityRegions);
  return regions ? { ...newer, attributes: { ...newer.attributes, userActivityRegions: regions } } : newer;
}

export type ActivityRegions = Readonly<Record<string, { readonly captureTimestamp: string }>>;

/** Joins two `userActivityRegions` (aep.md §1.3); per region the later capture stays. */
export function latestRegions(older: unknown, newer: unknown): ActivityRegions | undefined {
  const left = older as ActivityRegions | undefined;
  const right = newer as ActivityRegions | undefined;
  if (!left || !right) return left ?? right;
  const joined: Record<string, { readonly captureTimestamp: string }> = { ...right };
  for (const [region, capture] of Object.entries(left)) {
    const other = joined[region];
    if (!other || Date.parse(capture.captureTimestamp) > Date.parse(other.captureTimestamp)) joined[region] = capture;
  }
  return joined;
}
