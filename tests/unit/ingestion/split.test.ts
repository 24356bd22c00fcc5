import { expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { METRICS } from '#core/contract/metrics.ts';
import type { ChunkMessage } from '#core/ingestion/batch/chunk-message.ts';
import { readQuarantine } from '#core/pipeline/quarantine/read.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { createSplitter, notification } from '#lambdas/functions/split/handler.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const WHOLE_FILE = '{"_id":"1"}\n';

/** What is there after a file was announced, where datasets allow so many rejected records. */
async function announced(key: string, partialIngestionPercentage?: number) {
  const definitions = await exampleDefinitions();
  const datasets = definitions.datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage }));
  const [landing, quarantine] = [createMemoryObjectStore(), createMemoryObjectStore()];
  const operations = new MemoryOperations();
  const sent: ChunkMessage[] = [];
  const counted: [name: string, value: number][] = [];
  const split = createSplitter({
    catalog: { current: async () => compileCatalog({ ...definitions, datasets } as typeof definitions) },
    landing,
    quarantine,
    operations,
    validation: { send: async (messages) => void sent.push(...messages) },
    metrics: { count: (name, value) => counted.push([name, value]) },
  });
  await landing.put(key, WHOLE_FILE);
  const s3 = { object: { key } };
  await split(notification.parse({ Records: [{ eventTime: '2026-03-01T10:00:00Z', s3 }] }));
  const rows = (await Array.fromAsync(readQuarantine(quarantine, {}))).flatMap((file) => file.rows);
  return { batches: await Array.fromAsync(operations.batches()), rows, sent, counted };
}

it.each(['landing/web-event/a.ndjson', 'landing/a.ndjson', 'landing/__proto__/a.ndjson'])(
  'a file of a dataset that nobody knows is rejected as a batch, with the threshold of any, and quarantine keeps nothing of what it says: %s',
  async (key) => {
    const { batches, rows, sent, counted } = await announced(key, 0);
    const rejections = [{ code: 'unknown-dataset', pointer: key, expected: expect.stringContaining('web-events') }];
    expect(batches).toMatchObject([{ file: key, status: 'failed', partialIngestionPercentage: 5 }]);
    expect(rows).toMatchObject([{ position: { source: key }, raw: '', rejections }]);
    expect([sent, counted]).toEqual([[], [[METRICS.filesRejected, 1]]]);
  },
);

it.each([
  ['the one of its dataset', 20, 20],
  ['that of a dataset which allows none', 0, 0],
  ['5 % where its dataset says nothing', undefined, 5],
])('a batch has a threshold: %s', async (_, ofDataset, expected) => {
  const { batches, rows, sent } = await announced('landing/web-events/a.ndjson', ofDataset);
  expect(batches).toMatchObject([{ status: 'processing', partialIngestionPercentage: expected }]);
  expect([rows, sent]).toMatchObject([[], [{ datasetId: 'web-events' }]]);
});
