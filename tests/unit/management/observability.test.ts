import { describe, expect, it } from 'vitest';
import { countedIn } from '#core/api/counts/now.ts';
import { DATASET_ROUTES } from '#core/api/datasets/routes.ts';
import { STAGE_ROUTES } from '#core/api/stage/routes.ts';
import { SERIES } from '#core/counts/series.ts';
import { stageCounts } from '#core/counts/stage-counts.ts';
import { MemoryCountHistory } from '#tests/harness/core/count-history.memory.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { MemoryLastBatches } from '#tests/harness/core/last-batches.memory.ts';
import { createManagement, NOW } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const HOUR = 3_600_000;
const METRICS = '/data/infrastructure/observability/insights/metrics';
const SUCCESS = 'timeseries.ingestion.dataset.recordsuccess.count';
const BATCHES = 'timeseries.ingestion.dataset.batchsuccess.count';

const hourOf = (back: number): string => new Date(NOW - back * HOUR).toISOString();

/** At the end of each hour 3, 2 and 1 before now, and now. */
async function counting(complete: number | undefined) {
  const catalog = await exampleDefinitions();
  const [counts, countHistory] = [new MemoryCountStore(), new MemoryCountHistory()];
  const management = createManagement(catalog, { counts, countHistory });
  if (complete !== undefined) await counts.markComplete({ records: complete });
  const came = async (stream: number, batch: number): Promise<void> =>
    counts.adjust({
      [SERIES.records('stream', 'logins')]: { accepted: stream },
      [SERIES.records('batch', 'customers')]: { accepted: batch, 'batches:success': batch > 0 ? 1 : 0 },
    });
  for (const [back, stream, batch] of [
    [3, 5, 100],
    [2, 7, 0],
    [1, 0, -100],
  ] as const) {
    await came(stream, batch);
    const now = () => NOW - back * HOUR + 59 * 60_000;
    await countHistory.write(await stageCounts(countedIn(catalog), { counts, now }));
  }
  await came(3, 40);
  return management;
}

const asked = (more: object = {}) => ({
  start: hourOf(3),
  end: new Date(NOW + HOUR).toISOString(),
  granularity: 'hour',
  metrics: [{ name: SUCCESS, filters: [], ...more }],
});

describe('metrics of observability', () => {
  it('are the differences of counters from hour to hour, by every ingestion method, and what is counted now', async () => {
    const management = await counting(NOW - 3 * HOUR);
    const { status, body } = await management.call('POST', METRICS, asked());
    expect(status).toBe(200);
    const shape = STAGE_ROUTES.find(({ path, family }) => family === 'observability' && path === '/metrics')!.answer!;
    expect(shape.parse(body)).toEqual(body);
    expect(body.metricResponses[0].datapoints).toEqual([
      { groupBy: {}, dps: { [hourOf(3)]: 105, [hourOf(2)]: 7, [hourOf(0)]: 43 } },
    ]);
  });

  it('are told for some datasets, each by itself, and for batches', async () => {
    const management = await counting(NOW - 3 * HOUR);
    const filters = [{ name: 'dataSetId', value: 'logins|customers', groupBy: true }];
    const { body } = await management.call('POST', METRICS, {
      ...asked(),
      metrics: [
        { name: SUCCESS, filters },
        { name: BATCHES, filters: [{ name: 'dataSetId', value: 'customers' }] },
      ],
    });
    const [records, batches] = body.metricResponses;
    expect(records.datapoints).toContainEqual({
      groupBy: { dataSetId: 'logins' },
      dps: { [hourOf(3)]: 5, [hourOf(2)]: 7, [hourOf(0)]: 3 },
    });
    expect(batches.datapoints).toEqual([{ groupBy: {}, dps: { [hourOf(3)]: 1, [hourOf(0)]: 1 } }]);
  });

  it('have no hour of which it is not known what had been counted before', async () => {
    for (const complete of [undefined, NOW - 300 * HOUR]) {
      const { body } = await (await counting(complete)).call('POST', METRICS, asked());
      expect(Object.keys(body.metricResponses[0].datapoints[0].dps)).toEqual([hourOf(2), hourOf(0)]);
    }
  });

  it('say what is not counted', async () => {
    const management = await counting(undefined);
    expect((await management.call('POST', METRICS, asked({ name: 'timeseries.other' }))).status).toBe(501);
  });

  it('are the same for years before and after as for what is kept', async () => {
    const management = await counting(NOW - 3 * HOUR);
    const years = { start: '2001-01-01T00:00:00Z', end: '2101-01-01T00:00:00Z' };
    const { body } = await management.call('POST', METRICS, { ...asked(), ...years });
    expect(body).toEqual((await management.call('POST', METRICS, asked())).body);
    const past = await management.call('POST', METRICS, {
      ...asked(),
      start: years.start,
      end: '2002-01-01T00:00:00Z',
    });
    expect(past.body.metricResponses[0].datapoints).toEqual([]);
  });
});

describe('the last batch of each dataset', () => {
  it('is found without going through all of them', async () => {
    const lastBatches = new MemoryLastBatches();
    const opened = (id: string, datasetId: string, receivedAt: number) => ({ id, datasetId, receivedAt });
    for (const one of [
      opened('b2', 'customers', NOW),
      opened('b1', 'customers', NOW - 1),
      opened('b3', 'logins', NOW - 5),
    ])
      await lastBatches.note(one);
    const management = createManagement(await exampleDefinitions(), {
      lastBatches,
      operations: {
        batch: async (id) => ({ id, status: 'success', receivedAt: NOW }) as never,
      },
    });
    const { body } = await management.call('GET', '/data/foundation/catalog/lastBatches');
    const shape = DATASET_ROUTES.find(({ path }) => path === '/lastBatches')!.answer!;
    expect(shape.parse(body)).toEqual(body);
    expect(Object.keys(body).sort()).toEqual(['customers', 'logins']);
    expect(body.customers).toMatchObject({ lastBatchId: 'b2', lastBatchStatus: 'success', created: NOW });
    const one = await management.call('GET', '/data/foundation/catalog/lastBatches?dataSetId=logins');
    expect(Object.keys(one.body)).toEqual(['logins']);
  });
});
