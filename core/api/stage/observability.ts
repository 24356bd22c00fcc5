import * as z from 'zod';
import { allRecords, type DatasetCounts, type StageCounts, stageCounts } from '#core/counts/stage-counts.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import { countedIn } from '../counts/now.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';

const FAMILY = 'observability';

const instant = z.iso.datetime({ offset: true });

export const metricsRequest = z.object({
  start: instant,
  end: instant,
  granularity: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(['HOUR', 'DAY'])),
  metrics: z
    .array(
      z.looseObject({
        name: z.string(),
        filters: z
          .array(z.looseObject({ name: z.string(), value: z.string(), groupBy: z.boolean().optional() }))
          .default([]),
        aggregator: z.string().optional(),
      }),
    )
    .min(1)
    .max(10),
});
type Request = z.output<typeof metricsRequest>;

/** AEP's name of a metric → what is counted for it of a dataset. */
const COUNTED: Readonly<Record<string, (counts: DatasetCounts) => number>> = {
  'timeseries.ingestion.dataset.recordsuccess.count': (counts) => allRecords(counts).accepted,
  'timeseries.ingestion.dataset.new.count': (counts) => allRecords(counts).accepted,
  'timeseries.ingestion.dataset.size': (counts) => {
    const { accepted, rejected, duplicate } = allRecords(counts);
    return accepted + rejected + duplicate;
  },
  'timeseries.ingestion.dataset.recordfailed.count': (counts) => allRecords(counts).rejected,
  'timeseries.ingestion.dataset.batchsuccess.count': ({ batches }) => batches.success ?? 0,
};

const LENGTHS_MS = { HOUR: HOUR_MS, DAY: DAY_MS } as const;
/** As long as hours and days are kept: of the time before and after that nothing is known, however much is asked for. */
const KEPT_DAYS = { HOUR: 92, DAY: 400 } as const;

/** `POST /metrics`: what has come in by hour or day, as the counters have it: the difference to the hour or day before. */
export async function showMetrics(request: Request, { deps }: RouteCall): Promise<HttpAnswer> {
  const { metrics, granularity } = request;
  const unknown = metrics.find(({ name }) => !Object.hasOwn(COUNTED, name));
  if (unknown) {
    const known = Object.keys(COUNTED).join(', ');
    return problem(FAMILY, 501, `"${unknown.name.slice(0, 100)}" is not counted; ${known} are`);
  }
  const length = LENGTHS_MS[granularity];
  const from = Math.max(Date.parse(request.start), deps.now() - KEPT_DAYS[granularity] * DAY_MS);
  const to = Math.min(Date.parse(request.end), deps.now() + length);
  const periods = from < to ? await periodsOf({ from, to, length }, deps) : [];
  const metricResponses = metrics.map(({ name, filters }) => ({
    metric: name,
    filters,
    granularity,
    datapoints: datapointsOf(COUNTED[name]!, filters, periods),
  }));
  return { status: 200, body: { metricResponses } };
}

/** An hour or day, with what was counted before it and at its end. */
interface Period {
  /** When it begins, ISO 8601. */
  readonly at: string;
  readonly before: StageCounts['records'];
  readonly after: StageCounts['records'];
}

async function periodsOf(
  { from, to, length }: { readonly from: number; readonly to: number; readonly length: number },
  deps: RouteCall['deps'],
): Promise<readonly Period[]> {
  const beginOf = (at: number): number => Math.floor(at / length) * length;
  const every = length === HOUR_MS ? 'hour' : 'day';
  const past = await deps.countHistory.read(every, beginOf(from) - length, to - 1);
  const now = to > beginOf(deps.now()) ? [await countedNow(deps)] : [];
  // What is being counted takes the place of what was written down of the same hour.
  const counted = [...past.filter(({ asOf }) => now.every((last) => beginOf(asOf) < beginOf(last.asOf))), ...now];
  const { records: since } = await deps.counts.completeSince();
  return counted.flatMap(({ asOf, records }, i) => {
    const at = beginOf(asOf);
    // Of the first one that is kept it is known only where nothing can have been before it.
    const before = i > 0 ? counted[i - 1]!.records : since !== undefined && since >= at ? {} : undefined;
    return before === undefined || at + length <= from || at >= to
      ? []
      : [{ at: new Date(at).toISOString(), before, after: records }];
  });
}

async function countedNow(deps: RouteCall['deps']): Promise<StageCounts> {
  const { catalog } = await deps.definitions.active();
  return await stageCounts({ ...countedIn(catalog), segments: [], destinations: [] }, deps);
}

/** Of all datasets together, or each by itself. Hours in which nothing came are omitted. */
function datapointsOf(
  count: (counts: DatasetCounts) => number,
  filters: Request['metrics'][number]['filters'],
  periods: readonly Period[],
): object[] {
  const filter = filters.find(({ name }) => name === 'dataSetId');
  const wanted = filter && new Set(filter.value.split('|'));
  const points = periods
    .flatMap((period) => addedIn(period, count))
    .filter(({ datasetId, added }) => added > 0 && (!wanted || wanted.has(datasetId)));
  const groups = Map.groupBy(points, ({ datasetId }) => (filter?.groupBy ? datasetId : ''));
  return [...groups].map(([group, own]) => ({
    groupBy: group === '' ? {} : { dataSetId: group },
    dps: Object.fromEntries(
      [...Map.groupBy(own, ({ at }) => at)].map(([at, all]) => [at, all.reduce((sum, { added }) => sum + added, 0)]),
    ),
  }));
}

/** What came of each dataset in a period. What was taken back is no arrival below zero. */
const addedIn = ({ at, before, after }: Period, count: (counts: DatasetCounts) => number) =>
  Object.entries(after).map(([datasetId, counts]) => {
    const known = Object.hasOwn(before, datasetId) ? count(before[datasetId]!) : 0;
    return { at, datasetId, added: Math.max(0, count(counts) - known) };
  });
