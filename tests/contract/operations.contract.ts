import { describe, expect, it } from 'vitest';
import { NO_COUNTS } from '#core/pipeline/counts.ts';
import { BATCH_TRANSITIONS, EXCLUDED_BY } from '#core/record/batch-transitions.ts';
import type { Batch, NewBatch, Operations, OutcomeCounts } from '#core/record/operations.ts';

let unique = 0;
const newBatch = (chunks: number): NewBatch => {
  const id = `batch-${process.pid}-${unique++}`;
  return {
    id,
    datasetId: 'customers',
    file: `landing/customers/${id}.csv`,
    receivedAt: 5,
    chunks,
    partialIngestionPercentage: 5,
  };
};

const counts = (change: Partial<OutcomeCounts>): OutcomeCounts => ({ ...NO_COUNTS, ...change });

async function find(operations: Operations, id: string): Promise<Batch | undefined> {
  for await (const batch of operations.batches()) if (batch.id === id) return batch;
  return undefined;
}

/** What the books of ingestion do. */
export function operationsContract(name: string, create: () => Operations): void {
  describe(`operations: ${name}`, () => {
    it('follows a batch until all of its chunks are home', async () => {
      const operations = create();
      const batch = newBatch(2);
      await operations.openBatch(batch);
      expect(await find(operations, batch.id)).toMatchObject({ ...batch, status: 'processing', completedChunks: 0 });
      await operations.completeChunk(batch.id, 0, counts({ accepted: 3, rejected: 1, rejections: { malformed: 1 } }));
      await operations.completeChunk(
        batch.id,
        1,
        counts({
          accepted: 2,
          duplicate: 4,
          withoutProfile: { 'no-primary-identity': 1 },
          graphRejections: { 'invalid-ecid': 2 },
          identitiesOmitted: { 'blocked-value': 3, 'not-an-email': 1 },
          valuesOmitted: { 'not-a-phone': 1 },
        }),
      );
      expect(await find(operations, batch.id)).toMatchObject({
        status: 'success',
        completedChunks: 2,
        counts: {
          accepted: 5,
          rejected: 1,
          duplicate: 4,
          rejections: { malformed: 1 },
          withoutProfile: { 'no-primary-identity': 1 },
          graphRejections: { 'invalid-ecid': 2 },
          identitiesOmitted: { 'blocked-value': 3, 'not-an-email': 1 },
          valuesOmitted: { 'not-a-phone': 1 },
        },
      });
    });

    it('follows a batch while it is looked at, and lets the first verdict hold', async () => {
      const operations = create();
      const batch = newBatch(2);
      await operations.openBatch(batch);
      const first = counts({ accepted: 3, rejected: 1, rejections: { malformed: 1 } });
      for (const _ of [1, 2]) {
        expect(await operations.countValidated(batch.id, 0, first)).toMatchObject({
          status: 'processing',
          validatedChunks: 1,
          validated: first,
          counts: NO_COUNTS,
        });
      }
      const both = await operations.countValidated(batch.id, 1, counts({ accepted: 2 }));
      expect(both).toMatchObject({ validatedChunks: 2, validated: { ...first, accepted: 5 }, completedChunks: 0 });
      expect(await operations.decide(batch.id, 'stitch')).toBe('stitch');
      const late = { rejection: { code: 'batch-failed', message: 'Too many' } } as const;
      expect(await operations.decide(batch.id, late)).toBe('stitch');
      expect(await operations.batch(batch.id)).toMatchObject({ commitDecision: 'stitch', status: 'processing' });
      for (const index of [0, 1]) await operations.completeChunk(batch.id, index, counts({ accepted: 2 }));
      expect(await operations.batch(batch.id)).toMatchObject({ status: 'success', counts: { accepted: 4 } });
      expect(await operations.batch('no such batch')).toBeUndefined();
    });

    it('counts every record of a batch that failed as rejected', async () => {
      const operations = create();
      const [over, cut] = [newBatch(1), newBatch(1)];
      const failed = { code: 'batch-failed', message: 'Too many' } as const;
      const corrupt = { code: 'corrupt-file', message: 'The gzip ends too early' } as const;
      for (const [batch, rejection] of [
        [over, failed],
        [cut, corrupt],
      ] as const) {
        await operations.openBatch(batch);
        const looked = counts({ accepted: 3, rejected: 2, rejections: { malformed: 2 } });
        await operations.countValidated(batch.id, 0, looked, rejection === corrupt ? corrupt : undefined);
        expect(await operations.decide(batch.id, { rejection })).toEqual({ rejection });
      }
      expect(await operations.batch(over.id)).toMatchObject({
        status: 'failed',
        rejection: failed,
        counts: { accepted: 0, rejected: 5, rejections: { malformed: 2, 'batch-failed': 3 } },
      });
      expect(await operations.batch(cut.id)).toMatchObject({
        status: 'failed',
        rejection: corrupt,
        counts: { accepted: 0, rejected: 6, rejections: { malformed: 2, 'batch-failed': 3, 'corrupt-file': 1 } },
      });
    });

    it('knows what was found out of files, what is no file of data, and what has no record', async () => {
      const operations = create();
      const [read, ignored, empty] = [newBatch(1), newBatch(0), newBatch(0)];
      const detected = { delimiter: ';', decimal: ',' };
      await operations.openBatch({ ...read, detected });
      const looked = counts({ accepted: 2, repeatedHeaders: 3 });
      expect(await operations.countValidated(read.id, 0, looked)).toMatchObject({ detected, validated: looked });
      await operations.decide(read.id, 'stitch');
      await operations.completeChunk(read.id, 0, looked);
      expect(await find(operations, read.id)).toMatchObject({ status: 'success', detected, counts: looked });
      await operations.openBatch({ ...ignored, ignored: 'a checksum' });
      expect(await find(operations, ignored.id)).toMatchObject({ status: 'ignored', ignored: 'a checksum' });
      await operations.openBatch(empty);
      expect(await find(operations, empty.id)).toMatchObject({ status: 'success', counts: NO_COUNTS });
    });

    it('counts a chunk once, however often it is said', async () => {
      const operations = create();
      const batch = newBatch(1);
      await operations.openBatch(batch);
      for (const _ of [1, 2, 3]) await operations.completeChunk(batch.id, 0, counts({ accepted: 7 }));
      await operations.openBatch(batch);
      expect(await find(operations, batch.id)).toMatchObject({ completedChunks: 1, counts: { accepted: 7 } });
    });

    it('keeps why a file was rejected, as a whole or from some place on', async () => {
      const operations = create();
      const [whole, rest] = [newBatch(0), newBatch(1)];
      const rejection = { code: 'corrupt-file', message: 'The gzip ends too early' } as const;
      await operations.rejectFile(whole, rejection);
      expect(await find(operations, whole.id)).toMatchObject({
        status: 'failed',
        rejection,
        counts: { accepted: 0, rejected: 1, rejections: { 'corrupt-file': 1 } },
      });
      await operations.openBatch(rest);
      await operations.completeChunk(rest.id, 0, counts({ accepted: 1 }), rejection);
      expect(await find(operations, rest.id)).toMatchObject({ status: 'success', rejection });
    });

    it.each(BATCH_TRANSITIONS)('makes the transition "%s" once, at the instant that it was made first', async (to) => {
      const operations = create();
      const { id } = newBatch(1);
      expect(await operations.progress(id)).toEqual({ transitions: {}, batch: undefined });
      expect(await operations.transition(id, to, 7)).toEqual({
        isMade: true,
        transitions: { [to]: 7 },
        batch: undefined,
      });
      expect(await operations.transition(id, to, 9)).toMatchObject({ isMade: true, transitions: { [to]: 7 } });
      expect(await operations.progress(id)).toEqual({ transitions: { [to]: 7 }, batch: undefined });
      expect(await operations.batch(id), 'it is no batch before its files were looked at').toBeUndefined();
      expect(await find(operations, id)).toBeUndefined();
    });

    it.each(BATCH_TRANSITIONS.flatMap((to) => EXCLUDED_BY[to].map((before) => [to, before] as const)))(
      'does not make the transition "%s" after "%s"',
      async (to, before) => {
        const operations = create();
        const { id } = newBatch(1);
        await operations.transition(id, before, 7);
        expect(await operations.transition(id, to, 9)).toMatchObject({ isMade: false, transitions: { [before]: 7 } });
        expect(await operations.progress(id)).toEqual({ transitions: { [before]: 7 }, batch: undefined });
      },
    );

    it('makes one of the transitions that exclude each other, when all are asked for at once', async () => {
      const operations = create();
      for (let round = 0; round < 20; round++) {
        const { id } = newBatch(1);
        const all = (['completed', 'aborted', 'failed'] as const).map((to, i) => operations.transition(id, to, i));
        const made = (await Promise.all(all)).filter(({ isMade }) => isMade);
        expect(made).toHaveLength(1);
        expect((await operations.progress(id)).transitions).toEqual(made[0]!.transitions);
      }
    });

    it('makes a transition unless what the caller says has been made', async () => {
      const operations = create();
      const { id } = newBatch(1);
      await operations.transition(id, 'completed', 7);
      expect(await operations.transition(id, 'reverted', 9, ['completed'])).toMatchObject({ isMade: false });
      expect(await operations.transition(id, 'reverted', 9, [])).toMatchObject({ isMade: true });
    });

    it('knows of a batch what was done with it, before and after its files were looked at', async () => {
      const operations = create();
      const batch = newBatch(1);
      await operations.transition(batch.id, 'completed', 3);
      await operations.openBatch(batch);
      await operations.completeChunk(batch.id, 0, counts({ accepted: 1 }));
      expect(await operations.batch(batch.id)).toMatchObject({ status: 'success', transitions: { completed: 3 } });
      expect(await operations.transition(batch.id, 'reverting', 5)).toMatchObject({
        isMade: true,
        batch: { ...batch, status: 'reverting', transitions: { completed: 3, reverting: 5 } },
      });
      await operations.transition(batch.id, 'reverted', 6);
      const after = { ...batch, status: 'inactive', counts: { accepted: 1 }, transitions: { reverted: 6 } };
      expect(await operations.batch(batch.id)).toMatchObject(after);
      expect(await find(operations, batch.id), 'also in the list of all').toMatchObject(after);
    });

    it('remembers until when workers may be at a batch, and lets none begin while it is taken back', async () => {
      const operations = create();
      const batch = newBatch(2);
      await operations.openBatch(batch);
      expect(await operations.lease(batch.id, 'a', 100)).toBe(true);
      expect(await operations.lease(batch.id, 'b', 200)).toBe(true);
      expect((await operations.batch(batch.id))?.busyUntil).toBe(200);
      await operations.release(batch.id, 'b');
      await operations.release(batch.id, 'never');
      expect((await operations.batch(batch.id))?.busyUntil).toBe(100);
      expect((await operations.transition(batch.id, 'reverting', 50)).batch?.busyUntil).toBe(100);
      expect(await operations.lease(batch.id, 'c', 300)).toBe(false);
      await operations.release(batch.id, 'a');
      expect((await operations.batch(batch.id))?.busyUntil).toBeUndefined();
      await operations.transition(batch.id, 'reverted', 60);
      expect(await operations.lease(batch.id, 'd', 300)).toBe(false);
    });
  });
}
