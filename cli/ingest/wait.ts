import { setTimeout } from 'node:timers/promises';
import { recordReport, type StageReport, standingCounts } from '#cli/report/stage-report.ts';
import { waitingDeliveries } from '#cli/stage/queues.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { openWork } from '#core/report/open-work.ts';
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
}

/** What had been counted before anything was sent. */
export interface Before {
  readonly records: number;
  readonly batches: number;
}

export async function countBefore(stores: StageStores): Promise<Before> {
  const { records, batches } = await recordReport(stores);
  return { records: countedByStream(records, batches), batches: batches.length };
}

/** Waits until everything that was sent has been counted, evaluated, routed and delivered. @throws UserError when it stalls */
export async function waitUntilFlowedThrough(fed: readonly Fed[], before: Before, flow: Flow): Promise<void> {
  await waitForRecords(fed, before, flow);
  await waitUntilIdle(flow);
}

async function waitForRecords(fed: readonly Fed[], before: Before, { stores, progress }: Flow): Promise<void> {
  const streamed = fed.reduce((sum, { records = 0 }) => sum + records, 0);
  const files = fed.filter(({ ingestionMethod }) => ingestionMethod === 'batch').length;
  await waitFor(async () => {
    const { records, batches } = await recordReport(stores);
    const arrived = countedByStream(records, batches) - before.records;
    const done = batches.filter(({ status }) => status !== 'processing').length - before.batches;
    progress(
      `${arrived.toLocaleString('en-US')} of ${streamed.toLocaleString('en-US')} streamed records, ${done} of ${files} files`,
    );
    return { isDone: arrived >= streamed && done >= files, state: `${arrived} ${done} ${totalOf(records)}` };
  }, 'The records that were sent do not arrive');
}

/** Waits until what is stored has been evaluated, routed and delivered. */
export async function waitUntilIdle({ resources, stores, catalog, progress }: Flow): Promise<void> {
  await waitFor(async () => {
    const { items, toEvaluate, toRoute } = await openWork(stores, stageSettings(catalog).report, Date.now());
    const waiting = Object.values(await waitingDeliveries(resources)).reduce((sum, count) => sum + count, 0);
    const failed = waiting > 0 ? await failedAttempts(stores.dataflow, catalog) : '';
    const state = `${items} profile items: ${toEvaluate} to evaluate, ${toRoute} to route, ${waiting} deliveries on their way${failed}`;
    progress(state);
    return { isDone: toEvaluate + toRoute + waiting === 0, state };
  }, 'Evaluation, routing or delivery makes no progress');
}

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

const totalOf = (records: StageReport['records']): number =>
  Object.values(records).reduce((sum, { accepted, rejected, duplicate }) => sum + accepted + rejected + duplicate, 0);

function countedByStream(records: StageReport['records'], batches: StageReport['batches']): number {
  return totalOf(records) - totalOf(Object.fromEntries(batches.map((batch) => [batch.id, standingCounts(batch)])));
}
