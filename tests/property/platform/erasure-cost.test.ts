import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LakeRow } from '#core/lake/lake-row.ts';
import { packLakeRows, streamLakeRows } from '#core/lake/write-rows.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { NOTHING_ERASED } from '#core/privacy/counts.ts';
import { eraseInFolders, searchedFolders } from '#core/privacy/erase-objects.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { linkingRules } from '#tests/harness/core/factories.ts';

/** List prices of S3 and the time of a function of 1,769 MB, see docs/cost.md. */
const GET = 0.4e-6;
const PUT = 5e-6;
const LIST = 5e-6;
const SECOND = 1.769 * 0.0000133334;
/** A large object of 128 MB: to check its filter, and to write it anew (measured on small ones, by their rows). */
const ROWS_A_LARGE_OBJECT = 600_000;
const SECONDS_TO_CHECK = 0.1;
const SECONDS_TO_REWRITE = 8;

const LARGE = 3;
const SMALL = 20;
const FOLDER = 'dataset=web-events/date=2026-03-01/';

interface Calls {
  get: number;
  put: number;
  list: number;
}

describe('what a pass of deletions costs', () => {
  let objects: { key: string; bytes: Uint8Array }[];
  beforeAll(async () => {
    const rowOf = (who: string, filling: string): LakeRow => ({
      id: who,
      receivedAt: 1,
      tieBreaker: '',
      ingestionId: who,
      operation: 'create',
      json: JSON.stringify({ identityMap: { Email: [{ id: `${who}@example.com` }] }, filling }),
    });
    const filling = (): string => randomBytes(24_000).toString('base64');
    objects = [];
    for (let n = 0; n < LARGE; n++) {
      async function* rows() {
        yield Array.from({ length: 200 }, (_, i) => rowOf(`large-${n}-${i}`, filling()));
      }
      const bytes = Buffer.concat(await Array.fromAsync(streamLakeRows(rows())));
      expect(bytes.length).toBeGreaterThan(4 * 1024 ** 2);
      objects.push({ key: `${FOLDER}large-${n}.parquet`, bytes });
    }
    for (let n = 0; n < SMALL; n++) {
      objects.push({ key: `${FOLDER}small-${n}.parquet`, bytes: packLakeRows([rowOf(`small-${n}`, '')]) });
    }
  });

  async function passFor(
    people: readonly string[],
    identityOf = (who: string) => `Email:${who}@example.com`,
  ): Promise<Calls & { rows: number }> {
    const calls = { get: 0, put: 0, list: 0 };
    const counted = (store: ObjectStore): ObjectStore => ({
      ...store,
      get: (...given) => {
        calls.get += 1;
        return store.get(...given);
      },
      putIf: (...given) => {
        calls.put += 1;
        return store.putIf(...given);
      },
      list: (prefix) => {
        calls.list += 1;
        return store.list(prefix);
      },
      entries: (prefix) => {
        calls.list += 1;
        return store.entries(prefix);
      },
    });
    const lake = createMemoryObjectStore({ now: () => 1_000 });
    for (const { key, bytes } of objects) await lake.put(key, bytes);
    const [quarantine, exports] = [createMemoryObjectStore(), createMemoryObjectStore()];
    const erasures = new MemoryErasures();
    for (const who of people) {
      const erasure: Erasure = {
        requestId: who,
        revision: 0,
        reason: '',
        status: 'under-way',
        requestedAt: 2_000,
        identities: [identityOf(who)],
        lastRouted: {},
        counts: NOTHING_ERASED,
        passes: [],
      };
      await erasures.save(erasure);
    }
    const stores = { lake: counted(lake), quarantine, exports };
    const folders = await Array.fromAsync(searchedFolders(stores).scan({ index: 0, of: 1 }));
    const settings = { datasets: new Map(), normalForms: new Map(), links: linkingRules() };
    const job = { id: 'job', startedAt: 3_000 };
    const { tally, failed } = await eraseInFolders(folders, job, {
      erasures,
      stores,
      settings,
      backoff: async () => {},
    });
    expect(failed).toEqual([]);
    return { ...calls, rows: tally.rows! };
  }

  it('is two reads for a large object, one for a small one, whoever is searched for', async () => {
    const nobody = Array.from({ length: 100 }, (_, n) => `nobody-of-the-lake-${n}`);
    const calls = await passFor(nobody.slice(0, 1));
    expect(calls).toEqual({ get: 2 * LARGE + SMALL, put: 0, list: 2, rows: 0 });
    const many = await passFor(nobody);
    // A filter says of some text in two thousand that it may be there.
    expect(many.get).toBeLessThanOrEqual(calls.get + LARGE);
    expect(many.put).toBe(0);
  });

  it('is nothing but the list of folders for a smoke test, whose records are in a dataset of their own', async () => {
    const calls = await passFor(['large-0-7'], (who) => `TributarySmoke:${who}`);
    expect(calls).toMatchObject({ get: 0, put: 0, rows: 0 });
    objects.push({ key: 'dataset=tributary-smoke/date=2026-03-01/a.parquet', bytes: objects.at(-1)!.bytes });
    expect(await passFor(['large-0-7'], (who) => `TributarySmoke:${who}`)).toMatchObject({ get: 1, put: 0 });
    objects.pop();
  });

  it('is one write more for each object that holds somebody, however many of them it holds', async () => {
    const one = await passFor(['large-0-7']);
    expect(one).toMatchObject({ put: 1, rows: 1 });
    const ten = await passFor(Array.from({ length: 10 }, (_, n) => `large-0-${n}`));
    expect(ten).toMatchObject({ put: 1, rows: 10 });
    expect(ten.get).toBeLessThanOrEqual(one.get + LARGE);
  });

  it.each([
    { rows: 1e6, small: 200, people: 10, atMost: 0.01 },
    { rows: 1e8, small: 10_000, people: 10, atMost: 0.05 },
    { rows: 1e8, small: 10_000, people: 1_000, atMost: 0.1 },
  ])('at $rows rows and $people people is below $atMost dollars', async ({ rows, small, people, atMost }) => {
    const calls = await passFor(['nobody-of-the-lake']);
    const large = Math.ceil(rows / ROWS_A_LARGE_OBJECT);
    const readsOfLarge = (calls.get - SMALL) / LARGE;
    const rewritten = Math.min(large, people * 10);
    const dollars =
      (large * readsOfLarge + small + rewritten * 2) * GET +
      rewritten * PUT +
      Math.ceil((large + small) / 1_000) * LIST * 17 +
      (large * SECONDS_TO_CHECK + small * 0.02 + rewritten * SECONDS_TO_REWRITE) * SECOND;
    expect(dollars).toBeLessThan(atMost);
  });
});
