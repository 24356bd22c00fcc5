import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCounters, type Counters } from '#core/counts/counters.ts';
import { countImages } from '#lambdas/runtime/count-images.ts';
import { type BatchResponse, retryFrom } from '#lambdas/runtime/stream-batch.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { runs } from '#tests/harness/runs.ts';

/** What becomes of a call: it ends well, could not do one record, or dies before or after it has counted. */
type Fate = 'done' | 'failed' | 'died-before' | 'died-after';

interface Image {
  readonly by: number;
  readonly isReadable: boolean;
}

const image: fc.Arbitrary<Image> = fc.record({
  by: fc.constantFrom(-1, 0, 0, 1, 2),
  isReadable: fc.constantFrom(true, true, true, false),
});

const recordOf = ({ by, isReadable }: Image, n: number): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: String(n + 1),
    Keys: { pk: { S: `k${n}` } },
    NewImage: isReadable ? { by: { N: String(by) } } : {},
  },
});

function changeOf({ dynamodb }: DynamoDBRecord): Counters {
  const by = dynamodb?.NewImage?.by?.N;
  if (by === undefined) throw new Error('An image that cannot be read');
  return Number(by) === 0 ? {} : { series: { number: Number(by) } };
}

describe('images that a function counts beside its work', () => {
  it('come to the sum of those that can be read, whichever records fail and come again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(image, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.constantFrom<Fate>('done', 'done', 'failed', 'failed', 'died-before', 'died-after')),
        fc.infiniteStream(fc.nat()),
        fc.infiniteStream(fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after')),
        async (images, size, fates, dice, faults) => {
          const memory = new MemoryCountStore();
          let left = 30;
          const store = withFaults(memory, () => (left-- > 0 ? (faults.next().value as Fault) : 'none'));
          const records = images.map(recordOf);
          let calls = 60;
          /** As Lambda does: again from the record that was reported, or in halves where the call has died. */
          const give = async (batch: readonly DynamoDBRecord[]): Promise<void> => {
            if (batch.length === 0) return;
            const fate = calls-- > 0 ? (fates.next().value as Fate) : 'done';
            if (fate === 'died-before') return await halve(batch);
            const failed = fate === 'failed' ? batch[(dice.next().value as number) % batch.length] : undefined;
            const response = await countImages(
              batch,
              { source: 'table', store, changeOf },
              retryFrom(failed?.dynamodb?.SequenceNumber),
            );
            if (fate === 'died-after') return await halve(batch);
            await give(reported(batch, response));
          };
          const halve = async (batch: readonly DynamoDBRecord[]): Promise<void> => {
            const middle = Math.ceil(batch.length / 2);
            await give(batch.slice(0, middle));
            await give(batch.slice(middle));
          };
          for (let start = 0; start < records.length; start += size) await give(records.slice(start, start + size));
          const readable = images.filter(({ isReadable }) => isReadable);
          expect(memory.counters).toEqual(
            addCounters({ series: { number: readable.reduce((sum, { by }) => sum + by, 0) } }),
          );
        },
      ),
      runs(5, 200),
    );
  });

  it('write nothing where nothing has changed', async () => {
    const store = new MemoryCountStore();
    const commits: unknown[] = [];
    const port = {
      commit: async (...given: Parameters<typeof store.commit>) => void commits.push(given),
      note: async () => {},
    };
    const records = [0, 0, 0].map((by, n) => recordOf({ by, isReadable: true }, n));
    expect(await countImages(records, { source: 'table', store: port, changeOf })).toEqual(retryFrom(undefined));
    expect(commits).toEqual([]);
  });
});

function reported(batch: readonly DynamoDBRecord[], { batchItemFailures: [failed] }: BatchResponse) {
  if (!failed) return [];
  return batch.slice(batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed.itemIdentifier));
}
