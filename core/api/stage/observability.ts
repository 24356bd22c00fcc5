import * as z from 'zod';
import type { RecordCounts } from '#core/record/operations.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
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

/** AEP's name of a metric → what is counted of a batch. */
const COUNTED: Readonly<Record<string, (counts: RecordCounts) => number>> = {
  'timeseries.ingestion.dataset.recordsuccess.count': ({ accepted }) => accepted,
  'timeseries.ingestion.dataset.new.count': ({ accepted }) => accepted,
  'timeseries.ingestion.dataset.size': ({ accepted, rejected, duplicate }) => accepted + rejected + duplicate,
  'timeseries.ingestion.dataset.recordfailed.count': ({ rejected }) => rejected,
  'timeseries.ingestion.dataset.batchsuccess.count': () => 1,
};

/** `POST /metrics`: counts of the records of batches, by hour or day. */
export async function showMetrics(request: Request, { deps }: RouteCall): Promise<HttpAnswer> {
  const { metrics, granularity } = request;
  const unknown = metrics.find(({ name }) => !Object.hasOwn(COUNTED, name));
  if (unknown) {
    const known = Object.keys(COUNTED).join(', ');
    return problem(FAMILY, 501, `"${unknown.name.slice(0, 100)}" is not counted; ${known} are`);
  }
  const series = metrics.map((metric) => new Series(metric));
  const length = granularity === 'HOUR' ? HOUR_MS : DAY_MS;
  const [from, to] = [Date.parse(request.start), Date.parse(request.end)];
  for await (const { datasetId, receivedAt, counts, status } of deps.operations.batches()) {
    if (receivedAt < from || receivedAt >= to || status !== 'success') continue;
    const at = new Date(Math.floor(receivedAt / length) * length).toISOString();
    for (const one of series) one.add(datasetId, at, counts);
  }
  const metricResponses = metrics.map(({ name, filters }, i) => ({
    metric: name,
    filters,
    granularity,
    datapoints: series[i]!.datapoints,
  }));
  return { status: 200, body: { metricResponses } };
}

/** The points of a metric, of all datasets together or each by itself. */
class Series {
  readonly #metric: Request['metrics'][number];
  readonly #groups = new Map<string, Map<string, number>>();

  constructor(metric: Request['metrics'][number]) {
    this.#metric = metric;
  }

  add(datasetId: string, at: string, counts: RecordCounts): void {
    const { name, filters } = this.#metric;
    const filter = filters.find((one) => one.name === 'dataSetId');
    if (filter && !filter.value.split('|').includes(datasetId)) return;
    const group = filter?.groupBy ? datasetId : '';
    const points = this.#groups.get(group) ?? new Map<string, number>();
    points.set(at, (points.get(at) ?? 0) + COUNTED[name]!(counts));
    this.#groups.set(group, points);
  }

  get datapoints(): object[] {
    return [...this.#groups].map(([group, points]) => ({
      groupBy: group === '' ? {} : { dataSetId: group },
      dps: Object.fromEntries([...points].sort()),
    }));
  }
}
