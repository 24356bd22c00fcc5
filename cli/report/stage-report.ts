import type { StageStores } from '#cli/stage/stores.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { standingCounts } from '#core/counts/contributions.ts';
import { allRecords, stageCounts } from '#core/counts/stage-counts.ts';
import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import type { Batch, OutcomeCounts } from '#core/record/operations.ts';
import { type Report, report } from '#core/report/report.ts';

export interface StageReport extends Report {
  /** Dataset → what became of its records, all ways together. */
  readonly records: Readonly<Record<string, OutcomeCounts>>;
  readonly batches: readonly Batch[];
}

/** Everything that stands in a deployed stage, counted by reading every item. */
export async function stageReport(stores: StageStores, catalog: CompiledCatalog, now: number): Promise<StageReport> {
  const { records, batches } = await recordReport(stores, [...catalog.datasets.keys()]);
  return { records, batches, ...(await report(stores, stageSettings(catalog).report, now)) };
}

/** The books of ingestion alone: every batch is read; of the stream there is nothing but counters. */
export async function recordReport(
  { operations, counts }: Pick<StageStores, 'operations' | 'counts'>,
  datasets: readonly string[],
): Promise<Pick<StageReport, 'records' | 'batches'>> {
  const counted = await stageCounts({ segments: [], destinations: [], datasets }, { counts, now: Date.now });
  const records: Record<string, OutcomeCounts> = {};
  for (const [id, own] of Object.entries(counted.records)) {
    const others = allRecords({ ...own, batch: NO_COUNTS });
    if (others.accepted + others.rejected + others.duplicate > 0) records[id] = others;
  }
  const batches: Batch[] = [];
  for await (const batch of operations.batches()) {
    batches.push(batch);
    records[batch.datasetId] = addCounts(records[batch.datasetId] ?? NO_COUNTS, standingCounts(batch));
  }
  return { records, batches };
}
