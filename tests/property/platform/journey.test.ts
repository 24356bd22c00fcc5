import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import type { ProfileWrite } from '#core/profile/ports/profile-store.ts';
import type { Batch, OutcomeCounts } from '#core/record/operations.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog, logIn, seenIn } from '#tests/harness/platform/example.ts';
import type { PortName } from '#tests/harness/platform/handlers.ts';
import { createPlatform, type Platform, type PlatformOptions } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;

/** The functions as they are, wired as production is, under the event sources' rules of retry and redelivery. */
describe('the platform', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  const platformWith = (options: Partial<PlatformOptions> = {}): Platform =>
    createPlatform({ wiring, catalog, start: START, ...options });
  const profilesIn = ({ stores }: Platform): Promise<object[]> =>
    allProfiles(stores.profiles, stageSettings(catalog).evaluation);
  const streamCounts = async ({ stores }: Platform): Promise<Record<string, OutcomeCounts>> => {
    const counts: Record<string, OutcomeCounts> = {};
    for await (const stream of stores.counts.streams()) counts[stream.datasetId] = stream.counts;
    return counts;
  };
  const batchesOf = async ({ stores }: Platform): Promise<Batch[]> =>
    await Array.fromAsync(stores.operations.batches());
  const callsOf = ({ poller }: Platform, name: string) =>
    poller.invocations.filter((invocation) => invocation.function === name);
  const cart = (n: number): string => enveloped('web-events', addToCart(n, START - HOUR));

  it('puts poison on a stream aside, with its place and reason, and takes everything around it in one go', async () => {
    const platform = platformWith();
    const misspelt = enveloped('web-event', addToCart(90, START - HOUR));
    const wrong = enveloped(
      'web-events',
      addToCart(91, START - HOUR, { commerce: { productListAdds: { value: 'x' } } }),
    );
    const messages = [cart(1), '{"header":', cart(2), misspelt, cart(3), wrong, cart(4)];
    const sequenceNumbers = messages.map((message) => {
      platform.collect(message);
      return platform.poller.stream('collection').records.at(-1)!.sequenceNumber;
    });
    await platform.poller.run();

    const rows = (await platform.quarantined()).map(({ position, rejections, raw, datasetId }) => ({
      place: position.sequenceNumber,
      source: position.source,
      code: rejections[0]!.code,
      pointer: rejections[0]!.pointer,
      datasetId,
      raw,
    }));
    const source = 'kinesis:shardId-000000000000';
    const at = (index: number) => ({ source, place: sequenceNumbers[index], raw: messages[index] });
    expect(rows.sort((x, y) => (x.place! < y.place! ? -1 : 1))).toEqual([
      { ...at(1), code: 'malformed', pointer: undefined, datasetId: 'unknown' },
      { ...at(3), code: 'unknown-dataset', pointer: undefined, datasetId: 'web-event' },
      { ...at(5), code: 'schema-violation', pointer: '/commerce/productListAdds/value', datasetId: 'web-events' },
    ]);
    expect(callsOf(platform, 'stitch-stream')).toEqual([
      { at: START + 1_000, function: 'stitch-stream', items: sequenceNumbers, outcome: 'succeeded' },
    ]);
    expect(await profilesIn(platform)).toMatchObject([1, 2, 3, 4].map((n) => ({ identities: [`ECID:${ecidOf(n)}`] })));
    expect(platform.leftovers()).toEqual({});
  });

  it('ingests what surrounds a record that cannot be written, retries from it on, and counts each record once', async () => {
    let broken = true;
    const stuck = `ECID:${ecidOf(4)}`;
    const platform = platformWith({
      intercept: (port, name) =>
        onCall(port, name === 'profiles' ? 'write' : undefined, (...[{ item }]: [ProfileWrite]) => {
          if (broken && item.canonicalKey === stuck) throw new Error('injected: this item cannot be written');
        }),
    });
    const people = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const numbers = people.map((n) => {
      platform.collect(cart(n));
      return platform.poller.stream('collection').records.at(-1)!.sequenceNumber;
    });
    await platform.poller.run({ until: START + 30_000 });

    expect(await profilesIn(platform)).toMatchObject(
      people.filter((n) => n !== 4).map((n) => ({ identities: [`ECID:${ecidOf(n)}`] })),
    );
    const tries = callsOf(platform, 'stitch-stream');
    expect(tries.length).toBeGreaterThan(2);
    expect(tries.map(({ items }) => items)).toEqual([numbers, ...tries.slice(1).map(() => numbers.slice(3))]);

    broken = false;
    await platform.poller.run();
    const { 'web-events': counts } = await streamCounts(platform);
    expect(counts).toMatchObject({ accepted: 9, rejected: 0 });
    expect(await profilesIn(platform)).toMatchObject(
      people.map((n) => ({ identities: [`ECID:${ecidOf(n)}`], view: { xEvent: [{ time: START - HOUR }] } })),
    );
    expect(platform.leftovers()).toEqual({});
  });

  /** Where a worker dies: the call of a port, which of them, and whether it has had its effect. */
  const deaths: readonly { when: string; port: PortName; method: string; call: number; fault: Fault }[] = [
    { when: 'between two slices', port: 'lake', method: 'put', call: 2, fault: 'before' },
    { when: 'in the middle of a slice', port: 'profiles', method: 'write', call: 1_050, fault: 'before' },
    { when: 'after a write', port: 'profiles', method: 'write', call: 1_150, fault: 'after' },
    { when: 'before it is counted home', port: 'operations', method: 'completeChunk', call: 1, fault: 'before' },
    { when: 'after it is counted home', port: 'operations', method: 'completeChunk', call: 1, fault: 'after' },
  ];

  /** Two slices of a chunk. */
  const ROWS = 1_200;
  const takeFile = async (options: Partial<PlatformOptions>): Promise<Platform> => {
    const platform = platformWith(options);
    const rows = Array.from({ length: ROWS }, (_, n) => JSON.stringify(addToCart(n, START - HOUR)));
    await platform.upload('landing/web-events/carts.ndjson', rows.join('\n'));
    await platform.poller.run();
    return platform;
  };
  let clean: Promise<Platform> | undefined;

  it.each(deaths)('finishes a chunk whose worker died $when, and counts it home once', async (death) => {
    let calls = 0;
    clean ??= takeFile({});
    const platform = await takeFile({
      intercept: (port, name, reader: FunctionName) => {
        if (reader !== 'stitch-chunk' || name !== death.port) return port;
        const next = (): Fault => (++calls === death.call ? death.fault : 'none');
        return onlyMethod(port, withFaults(port, next), death.method);
      },
    });
    expect(callsOf(platform, 'stitch-chunk').map(({ outcome }) => outcome)).toEqual(['partly-failed', 'succeeded']);
    const [batch, ...others] = await batchesOf(platform);
    expect(others).toEqual([]);
    expect(batch).toMatchObject({ status: 'success', chunks: 1, completedChunks: 1, counts: { rejected: 0 } });
    expect(batch!.counts.accepted + batch!.counts.duplicate).toBe(ROWS);
    expect(await profilesIn(platform)).toEqual(await profilesIn(await clean));
    expect(await deliveredTo(platform)).toEqual(await deliveredTo(await clean));
    expect(platform.leftovers()).toEqual({});
  });

  /** Which rows of a file are bad. */
  const mixedFile = (rows: number, isBad: (row: number) => boolean): string =>
    Array.from({ length: rows }, (_, n) =>
      isBad(n) ? '{"_id":' : JSON.stringify(addToCart(n, START - HOUR, { note: 'x'.repeat(900) })),
    ).join('\n');
  const takeMixed = async (content: string): Promise<Platform> => {
    const platform = platformWith({ chunkBytes: 1_048_576 });
    await platform.upload('landing/web-events/mixed.ndjson', content);
    await platform.poller.run();
    return platform;
  };
  /** More than 2 MB, so in three chunks, and the bad rows are all in the first. */
  const MIXED_ROWS = 2_000;

  it('fails a file with more bad rows than its dataset allows, and takes none of its good rows into a profile', async () => {
    const platform = await takeMixed(mixedFile(MIXED_ROWS, (n) => n <= 100));
    expect(await batchesOf(platform)).toMatchObject([
      {
        status: 'failed',
        chunks: 3,
        rejection: { code: 'batch-failed', found: '5.05 %' },
        counts: { accepted: 0, duplicate: 0, rejected: 2_000, rejections: { malformed: 101, 'batch-failed': 1_899 } },
      },
    ]);
    expect(await profilesIn(platform)).toEqual([]);
    expect(await Array.fromAsync(platform.stores.lake.list(''))).toEqual([]);
    expect(callsOf(platform, 'stitch-chunk')).toEqual([]);
    const codes = Map.groupBy(await platform.quarantined(), ({ rejections }) => rejections[0]!.code);
    expect([...codes].map(([code, rows]) => [code, rows.length]).sort()).toEqual([
      ['batch-failed', 1],
      ['malformed', 101],
    ]);
    expect(platform.leftovers()).toEqual({});
  });

  it('takes the good rows of a file with exactly as many bad rows as its dataset allows', async () => {
    const platform = await takeMixed(mixedFile(MIXED_ROWS, (n) => n < 100));
    expect(await batchesOf(platform)).toMatchObject([
      { status: 'success', chunks: 3, counts: { accepted: 1_900, rejected: 100 } },
    ]);
    expect(await profilesIn(platform)).toHaveLength(1_900);
  });

  it('decides about a file once, whenever workers die and however often it is announced', async () => {
    for (const bad of [100, 101]) {
      for (const death of bad === 100 ? [2, 5] : [3, 6]) {
        let calls = 0;
        const platform = platformWith({
          chunkBytes: 1_048_576,
          intercept: (port, _name, reader) =>
            reader === 'validate-chunk' || reader === 'split'
              ? withFaults(port, () =>
                  ++calls % 8 === death % 8 && calls < 40 ? (calls % 16 < 8 ? 'before' : 'after') : 'none',
                )
              : port,
        });
        await platform.upload(
          'landing/web-events/mixed.ndjson',
          mixedFile(MIXED_ROWS, (n) => n < bad),
          2,
        );
        await platform.poller.run();
        const [batch, ...others] = await batchesOf(platform);
        expect(others).toEqual([]);
        expect(batch, `${bad} bad rows, death ${death}`).toMatchObject({
          status: bad === 100 ? 'success' : 'failed',
          counts: bad === 100 ? { rejected: 100 } : { rejected: MIXED_ROWS, accepted: 0, duplicate: 0 },
        });
        expect(await profilesIn(platform)).toHaveLength(bad === 100 ? 1_900 : 0);
        expect(platform.leftovers()).toEqual({});
      }
    }
  });

  it('fails a file that breaks off, although what came before could be read', async () => {
    const platform = platformWith();
    const rows = Array.from({ length: 3_000 }, (_, n) => JSON.stringify(addToCart(n, START - HOUR)));
    const packed = gzipSync(rows.join('\n'));
    await platform.stores.landing.put('landing/web-events/cut.ndjson.gz', packed.subarray(0, packed.length / 2));
    await platform.announce('landing/web-events/cut.ndjson.gz');
    await platform.poller.run();
    expect(await batchesOf(platform)).toMatchObject([
      {
        status: 'failed',
        rejection: { code: 'corrupt-file' },
        counts: { accepted: 0, rejections: { 'corrupt-file': 1 } },
      },
    ]);
    expect(await profilesIn(platform)).toEqual([]);
  });

  it('gives up on a destination that always fails, in its own dead letters, and delays no other by it', async () => {
    const run = async (status: number): Promise<Platform> => {
      const platform = platformWith({
        answer: ({ url }) => ({ kind: 'response', status: url.includes('hooks.') ? status : 200, body: '{}' }),
      });
      for (const n of Array.from({ length: 15 }, (_, index) => index)) {
        platform.collect(enveloped('web-events', addToCart(n, START - HOUR)));
        platform.collect(enveloped('logins', logIn(n, START - HOUR)));
        platform.collect(enveloped('regions', seenIn(n, START - HOUR)));
      }
      await platform.poller.run();
      return platform;
    };
    const [healthy, failing] = [await run(200), await run(500)];

    // Waiting costs no attempt, so the queue itself allows many more receives than there are attempts.
    const attempts = 3;
    expect(wiring.queues.find(({ name }) => name === 'webhook')!.redrive!.maxReceiveCount).toBeGreaterThan(attempts);
    const dead = failing.poller.queue('webhook.dead-letters').messages;
    expect(dead).toHaveLength(15);
    expect(failing.leftovers()).toEqual({ 'webhook.dead-letters': 15 });
    const receives = callsOf(failing, 'deliver-http/webhook').flatMap(({ items }) => items);
    const byMessage = [...Map.groupBy(receives, (id) => id).values()].map(({ length }) => length);
    expect(byMessage).toEqual(Array.from({ length: 15 }, () => attempts));

    const others = ({ poller }: Platform) =>
      poller.invocations.filter((invocation) => invocation.function !== 'deliver-http/webhook');
    expect(others(failing)).toEqual(others(healthy));
    const { webhook, ...rest } = await deliveredTo(failing);
    const { webhook: all, ...expected } = await deliveredTo(healthy);
    expect(rest).toEqual(expected);
    expect(rest['audience-manager']!.length).toBeGreaterThan(0);
    expect({ webhook, members: all!.length }).toEqual({ webhook: [], members: 15 });
  });
});

/** The port, with something that happens before every call of one method. */
function onCall<T extends object, A extends unknown[]>(
  port: T,
  method: string | undefined,
  before: (...args: A) => void,
): T {
  if (method === undefined) return port;
  const called = async (...args: A): Promise<unknown> => {
    before(...args);
    return await Reflect.apply(Reflect.get(port, method) as (...args: A) => unknown, port, args);
  };
  return onlyMethod(port, { [method]: called }, method);
}

/** The port, but one method of it comes from another. */
const onlyMethod = <T extends object>(port: T, other: object, method: string): T =>
  new Proxy(port, {
    get(target, name) {
      if (name === method) return Reflect.get(other, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
