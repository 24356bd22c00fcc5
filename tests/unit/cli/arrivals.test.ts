import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Fed } from '#cli/ingest/ingest.ts';
import { landingKey } from '#cli/ingest/ingest.ts';
import { arrivalsOf, countBefore } from '#cli/ingest/wait.ts';
import { inSeries } from '#core/counts/counters.ts';
import { writeOutcomes } from '#core/counts/outcomes.ts';
import { SERIES } from '#core/counts/series.ts';
import { NO_COUNTS } from '#core/pipeline/counts.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { MemoryOperations } from '#tests/harness/core/operations.memory.ts';

const DATASETS = ['a', 'b', UNKNOWN_DATASET] as const;

const fileOf = (datasetId: string, name: string) => ({ path: name, name, datasetId, dataset: undefined });
const streamed = (datasetId: string, records: number): Fed => ({
  file: fileOf(datasetId, `${datasetId}.ndjson`),
  ingestionMethod: 'stream',
  records,
});
const uploaded = (datasetId: string, versionId?: string): Fed => ({
  file: fileOf(datasetId, 'file.csv'),
  ingestionMethod: 'batch',
  key: landingKey(datasetId, 'file.csv'),
  ...(versionId !== undefined && { versionId }),
});

/** The platform as far as it counts: batches by id, and records of streams. */
class Platform {
  readonly operations = new MemoryOperations();
  readonly counts = new MemoryCountStore();

  async stream(datasetId: string, accepted: number, duplicate = 0): Promise<void> {
    const counts = writeOutcomes({ ...NO_COUNTS, accepted, duplicate });
    await this.counts.adjust(inSeries(SERIES.records('stream', datasetId), counts));
  }

  async open(id: string, { file: { datasetId }, key, versionId }: Fed): Promise<void> {
    await this.operations.openBatch({
      id,
      datasetId,
      file: key!,
      version: { etag: '"e"', versionId },
      receivedAt: 0,
      chunks: 1,
      partialIngestionPercentage: 5,
    });
  }

  async end(id: string): Promise<void> {
    await this.operations.decide(id, 'stitch');
    await this.operations.completeChunk(id, 0, { ...NO_COUNTS, accepted: 1 });
  }
}

const counts = fc.nat({ max: 50 });

describe('what a start waits for', () => {
  test.prop([
    fc.array(fc.record({ datasetId: fc.constantFrom(...DATASETS), accepted: counts, duplicate: counts })),
    fc.array(fc.record({ datasetId: fc.constantFrom(...DATASETS, 'c'), accepted: counts, duplicate: counts })),
    counts,
    counts,
  ])('is its own records, whatever came before and comes beside them', async (earlier, later, a, b) => {
    const platform = new Platform();
    for (const { datasetId, accepted, duplicate } of earlier) await platform.stream(datasetId, accepted, duplicate);
    const before = await countBefore(platform, DATASETS);
    for (const { datasetId, accepted, duplicate } of later) await platform.stream(datasetId, accepted, duplicate);
    const { records } = await arrivalsOf([streamed('a', a), streamed('b', b)], before, platform);
    const sent = new Set<string>([...(a > 0 ? ['a'] : []), ...(b > 0 ? ['b'] : []), UNKNOWN_DATASET]);
    const came = later
      .filter(({ datasetId }) => sent.has(datasetId))
      .reduce((sum, { accepted, duplicate }) => sum + accepted + duplicate, 0);
    expect(records).toEqual({ sent: a + b, arrived: Math.min(came, a + b) });
  });

  it('is its own files: not those of an earlier start that are still being worked on', async () => {
    const platform = new Platform();
    await platform.open('earlier', uploaded('a', 'v1'));
    const before = await countBefore(platform, DATASETS);
    const fed = [uploaded('a', 'v2'), uploaded('b', 'v1')];
    const arrived = async (): Promise<number> => (await arrivalsOf(fed, before, platform)).files.arrived;

    await platform.end('earlier');
    expect(await arrived()).toBe(0);
    await platform.open('own-a', uploaded('a', 'v2'));
    await platform.open('own-b', uploaded('b', 'v1'));
    expect(await arrived()).toBe(0);
    await platform.end('own-a');
    expect(await arrived()).toBe(1);
    await platform.end('own-b');
    expect(await arrived()).toBe(2);
  });

  it('is not an upload of the same key that was announced only now', async () => {
    const platform = new Platform();
    const before = await countBefore(platform, DATASETS);
    await platform.open('late', uploaded('a', 'v1'));
    await platform.end('late');
    expect((await arrivalsOf([uploaded('a', 'v2')], before, platform)).files.arrived).toBe(0);
    expect((await arrivalsOf([uploaded('a')], before, platform)).files.arrived).toBe(1);
  });

  it('moves whenever a chunk of a file has moved, so that a large one is not taken for one that stands still', async () => {
    const platform = new Platform();
    const before = await countBefore(platform, DATASETS);
    const states = new Set<string>();
    const look = async () => states.add((await arrivalsOf([uploaded('a', 'v1')], before, platform)).state);
    await look();
    await platform.open('one', uploaded('a', 'v1'));
    await look();
    await platform.operations.countValidated('one', 0, NO_COUNTS);
    await look();
    await platform.end('one');
    await look();
    expect(states.size).toBe(4);
  });
});
