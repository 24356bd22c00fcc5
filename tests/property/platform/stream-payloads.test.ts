import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { NO_COUNTS } from '#core/pipeline/counts.ts';
import { rowId } from '#core/pipeline/quarantine/read.ts';
import { replayQuarantine } from '#core/pipeline/quarantine/replay.ts';
import { writeToQuarantine } from '#core/pipeline/quarantine/write.ts';
import type { ProfileWrite } from '#core/profile/ports/profile-store.ts';
import { aggregateOf } from '#tests/harness/core/aggregate.ts';
import { replayInto } from '#tests/harness/core/count-store.memory.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform, type PlatformOptions } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;

/** How producers put several records into one Kinesis record. */
const JOINS: Readonly<Record<string, (records: readonly string[]) => Uint8Array>> = {
  lines: (records) => Buffer.from(records.map((one) => `${one}\n`).join('')),
  concatenated: (records) => Buffer.from(records.join('')),
  array: (records) => Buffer.from(`[${records.join(', ')}]`),
  aggregate: (records) => aggregateOf(records),
  'gzipped lines': (records) => gzipSync(records.join('\n')),
  'zstd of an array': (records) => zstdCompressSync(`[${records.join(',')}]`),
  'aggregate of gzip': (records) => aggregateOf(records.map((one) => gzipSync(one))),
  'aggregate of lines': (records) => aggregateOf([records.join('\n')]),
};

