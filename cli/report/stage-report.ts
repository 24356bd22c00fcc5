import type { StageStores } from '#cli/stage/stores.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { addCounts, NO_COUNTS } from '#core/pipeline/counts.ts';
import type { Batch, OutcomeCounts } from '#core/record/operations.ts';
import { type Report, report } from '#core/report/report.ts';

export interface StageReport extends Report {
  /** Dataset → what became of its records, both endpoints together. */
  readonly records: Readonly<Record<string, OutcomeCounts>>;
  readonly batches: readonly Batch[];
}

/** Everything that stands in a deployed stage, counted. */
export async function stageReport(stores: StageStores, catalog: CompiledCatalog, now: number): Promise<StageReport> {
  const { records, batches } = await recordReport(stores);
  return { records, batches, ...(await report(stores, stageSettings(catalog).report, now)) };
}

/** What a batch has brought that is there: one that was taken back has brought nothing. */
export const standingCounts = ({ status, counts }: Batch): OutcomeCounts =>
  status === 'inactive' ? NO_COUNTS : counts;

/** The books of ingestion alone. */
export async function recordReport({ operations }: StageStores): Promise<Pick<StageReport, 'records' | 'batches'>> {
  const records: Record<string, OutcomeCounts> = {};
  const add = (datasetId: string, counts: OutcomeCounts): void => {
    records[datasetId] = addCounts(records[datasetId] ?? NO_COUNTS, counts);
  };
  for await (const { datasetId, counts } of operations.streams()) add(datasetId, counts);
  const batches: Batch[] = [];
  for await (const batch of operations.batches()) {
    batches.push(batch);
    add(batch.datasetId, standingCounts(batch));
  }
  return { records, batches };
}
