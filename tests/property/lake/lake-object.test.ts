import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { DamagedObjectError, openLakeFile, unpackLakeRows } from '#core/lake/read-rows.ts';
import { writeToLake } from '#core/lake/write.ts';
import { packLakeRows } from '#core/lake/write-rows.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

const MAX_TIME = 8_640_000_000_000_000;

const rows = fc.array(
  fc
    .record(
      {
        id: fc.base64String(),
        receivedAt: fc.integer({ min: 0, max: MAX_TIME }),
        timestamp: fc.integer({ min: -MAX_TIME, max: MAX_TIME }),
        tieBreaker: fc.string({ unit: 'grapheme' }),
        ingestionId: fc.base64String(),
        operation: fc.constantFrom<LakeRow['operation']>('create', 'merge', 'delete'),
        entity: fc.object({ withUnicodeString: true } as object),
      },
      { requiredKeys: ['id', 'receivedAt', 'tieBreaker', 'ingestionId', 'operation', 'entity'] },
    )
    .map(({ entity, ...row }): LakeRow => ({ ...row, json: JSON.stringify(entity) })),
  { minLength: 1, maxLength: 20 },
);

describe('an object of the lake', () => {
  it('gives back every row as it was, and is the same bytes for the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const bytes = packLakeRows(given);
        expect(await unpackLakeRows(bytes)).toEqual(given);
        expect(packLakeRows(given)).toEqual(bytes);
      }),
    );
  });

  it('holds more rows than one row group', async () => {
    const given = Array.from({ length: 20_001 }, (_, n): LakeRow => {
      const id = String(n);
      return { id, receivedAt: n, tieBreaker: id, ingestionId: id, operation: 'create', json: `{"n":${n}}` };
    });
    expect(await unpackLakeRows(packLakeRows(given))).toEqual(given);
  });

  it('holds a record that is larger as JSON than records may be as they come', async () => {
    // `1e20` is written out as 21 digits.
    const json = JSON.stringify({ numbers: Array.from({ length: 200_000 }, () => 1e20) });
    expect(json.length).toBeGreaterThan(4 * MAX_RECORD_BYTES);
    const given: LakeRow = { id: 'a', receivedAt: 1, tieBreaker: '', ingestionId: 'b', operation: 'create', json };
    expect(await unpackLakeRows(packLakeRows([given]))).toEqual([given]);
  });

  it('is told by its key where it can’t be read, whichever byte is another and wherever it is cut off', async () => {
    const given = Array.from({ length: 50 }, (_, n): LakeRow => {
      const id = `id ${n}`;
      return {
        id,
        receivedAt: n,
        timestamp: n,
        tieBreaker: id,
        ingestionId: id,
        operation: 'create',
        json: `{"n":${n}}`,
      };
    });
    const bytes = packLakeRows(given);
    const open = async (changed: Uint8Array) => {
      const lake = createMemoryObjectStore();
      await lake.put('some/key', changed);
      const [object] = await Array.fromAsync(lake.entries(''));
      return (await Array.fromAsync((await openLakeFile(lake, object!)).groups())).flat();
    };
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, by, isCut) => {
          const changed = isCut ? bytes.slice(0, at) : bytes.slice();
          if (!isCut) changed[at]! ^= by;
          const outcome = await open(changed).catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(outcome).toBeInstanceOf(DamagedObjectError);
            expect(outcome.message).toContain('some/key');
          } else expect(outcome).toHaveLength(given.length);
        },
      ),
      // An instant that is no instant any more, but a number.
      { numRuns: 500, examples: [[958, 80, false]] },
    );
  });

  it('holds records of one day: a batch that arrived around midnight lies in two', async () => {
    const lake = createMemoryObjectStore();
    const record = (receivedAt: string) => ({
      id: receivedAt,
      datasetId: 'web-events',
      behaviour: 'event' as const,
      time: 0,
      tieBreaker: '',
      receivedAt: Date.parse(receivedAt),
      ingestionId: receivedAt,
      operation: 'create' as const,
      identities: [],
      entity: {},
      json: '{}',
    });
    const ingestionIds = ['2026-03-01T23:59:59Z', '2026-03-02T00:00:01Z'];
    await writeToLake(
      lake,
      'part',
      ingestionIds.map((at) => ({ record: record(at) })),
    );
    expect(await Array.fromAsync(lake.list(''))).toEqual([
      'dataset=web-events/date=2026-03-01/part.parquet',
      'dataset=web-events/date=2026-03-02/part.parquet',
    ]);
  });
});