describe('records that share a Kinesis record', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  const platformWith = (options: Partial<PlatformOptions> = {}): Platform =>
    createPlatform({ wiring, catalog, start: START, ...options });
  const put = (platform: Platform, payload: Uint8Array, key = 'producer') =>
    platform.poller.stream('collection').put(key, payload).sequenceNumber;
  const cart = (n: number): string => enveloped('web-events', addToCart(n, START - HOUR));
  const bad = (n: number): string => enveloped('web-events', { _id: `bad-${n}` });
  const countsOf = async ({ stores }: Platform) => {
    const sum = { accepted: 0, rejected: 0, duplicate: 0 };
    for await (const { counts } of stores.counts.streams()) {
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
    }
    return sum;
  };
  const profilesIn = ({ stores }: Platform) => allProfiles(stores.profiles, stageSettings(catalog).evaluation);
  /** What lies in the lake: records by their arrivals. */
  async function arrivalsIn({ stores }: Platform): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const key of stores.lake.list('')) {
      for (const { ingestionId, json } of await unpackLakeRows((await stores.lake.get(key))!)) {
        found.set(ingestionId, json);
      }
    }
    return found;
  }

  it('have one outcome each, as if each had been sent alone, however they were joined and whatever fails on the way', async () => {
    const record = fc.record({ n: fc.integer({ min: 1, max: 30 }), isBad: fc.boolean() });
    const payload = fc.record({
      join: fc.constantFrom(...Object.keys(JOINS)),
      records: fc.array(record, { minLength: 1, maxLength: 8 }),
    });
    const faults = fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 6 }), faults, async (payloads, list) => {
        const pending = [...list];
        const next = (): Fault => pending.shift() ?? 'none';
        // The counters of streams are spared: they add, so that one that fails after it has counted counts twice.
        const joined = platformWith({
          intercept: (port, name) =>
            ['lake', 'quarantine', 'profiles'].includes(name) ? withFaults(port, next) : port,
        });
        const alone = platformWith();
        const all = payloads.flatMap(({ records }) => records);
        // Events have ids of their own, so that none is the duplicate of another.
        let id = 0;
        for (const { join, records } of payloads) {
          const texts = records.map(({ n, isBad }) =>
            isBad ? bad(id++) : enveloped('web-events', addToCart(n, START - HOUR, { _id: `e-${id++}` })),
          );
          put(joined, JOINS[join]!(texts));
          for (const text of texts) put(alone, Buffer.from(text));
        }
        await joined.poller.run();
        await alone.poller.run();
        expect(joined.leftovers()).toEqual({});
        const rejected = all.filter(({ isBad }) => isBad).length;
        expect(await countsOf(joined)).toEqual({ accepted: all.length - rejected, rejected, duplicate: 0 });
        expect([...(await arrivalsIn(joined)).values()].sort()).toEqual([...(await arrivalsIn(alone)).values()].sort());
        const rawOf = async (platform: Platform) =>
          new Set((await platform.quarantined()).map(({ raw }) => raw.trim()));
        expect(await rawOf(joined)).toEqual(await rawOf(alone));
        const seen = async (platform: Platform) =>
          (await profilesIn(platform)).map((one) => JSON.stringify(one)).sort();
        expect(await seen(joined)).toEqual(await seen(alone));
      }),
      runs(0.1, 25),
    );
  }, 120_000);

  it('come again together when one of them fails, are the same arrivals then, and none is lost', async () => {
    let broken = true;
    const platform = platformWith({
      intercept: (port, name) =>
        name !== 'profiles'
          ? port
          : new Proxy(port, {
              get: (target, member) => {
                const method = Reflect.get(target, member, target) as (...args: unknown[]) => unknown;
                if (member !== 'write') return typeof method === 'function' ? method.bind(target) : method;
                return async (write: ProfileWrite) => {
                  if (broken && write.item.canonicalKey === `ECID:${ecidOf(3)}`) throw new Error('injected');
                  return Reflect.apply(method, target, [write]);
                };
              },
            }),
    });
    const before = put(platform, Buffer.from(cart(1)));
    const aggregate = put(platform, aggregateOf([cart(2), cart(3), bad(0), cart(4)]));
    const after = put(platform, Buffer.from(cart(5)));
    await platform.poller.run({ until: START + 90_000 });
    const calls = platform.poller.invocations.filter((one) => one.function === 'stitch-stream');
    expect(calls[0]).toMatchObject({ items: [before, aggregate, after] });
    expect(calls.length).toBeGreaterThan(1);
    for (const { items } of calls.slice(1)) expect(items).toEqual([aggregate, after]);
    // Nothing of the aggregate counts before all of it is finished.
    expect(await countsOf(platform)).toEqual({ accepted: 1, rejected: 0, duplicate: 0 });

    broken = false;
    await platform.poller.run();
    expect(await countsOf(platform)).toEqual({ accepted: 5, rejected: 1, duplicate: 0 });
    expect((await arrivalsIn(platform)).size).toBe(5);
    // Given again behind another record, it lies there once more, as the same one.
    const rows = new Map((await platform.quarantined()).map((row) => [rowId(row), row]));
    expect([...rows.values()]).toMatchObject([
      {
        position: { source: 'kinesis:shardId-000000000000', sequenceNumber: aggregate, subSequenceNumber: 2 },
        raw: bad(0),
      },
    ]);
    expect(platform.leftovers()).toEqual({});
  });

  it('keep their order: the later one of an aggregate wins', async () => {
    const platform = platformWith();
    const row = (lastName: string): string => enveloped('customers', { ...customer, person: { name: { lastName } } });
    put(platform, aggregateOf([...Array.from({ length: 12 }, (_, i) => `name ${i}`), 'last'].map(row)));
    await platform.poller.run();
    expect(await platform.quarantined()).toEqual([]);
    const text = JSON.stringify(await profilesIn(platform));
    expect(text).toContain('"lastName":"last"');
    expect(text).not.toContain('"lastName":"name 9"');
  });

  it('that lie in quarantine as one, as a version before this left them, are ingested one by one by a replay', async () => {
    const platform = platformWith();
    const { stores } = platform;
    const whole = gzipSync([cart(1), bad(1), cart(2)].join('\n'));
    const position = { source: 'kinesis:shardId-000000000000', sequenceNumber: '4900' };
    const rejection = { code: 'invalid-encoding', message: 'The record is not valid UTF-8' } as const;
    const row = {
      datasetId: 'unknown',
      position,
      receivedAt: START,
      tieBreaker: '0'.repeat(60),
      raw: whole.toString('base64'),
      rawEncoding: 'base64' as const,
      rejections: [rejection],
    };
    await writeToQuarantine(stores.quarantine, 'old', [row]);
    await replayInto(stores.counts)('unknown', { ...NO_COUNTS, rejected: 1, rejections: { 'invalid-encoding': 1 } });
    const { profiles, timeline, lookups, lake, quarantine, counts } = stores;
    const stitch = { profiles, timeline, lookups, settings: stageSettings(catalog).fold, backoff: async () => {} };
    const replay = () =>
      replayQuarantine(
        {},
        { catalog, lake, quarantine, countReplay: replayInto(counts), stitch, suppress: SUPPRESS_NOBODY },
      );

    expect(await replay()).toMatchObject({ accepted: 2, duplicate: 0, rejected: 1 });
    expect(await countsOf(platform)).toEqual({ accepted: 2, rejected: 1, duplicate: 0 });
    expect(await platform.quarantined()).toMatchObject([
      { raw: bad(1), position: { ...position, subSequenceNumber: 1 } },
    ]);
    // Once more: what is rejected stays, and nothing is counted twice.
    expect(await replay()).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await countsOf(platform)).toEqual({ accepted: 2, rejected: 1, duplicate: 0 });
  });
});

const customer = {
  _riverbend: { crmId: 'RB-1' },
  extSourceSystemAudit: { lastUpdatedDate: '2026-03-01T09:00:00Z' },
};
