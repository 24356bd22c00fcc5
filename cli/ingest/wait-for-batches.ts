import { setTimeout } from 'node:timers/promises';
import { UserError } from '#cli/user-error.ts';
import { type BatchReport, reportBatch } from '#core/api/batch/batch-report.ts';
import type { FindDeps } from '#core/api/batch/known-batch.ts';
import { findBatches } from '#core/api/batch/list-batches.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { MINUTE_MS } from '#core/util/durations.ts';
import type { Fed } from './ingest.ts';
import { isOf } from './wait.ts';

const LOOK_EVERY_MS = 1_000;
/** A message that failed comes again, and a worker that died is waited for. */
const GIVE_UP_AFTER_MS = 90 * MINUTE_MS;
/** The clock here, and that of the stage. */
const TOLERANCE_MS = 10 * MINUTE_MS;
/** Batches of a dataset since the upload that are looked through. */
const MAX_BATCHES = 1_000;

const OPEN: ReadonlySet<BatchReport['status']> = new Set(['loading', 'loaded', 'processing', 'staging']);

export interface BatchWatch extends FindDeps {
  readonly landing: Pick<ObjectStore, 'get' | 'list'>;
}

export interface WaitOptions {
  /** Epoch ms, from before the uploads. */
  readonly since: number;
  /** Told how far it has come. */
  readonly progress: (text: string) => void;
  readonly lookEveryMs?: number;
}

/**
 * Waits until every uploaded file has been ingested, or rejected.
 * @returns the batch of each, in order
 * @throws UserError when nothing moves any more
 */
export async function waitForBatches(
  uploads: readonly Fed[],
  stores: BatchWatch,
  { since, progress, lookEveryMs = LOOK_EVERY_MS }: WaitOptions,
): Promise<BatchReport[]> {
  let moved = { state: '', at: performance.now() };
  for (;;) {
    const batches = await batchesOf(uploads, stores, since);
    const ended = batches.filter((batch) => batch !== undefined).filter(({ status }) => !OPEN.has(status));
    progress(`${ended.length} of ${uploads.length} files`);
    if (ended.length === uploads.length) return ended;
    const state = JSON.stringify(batches);
    if (state !== moved.state) moved = { state, at: performance.now() };
    if (performance.now() - moved.at > GIVE_UP_AFTER_MS) {
      throw new UserError(
        `No progress for ${GIVE_UP_AFTER_MS / MINUTE_MS} minutes. Look at "tributary batch list", and at docs/runbook.md, "landing-dead-letters".`,
      );
    }
    await setTimeout(lookEveryMs);
  }
}

/** The batch that each upload has become; undefined as long as nobody has begun with it. */
async function batchesOf(
  uploads: readonly Fed[],
  stores: BatchWatch,
  since: number,
): Promise<(BatchReport | undefined)[]> {
  const datasets = [...new Set(uploads.map(({ file }) => file.datasetId))];
  const found = await Promise.all(
    datasets.map((dataSet) => {
      const listing = {
        limit: MAX_BATCHES,
        start: 0,
        isOldestFirst: true,
        dataSet,
        createdAfter: since - TOLERANCE_MS,
      };
      return findBatches(listing, () => true, stores, MAX_BATCHES);
    }),
  );
  const all = found.flat();
  return uploads.map((upload) => {
    // The newest of the key, where the bucket keeps no versions.
    const own = all.filter(({ batch }) => batch && isOf(batch, upload)).at(-1);
    return own && reportBatch(own);
  });
}
