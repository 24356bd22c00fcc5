import { hash } from 'node:crypto';
import { type Backoff, retryOnConflict } from '#core/ports/conflict.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { identityKey } from '#core/record/identity.ts';
import { ChangeDraft, type CountableRecord } from './change-draft.ts';
import type { ActivitySet } from './compile.ts';
import { interactionsOf } from './interactions.ts';
import { type ActivityCounts, MAX_OPERATIONS } from './ports/activity-counts.ts';
import { type NamespaceRules, visitorIdsOf } from './visitor-ids.ts';

export interface CountDeps extends Backoff {
  readonly activities: ActivitySet;
  readonly namespaces: NamespaceRules;
  readonly counts: ActivityCounts;
}

/** Records that are counted together; halved where they do not fit into one change, or some of them were counted. */
const GROUP = 25;
/** Of one record; whoever names more is no visitor of a page. */
const MAX_IDENTITIES = 40;

/**
 * Counts what events say about activities: displays and clicks each once, and of every device or person one success of an
 * activity, for the experience that it saw last before (docs/personalisation.md, "Counting"). It may be repeated, and be at
 * the same records several times at once: what is counted and the note that it was are one write.
 * @param records accepted, and not told to be duplicates of others
 */
export async function countActivities(records: readonly AcceptedRecord[], deps: CountDeps): Promise<void> {
  if (deps.activities.byId.size === 0) return;
  const countable = records.flatMap((record) => countableOf(record, deps) ?? []);
  for (let start = 0; start < countable.length; start += GROUP) {
    await countGroup(countable.slice(start, start + GROUP), deps);
  }
}

function countableOf(record: AcceptedRecord, { activities, namespaces }: CountDeps): CountableRecord | undefined {
  if (record.behaviour !== 'event' || record.identities.length === 0) return undefined;
  const { entity, identities, time } = record;
  const interactions = interactionsOf(entity, activities);
  const { eventType } = entity;
  const successOf = typeof eventType === 'string' ? (activities.byConversion.get(eventType) ?? []) : [];
  if (!interactions && successOf.length === 0) return undefined;
  return {
    mark: markOf(record),
    time,
    ids: visitorIdsOf(identities, namespaces),
    identities: [...new Set(identities.map(identityKey))].slice(0, MAX_IDENTITIES),
    interactions,
    successOf,
  };
}

/** Records are the same where the timeline finds them the same: under one primary identity, by one id. */
function markOf({ id, identities }: AcceptedRecord): string {
  const primary = identities.find((one) => one.primary) ?? identities[0]!;
  return hash('sha256', JSON.stringify([identityKey(primary), id]), 'base64url').slice(0, 32);
}

async function countGroup(group: readonly CountableRecord[], deps: CountDeps): Promise<void> {
  const isDone = await retryOnConflict(() => tryGroup(group, deps), deps);
  // One that is known alone was counted before.
  if (isDone || group.length === 1) return;
  const middle = Math.ceil(group.length / 2);
  await countGroup(group.slice(0, middle), deps);
  await countGroup(group.slice(middle), deps);
}

/** @returns whether nothing is left to be done */
async function tryGroup(group: readonly CountableRecord[], { counts, activities }: CountDeps): Promise<boolean> {
  const identities = [...new Set(group.flatMap((record) => record.identities))];
  const draft = new ChangeDraft(await counts.exposures(identities), activities);
  for (const record of group) draft.add(record);
  if (draft.isEmpty) return true;
  if (draft.operations > MAX_OPERATIONS && group.length > 1) return false;
  return (await counts.commit(draft.change)) === 'done';
}
