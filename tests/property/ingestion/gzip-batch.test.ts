import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { BLOCKS_PREFIX } from '#core/contract/landing.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { addToCart, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const KEY = 'landing/web-events/carts';
const RECORDS = 400;
/** More than 5 % of them. */
const TOO_MANY = Array.from({ length: 21 }, (_, n) => 3 + 19 * n);
/** Some dozen records. */
const CHUNK_BYTES = 16_384;

/** Records of which some are to be rejected, by their number. */
const records = (bad: ReadonlySet<number>): string[] =>
  Array.from({ length: RECORDS }, (_, i) => {
    // It hardly compresses, so that a gzip that is cut off has something to read.
    const web = { webPageDetails: { name: hash('sha256', `${i}`) } };
    return JSON.stringify({ ...addToCart(i, START - 1_000, { web }), ...(bad.has(i + 1) && { timestamp: 'never' }) });
  });

const FAULTS: Partial<Record<FunctionName, number>> = { split: 3, 'validate-chunk': 4, 'stitch-chunk': 4 };

/** Dice that never let anything fail. */
function* zeros(): Generator<number, never> {
  while (true) yield 0;
}

describe('a gzip of several chunks', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  const contents = new Map<string, Buffer>();
  beforeAll(async () => {
    catalog = compileCatalog(await exampleDefinitions());
    wiring = readWiring(templatesOf('prod'));
    const [few, many] = [records(new Set([3, 390])), records(new Set(TOO_MANY))];
    contents.set('.ndjson.gz', gzipSync(few.join('\n'), { level: 1 }));
    contents.set('.json.gz', gzipSync(`[${few.join(',\n')}]`, { level: 1 }));
    contents.set('-too-many.json.gz', gzipSync(`[${many.join(',\n')}]`, { level: 1 }));
    const whole = contents.get('.ndjson.gz')!;
    contents.set('-cut.ndjson.gz', whole.subarray(0, Math.floor(whole.length * 0.9)));
  });

  /** Uploads a file, with faults in the functions that work on it. @returns what has become of it, when all is at rest */
  async function ingest(name: string, dice: Iterator<number>, times = 1): Promise<Platform> {
    const draw = (below: number): number => dice.next().value % below;
    const left = { ...FAULTS };
    const next = (reader: FunctionName): Fault => {
      const fault = (['none', 'none', 'before', 'after'] as const)[draw(4)]!;
      if (fault === 'none' || (left[reader] ?? 0) <= 0) return 'none';
      left[reader]! -= 1;
      return fault;
    };
    const platform = createPlatform({
      wiring,
      catalog,
      start: START,
      chunkBytes: CHUNK_BYTES,
      concurrency: 1 + draw(3),
      pick: draw,
      intercept: (port, _name, reader) => withFaults(port, () => next(reader)),
    });
    await platform.stores.landing.put(KEY + name, contents.get(name)!);
    await platform.announce(KEY + name, times);
    await platform.poller.run();
    expect(platform.leftovers()).toEqual({});
    const keys = await Array.fromAsync(platform.stores.landing.list(''));
    expect(keys.filter((key) => key.startsWith(BLOCKS_PREFIX))).toEqual([]);
    return platform;
  }

  const batchOf = async ({ stores }: Platform) => {
    const [batch, ...others] = await Array.fromAsync(stores.operations.batches());
    expect(others).toEqual([]);
    return batch!;
  };
  /** Rows of the file that are in quarantine, each once. */
  const rejectedRows = async (platform: Platform, name: string): Promise<number[]> => {
    const rows = await platform.quarantined();
    expect(new Set(rows.map(({ position }) => position.source))).toEqual(new Set([KEY + name]));
    return rows.flatMap(({ position: { row } }) => (row === undefined ? [] : [row])).sort((a, b) => a - b);
  };

  it('is ingested to the row whatever fails on the way, and nothing is left of what was laid down', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('.ndjson.gz', '.json.gz'),
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 2 }),
        async (name, dice, times) => {
          const platform = await ingest(name, dice, times);
          const batch = await batchOf(platform);
          expect(batch.chunks).toBeGreaterThan(5);
          expect(batch).toMatchObject({ status: 'success', counts: { accepted: 398, rejected: 2, duplicate: 0 } });
          expect(await rejectedRows(platform, name)).toEqual([3, 390]);
        },
      ),
      runs(0.1, 8),
    );
  });

  it('fails as a whole when too much of it is bad, or it is cut off; what was read of it is in quarantine', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          ['-too-many.json.gz', 'batch-failed', TOO_MANY] as const,
          ['-cut.ndjson.gz', 'corrupt-file', [3]] as const,
        ),
        fc.infiniteStream(fc.nat()),
        async ([name, code, rows], dice) => {
          const platform = await ingest(name, dice);
          expect(await batchOf(platform)).toMatchObject({ status: 'failed', rejection: { code } });
          expect(await rejectedRows(platform, name)).toEqual(rows);
          expect(await Array.fromAsync(platform.stores.lake.list(''))).toEqual([]);
          const whole = (await platform.quarantined()).filter(({ position }) => position.row === undefined);
          expect(whole.map(({ rejections }) => rejections[0]!.code)).toEqual([code]);
        },
      ),
      runs(0.1, 8),
    );
  });

  it('is not laid down again when it is announced once more after it was ingested', async () => {
    const platform = await ingest('.json.gz', zeros());
    const before = await batchOf(platform);
    await platform.announce(`${KEY}.json.gz`);
    await platform.poller.run();
    expect(await batchOf(platform)).toEqual(before);
    expect((await Array.fromAsync(platform.stores.landing.list(BLOCKS_PREFIX))).length).toBe(0);
  });
});
