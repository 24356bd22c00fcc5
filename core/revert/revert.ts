import type { Suppress } from '#core/governance/suppress.ts';
import { deleteRowsFromLake } from '#core/lake/delete-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { loadItems } from '#core/profile/load.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { dayOf, folderAt, type Partition } from '#core/record/partition.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { affected, findAffectedItems, writeItems } from './affected-items.ts';
import { collectFolder, foldersOf, jobPartitionsOfIdentities } from './collect.ts';
import { jobPartitionOf } from './job-partition.ts';
import { rebuildJobPartition } from './rebuild-job-partition.ts';
import { type RevertedBatch, rowsOfBatch } from './rows-of-batch.ts';
import type { RevertSettings } from './settings.ts';
import { type AffectedItem, type LeftItem, passOf, readWork, stateKey, workPrefix } from './work-files.ts';

/**
 * Takes a batch back: in the end graphs, profiles, memberships, timeline and lake are as if it had never come.
 *
 * 1. `plan`: which profile items have something of it, and at which revision they are. The timeline forgets it, so that a
 *    record that comes again from now on is no duplicate of it.
 * 2. `collect`: the lake is read, folder by folder; all other rows of these people are written down beside.
 * 3. `rebuild`: each item is folded anew from them and written at once, if it still is at its revision and its timeline has
 *    nothing else: since records are in the lake before that, nothing is missing then. So nobody ever sees half a profile.
 *    What was written meanwhile is left for another round, which reads the latest folders only.
 * 4. `clean`: the rows of the batch leave the lake, its rejected rows the quarantine.
 *
 * It goes on from its last step, whoever died in it, and a step may be done twice.
 */
export interface RevertState {
  readonly batch: RevertedBatch;
  readonly phase: 'plan' | 'collect' | 'rebuild' | 'clean' | 'done';
  readonly jobPartitions: number;
  readonly round: number;
  /** Epoch ms: when the items of this round were looked at. */
  readonly since: number;
  readonly folders: readonly Partition[];
  /** The next folder, or part. */
  readonly next: number;
  readonly rebuilt: number;
}

export interface RevertDeps {
  readonly settings: RevertSettings;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly profiles: ProfileStore;
  readonly timeline: Timeline;
  readonly suppress: Suppress;
  readonly now: () => number;
  /** Epoch ms: no step is begun after that, but a first one. */
  readonly until: number;
}

/** Records of a batch for each of which there is a part: what is held at once is all that the lake has of their people. */
const RECORDS_A_PART = 2_000;

/** How many parts the items of a batch of so many records are divided into, 1 to 500. */
export const jobPartitionsFor = (records: number): number => Math.min(500, Math.ceil(records / RECORDS_A_PART) || 1);

/**
 * Goes on with a revert, from where it stands, until it is done or the time is over.
 * @param start where it begins, if nobody has begun it
 * @returns whether it is done; otherwise it has to be called again
 */
export async function workRevert(
  start: Pick<RevertState, 'batch' | 'jobPartitions'>,
  deps: RevertDeps,
): Promise<'done' | 'unfinished'> {
  const { landing } = deps;
  const key = stateKey(start.batch.id);
  for (;;) {
    const [stored] = await Array.fromAsync(landing.entries(key));
    const bytes = stored && (await landing.get(key, undefined, stored.etag));
    if (stored && !bytes) continue;
    const state: RevertState = bytes
      ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as RevertState)
      : { ...start, phase: 'plan', round: 1, since: deps.now(), folders: [], next: 0, rebuilt: 0 };
    if (state.phase === 'done') return 'done';
    const next = await step(state, deps);
    // Whoever else works on it has come to the same, or further.
    await landing.putIf(key, Buffer.from(JSON.stringify(next)), stored?.etag, { contentType: 'application/json' });
    if (next.phase !== 'done' && deps.now() >= deps.until) return 'unfinished';
  }
}

async function step(state: RevertState, deps: RevertDeps): Promise<RevertState> {
  switch (state.phase) {
    case 'plan':
      return plan(state, deps);
    case 'collect':
      return collect(state, deps);
    case 'rebuild':
      return rebuild(state, deps);
    default:
      return clean(state, deps);
  }
}

