import { setTimeout } from 'node:timers/promises';
import { printRevert } from '#cli/report/print-batches.ts';
import { UserError } from '#cli/user-error.ts';
import { type BatchReport, reportBatch } from '#core/api/batch/batch-report.ts';
import { findBatch } from '#core/api/batch/known-batch.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/record/operations.ts';
import type { RevertState } from '#core/revert/revert.ts';
import { stateKey } from '#core/revert/work-files.ts';
import { HOUR_MS } from '#core/util/durations.ts';

export interface BatchStores {
  readonly landing: ObjectStore;
  readonly operations: Operations;
}

const LOOK_EVERY_MS = 500;
/** A worker of a chunk that died is waited for, and a message that failed comes again, after an hour and a half. */
const GIVE_UP_AFTER_MS = 2 * HOUR_MS;

/** A batch with how far it has come. @throws UserError when nobody knows it */
export async function batchReport(id: string, stores: BatchStores): Promise<BatchReport> {
  const known = await findBatch(id, stores);
  if (!known) {
    throw new UserError(
      `There is no batch "${id}". List those of the last 30 days: tributary batch list. One that the batch API made is forgotten after 30 days if it has no files.`,
    );
  }
  const bytes = await stores.landing.get(stateKey(id));
  const state = bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as RevertState);
  return reportBatch(known, state);
}

/**
 * Waits until a batch has been taken back.
 * @param progress is told how far it has come
 * @throws UserError when nothing moves any more
 */
export async function waitForRevert(
  id: string,
  stores: BatchStores,
  progress: (text: string) => void,
): Promise<BatchReport> {
  let moved = { text: '', at: performance.now() };
  for (;;) {
    const report = await batchReport(id, stores);
    if (report.status === 'inactive') return report;
    const text = report.revert ? printRevert(report.revert) : 'not begun yet';
    progress(text);
    if (text !== moved.text) moved = { text, at: performance.now() };
    if (performance.now() - moved.at > GIVE_UP_AFTER_MS) {
      throw new UserError(
        `No progress for ${GIVE_UP_AFTER_MS / HOUR_MS} hours. See docs/runbook.md, "reverts-dead-letters".`,
      );
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}
