import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { addToCart, exampleCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const keyOf = (n: number): string => `landing/web-events/hour-${n}.ndjson`;
const GONE = ['overwritten-before-read', 'removed-before-read'];

/** What somebody does to a key, once the functions have asked the bucket for something so many times more. */
const action = fc.record({
  kind: fc.constantFrom('upload', 'upload', 'upload', 'remove'),
  key: fc.nat({ max: 1 }),
  rows: fc.integer({ min: 1, max: 5 }),
  calls: fc.nat({ max: 12 }),
});
type Action = { kind: string; key: number; rows: number; calls: number };

interface Upload {
  readonly key: string;
  /** Numbers of its records. */
  readonly rows: readonly number[];
}

describe('a file that is overwritten or removed', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  /** Does all of it while the functions read, each chunk of a file being one record. */
  async function play(actions: readonly Action[], versionedLanding: boolean, faults: readonly Fault[]) {
    const uploads: Upload[] = [];
    const left = [...actions];
    let [calls, faulty, next] = [0, 0, left[0]?.calls ?? 0];
    const act = async (): Promise<void> => {
      const { kind, key, rows } = left.shift()!;
      next = calls + (left[0]?.calls ?? 0);
      platform.poller.clock.advanceBy(1);
      if (kind === 'remove') return platform.stores.landing.delete([keyOf(key)]);
      const first = uploads.reduce((sum, upload) => sum + upload.rows.length, 0);
      const own = Array.from({ length: rows }, (_, i) => first + i);
      uploads.push({ key: keyOf(key), rows: own });
      const content = own.map((n) => JSON.stringify(addToCart(n, START - 1_000))).join('\n');
      // S3 announces some of them twice.
      await platform.upload(keyOf(key), content, 1 + (first % 2));
    };
    const platform: Platform = createPlatform({
      wiring,
      catalog,
      start: START,
      chunkBytes: 200,
      versionedLanding,
      intercept: (port, name) => {
        if (name !== 'landing')
          return name === 'operations' ? withFaults(port, () => faults[faulty++] ?? 'none') : port;
        return new Proxy(port, {
          get(target, member) {
            const method: unknown = Reflect.get(target, member, target);
            if (member !== 'get' && member !== 'size') return method;
            return async (...args: unknown[]) => {
              while (left.length > 0 && calls >= next) await act();
              calls += 1;
              return Reflect.apply(method as () => unknown, target, args);
            };
          },
        });
      },
    });
    do {
      if (left.length > 0) await act();
      await platform.poller.run();
    } while (left.length > 0);
    return { platform, uploads };
  }

  async function outcomes({ platform, uploads }: Awaited<ReturnType<typeof play>>) {
    const { lake, operations } = platform.stores;
    const inLake = new Map<number, number>();
    for await (const key of lake.list('')) {
      for (const { json } of await unpackLakeRows((await lake.get(key))!)) {
        const row = Number(/cart-(\d+)/.exec(json)![1]);
        inLake.set(row, (inLake.get(row) ?? 0) + 1);
      }
    }
    const batches = (await Array.fromAsync(operations.batches())).sort((x, y) => x.receivedAt - y.receivedAt);
    expect(platform.leftovers()).toEqual({});
    expect(batches.map(({ file }) => file)).toEqual(uploads.map(({ key }) => key));
    return uploads.map(({ rows }, i) => ({ batch: batches[i]!, rows, kept: rows.filter((row) => inLake.has(row)) }));
  }

  it('is ingested all the same, to the row, where the bucket keeps versions', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'after'), { maxLength: 4 }),
        async (actions, faults) => {
          for (const { batch, rows, kept } of await outcomes(await play(actions, true, faults))) {
            expect([batch.status, batch.counts.accepted, kept]).toEqual(['success', rows.length, rows]);
          }
        },
      ),
      runs(5, 60),
    );
  });

  it('is ingested or reported, and never neither, where the bucket keeps none', { timeout }, async () => {
    let reported = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'after'), { maxLength: 4 }),
        async (actions, faults) => {
          const played = await play(actions, false, faults);
          const quarantined = await played.platform.quarantined();
          for (const { batch, rows, kept } of await outcomes(played)) {
            expect(batch.status).not.toBe('processing');
            expect(batch.counts.accepted).toBe(kept.length);
            if (kept.length === rows.length) continue;
            reported += 1;
            expect(GONE).toContain(batch.rejection?.code);
            const entries = quarantined.filter(({ position }) => position.source === batch.file);
            expect(entries.some(({ rejections }) => GONE.includes(rejections[0]!.code))).toBe(true);
          }
        },
      ),
      runs(5, 60),
    );
    expect(reported).toBeGreaterThan(0);
  });
});