async function plan(state: RevertState, deps: RevertDeps): Promise<RevertState> {
  const since = deps.now();
  await findAffectedItems(state.batch, passOf({ ...state, since }), state.jobPartitions, deps);
  return { ...state, phase: 'collect', since, folders: await foldersOf(deps.lake, deps.settings), next: 0 };
}

/** As many folders as there is time for: the identities that are looked for are read only once for all of them. */
async function collect(state: RevertState, deps: RevertDeps): Promise<RevertState> {
  const { batch, jobPartitions, folders } = state;
  const pass = passOf(state);
  const jobPartitionsOf = await jobPartitionsOfIdentities(batch.id, pass, jobPartitions, deps.landing);
  let { next } = state;
  for (; jobPartitionsOf.size > 0 && next < folders.length; next++) {
    if (next > state.next && deps.now() >= deps.until) return { ...state, next };
    await collectFolder(batch, folders[next]!, `${pass}${next}`, jobPartitionsOf, deps);
  }
  return { ...state, phase: 'rebuild', next: 0 };
}

async function rebuild(state: RevertState, deps: RevertDeps): Promise<RevertState> {
  const { batch, jobPartitions, next } = state;
  const { rebuilt } = await rebuildJobPartition(batch, passOf(state), next, deps);
  const done = { ...state, next: next + 1, rebuilt: state.rebuilt + rebuilt };
  return next + 1 < jobPartitions ? done : nextRound(done, deps);
}

/**
 * Another round for what was left. Where the same people are still in the same parts, only rows that came since then are
 * missing; where people have been joined, or records of long ago were ingested from quarantine, all of theirs are looked for.
 */
async function nextRound(state: RevertState, deps: RevertDeps): Promise<RevertState> {
  const { batch, round, jobPartitions, since } = state;
  const { landing, lake, settings, profiles } = deps;
  const left = new Map<IdentityKey, LeftItem>();
  for (let jobPartition = 0; jobPartition < jobPartitions; jobPartition++) {
    for await (const item of readWork(landing, batch.id, 'left', jobPartition, passOf(state)))
      left.set(item.canonicalKey, item);
  }
  const canonicalKeys = [...left.keys()];
  if (canonicalKeys.length === 0) return { ...state, phase: 'clean', next: 0 };
  const before = await jobPartitionsOfIdentities(batch.id, passOf(state), jobPartitions, landing);
  const now = deps.now();
  const items = new Map<IdentityKey, AffectedItem>();
  for (let start = 0; start < canonicalKeys.length; start += LOOKUPS) {
    const found = await loadItems(canonicalKeys.slice(start, start + LOOKUPS), profiles);
    for (const item of found.items) {
      const missing = [item.canonicalKey, ...item.mergedIn].flatMap(
        (canonicalKey) => left.get(canonicalKey)?.missing ?? [],
      );
      items.set(item.canonicalKey, { ...affected(item), ...(missing.length > 0 && { missing }) });
    }
  }
  await writeItems(batch.id, passOf({ round: round + 1, since: now }), [...items.values()], jobPartitions, landing);
  const isKnown = [...items.values()].every(({ canonicalKey, identities }) =>
    identities.every((key) => before.get(key) === jobPartitionOf(canonicalKey, jobPartitions)),
  );
  const areRecent = [...left.values()].every(({ oldest = since }) => oldest >= since - DAY_MS);
  const from = isKnown && areRecent ? dayOf(since - DAY_MS) : undefined;
  return {
    ...state,
    phase: 'collect',
    round: round + 1,
    since: now,
    folders: await foldersOf(lake, settings, from),
    next: 0,
  };
}
const LOOKUPS = 500;

async function clean(state: RevertState, { landing, lake, quarantine }: RevertDeps): Promise<RevertState> {
  const { batch } = state;
  const folder = folderAt(batch.datasetId, batch.receivedAt);
  await deleteRowsFromLake(lake, [folder], rowsOfBatch(batch));
  await deleteBelow(quarantine, [`${folder}${batch.id}-`, `${folder}file-${batch.id}`]);
  const kept = stateKey(batch.id);
  await deleteBelow(landing, [workPrefix(batch.id)], kept);
  return { ...state, phase: 'done', folders: [] };
}

async function deleteBelow(store: ObjectStore, prefixes: readonly string[], except?: string): Promise<void> {
  for (const prefix of prefixes) {
    const keys = (await Array.fromAsync(store.list(prefix))).filter((key) => key !== except);
    if (keys.length > 0) await store.delete(keys);
  }
}
