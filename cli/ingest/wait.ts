import { setTimeout } from 'node:timers/promises';
import { waitingDeliveries } from '#cli/stage/queues.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { stageCounts } from '#core/counts/stage-counts.ts';
import type { Batch, OutcomeCounts } from '#core/record/operations.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { type OpenWork, openWork } from '#core/report/open-work.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import type { Fed } from './ingest.ts';

const LOOK_EVERY_MS = 500;
/** Nothing has moved for so long: something is broken. A delivery that failed comes again after three to six minutes. */
const GIVE_UP_AFTER_MS = 420_000;

export interface Flow {
  readonly resources: Resources;
  readonly stores: StageStores;
  readonly catalog: CompiledCatalog;
  /** Tells how far it has come; the last thing said again and again. */
  readonly progress: (text: string) => void;
  /** Delivery lane → deliveries that are known to wait for hours, and are not waited for: texts in quiet hours. */
  readonly postponed?: Readonly<Record<string, number>>;
}

/** What had been counted before anything was sent. */
export interface Before {
  /** Dataset → records that have come by stream. */
  readonly streamed: ReadonlyMap<string, number>;
  /** Ids of the batches there were. */
  readonly batches: ReadonlySet<string>;
}

/** @param datasets to which something is going to be sent */
export async function countBefore(
  { operations, counts }: Pick<StageStores, 'operations' | 'counts'>,
  datasets: readonly string[],
): Promise<Before> {
  const streamed = await streamedInto(datasets, counts);
  const batches = new Set<string>();
  for await (const { id } of operations.batches()) batches.add(id);
  return { streamed, batches };
}

/** Waits until everything that was sent has been counted, evaluated, routed and delivered. @throws UserError when it stalls */
export async function waitUntilFlowedThrough(fed: readonly Fed[], before: Before, flow: Flow): Promise<void> {
  await waitForRecords(fed, before, flow);
  await waitUntilIdle(flow);
}

async function waitForRecords(fed: readonly Fed[], before: Before, { stores, progress }: Flow): Promise<void> {
  await waitFor(async () => {
    const { records, files, state } = await arrivalsOf(fed, before, stores);
    progress(
      [
        ...(records.sent > 0 ? [`${format(records.arrived)} of ${format(records.sent)} streamed records`] : []),
        ...(files.sent > 0 ? [`${format(files.arrived)} of ${format(files.sent)} files`] : []),
      ].join(', '),
    );
    return { isDone: records.arrived >= records.sent && files.arrived >= files.sent, state };
  }, 'The records that were sent do not arrive');
}

/** How much was sent, and how much of that has arrived: never more. */
interface Arrived {
  readonly sent: number;
  readonly arrived: number;
}

/**
 * How far that which was sent has come, and nothing besides: what others send to other datasets, and files of an earlier run
 * that are still being worked on, do not count.
 * @returns also a text that differs whenever anything has moved
 */
export async function arrivalsOf(
  fed: readonly Fed[],
  before: Before,
  { operations, counts }: Pick<StageStores, 'operations' | 'counts'>,
): Promise<{ readonly records: Arrived; readonly files: Arrived; readonly state: string }> {
  const streamed = fed.reduce((sum, { records = 0 }) => sum + records, 0);
  // What is no record of anything says not of which dataset it is.
  const into = new Set([...fed.filter(({ records }) => records).map(({ file }) => file.datasetId), UNKNOWN_DATASET]);
  const state: unknown[] = [];
  let records = 0;
  for (const [datasetId, count] of await streamedInto([...into], counts)) {
    const came = count - (before.streamed.get(datasetId) ?? 0);
    records += came;
    state.push(datasetId, came);
  }
  const uploads = fed.filter(({ ingestionMethod }) => ingestionMethod === 'batch');
  const ended: Batch[] = [];
  for await (const batch of operations.batches()) {
    const { id, status, validatedChunks, completedChunks } = batch;
    if (before.batches.has(id)) continue;
    if (status !== 'processing') ended.push(batch);
    state.push(id, status, validatedChunks, completedChunks);
  }
  const files = uploads.filter((upload) => ended.some((batch) => isOf(batch, upload))).length;
  return {
    records: { sent: streamed, arrived: Math.min(records, streamed) },
    files: { sent: uploads.length, arrived: files },
    state: JSON.stringify(state),
  };
}

/** How many records of some datasets have come by stream; those that name no dataset are always among them. */
async function streamedInto(datasets: readonly string[], counts: StageStores['counts']): Promise<Map<string, number>> {
  const { records } = await stageCounts({ segments: [], destinations: [], datasets }, { counts, now: Date.now });
  return new Map(Object.entries(records).map(([id, { stream }]) => [id, totalOf(stream)]));
}

/** Whether a batch is of this very upload, and not of another under the same key that was still on its way. */
export function isOf({ file, version }: Pick<Batch, 'file' | 'version'>, { key, versionId }: Fed): boolean {
  const [is, was] = [version?.versionId, versionId];
  return file === key && (is === undefined || was === undefined || is === was);
}

/** Waits until what is stored has been evaluated, routed and delivered. */
export async function waitUntilIdle({ resources, stores, catalog, progress, postponed = {} }: Flow): Promise<void> {
  await waitFor(async () => {
    const { items, toEvaluate, toRoute } = await openWorkOf(stores, catalog);
    const waiting = Object.entries(await waitingDeliveries(resources)).reduce(
      (sum, [lane, count]) => sum + Math.max(0, count - (postponed[lane] ?? 0)),
      0,
    );
    const failed = waiting > 0 ? await failedAttempts(stores.dataflow, catalog) : '';
    const state = `${items} profile items: ${toEvaluate} to evaluate, ${toRoute} to route, ${waiting} deliveries on their way${failed}`;
    progress(state);
    return { isDone: toEvaluate + toRoute + waiting === 0, state };
  }, 'Evaluation, routing or delivery makes no progress');
}

/** Profile items that are not yet as the catalog has them. */
export const openWorkOf = (stores: StageStores, catalog: CompiledCatalog): Promise<OpenWork> =>
  openWork(stores, stageSettings(catalog).report, Date.now());

/** What did not get through and is tried again, until it is delivered or a dead letter: for each destination. */
async function failedAttempts(runStatistics: RunStatistics, catalog: CompiledCatalog): Promise<string> {
  const now = Date.now();
  const lines: string[] = [];
  for (const id of catalog.destinations.keys()) {
    const runs = await runStatistics.runs(id, now - HOUR_MS, now);
    const retried = runs.reduce((sum, run) => sum + run.retried, 0);
    if (retried > 0) lines.push(`; "${id}" failed ${retried} times and is retried (see its log)`);
  }
  return lines.join('');
}

async function waitFor(look: () => Promise<{ isDone: boolean; state: string }>, complaint: string): Promise<void> {
  let last = '';
  let movedAt = performance.now();
  for (;;) {
    const { isDone, state } = await look();
    if (isDone) return;
    if (state !== last) {
      last = state;
      movedAt = performance.now();
    } else if (performance.now() - movedAt > GIVE_UP_AFTER_MS) {
      throw new UserError(
        `${complaint} (${GIVE_UP_AFTER_MS / 1_000} s without a change: ${state}). See docs/local.md, "When something is wrong".`,
      );
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}

const totalOf = ({ accepted, rejected, duplicate }: OutcomeCounts): number => accepted + rejected + duplicate;

const format = (value: number): string => value.toLocaleString('en-US');
