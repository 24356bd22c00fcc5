import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { bytesOfRaw } from '#core/ingestion/text/decode-json.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { addToCart, ecidOf, enveloped, tolerantCatalog } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');

/** What an event may say besides, and is ingested exactly so. */
const STRANGE: readonly object[] = [
  {},
  { note: '\u0000\u2028\u202e\u200f\ufeff\uffff\u{10ffff}' },
  { toString: 1, valueOf: 2, hasOwnProperty: 'x', __proto: {}, prototype: [] },
  { '': { '': 1 }, 'a/b~c': 1, 'a..b': 2, $ref: '#/x' },
  { note: [Number.MAX_SAFE_INTEGER, -1, 1e300, 5e-324, 0.1 + 0.2] },
  { note: 'x'.repeat(200_000) },
  { note: Array.from({ length: 60 }).reduce((inside: unknown) => [inside], 1) },
  { identityMap: { ECID: [{ id: '\u0000\u202e', primary: true }] } },
  { identityMap: { ECID: Array.from({ length: 3_000 }, (_, n) => ({ id: ecidOf(n) })) } },
];

/** What stands in the place of an event and is rejected; none has a line end, so that it is one line of a file. */
const POISON: readonly ((good: string) => string | Uint8Array)[] = [
  (good) => good.slice(0, -7),
  (good) => good.replace('{"value":1}', '{"value":"one"}'),
  (good) => good.replace('{"value":1}', '{"value":9007199254740993}'),
  (good) => good.replace('{"value":1}', '{"value":1e400}'),
  (good) => good.replace('{"value":1}', '{"value":1,"__proto__":{"polluted":true}}'),
  (good) => good.replace('{"value":1}', '{"value":1,"constructor":{"prototype":{"polluted":true}}}'),
  (good) => good.replace('{"value":1}', `{"value":${'['.repeat(9_000)}${']'.repeat(9_000)}}`),
  (good) => good.replace('cart-', '\\ud800'),
  (good) => good.replace('cart-', 'x'.repeat(MAX_RECORD_BYTES)),
  (good) => good.replace('"ECID"', '"NoSuchNamespace"'),
  (good) => good.replace('"_id"', '"segmentMembership":{},"_id"'),
  (good) => Buffer.from(good.replace('cart-', '\u00ff'), 'latin1'),
  (good) =>
    good.replace(
      '"ECID"',
      Array.from({ length: 20_000 }, (_, n) => `"N${n}":[],`)
        .join('')
        .concat('"ECID"'),
    ),
  () => Uint8Array.from({ length: 200 }, (_, n) => 33 + ((n * 37) % 222)),
  () => 'null',
  () => '[]',
  () => '"text"',
];

type Sent = { readonly strange?: number; readonly poison?: number };
const sent: fc.Arbitrary<Sent> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ strange: fc.nat(STRANGE.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ poison: fc.nat(POISON.length - 1) }) },
);
const several = fc.array(sent, { minLength: 1, maxLength: 25 });
const eventOf = ({ strange = 0 }: Sent, n: number): object => addToCart(n, START - 1_000, STRANGE[strange]);

describe('hostile records among others', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = await tolerantCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  /** @param faults what happens at the calls of the endpoints; afterwards nothing does */
  const platformWith = (faults: readonly Fault[] = []): Platform => {
    let call = 0;
    const next = (): Fault => faults[call++] ?? 'none';
    return createPlatform({
      wiring,
      catalog,
      start: START,
      intercept: (port, name) => (['lake', 'quarantine', 'operations'].includes(name) ? withFaults(port, next) : port),
    });
  };

  /** What lies in the lake, as JSON, sorted. */
  async function kept({ stores }: Platform): Promise<string[]> {
    const entities: string[] = [];
    const seen = new Set<string>();
    for await (const key of stores.lake.list('')) {
      for (const { id, ingestionId, json } of await unpackLakeRows((await stores.lake.get(key))!)) {
        // What the platform delivers to itself again may lie twice, as the same arrival.
        if (!seen.has(`${id} ${ingestionId}`)) entities.push(json);
        seen.add(`${id} ${ingestionId}`);
      }
    }
    return entities.sort();
  }
  const asKept = (messages: readonly Sent[]): string[] =>
    messages.flatMap((one, n) => (one.poison === undefined ? JSON.stringify(eventOf(one, n)) : [])).sort();
  const counted = ({ accepted, rejected, duplicate }: OutcomeCounts) => ({ accepted, rejected, duplicate });
  const expectedOf = (messages: readonly Sent[]) => {
    const rejected = messages.filter(({ poison }) => poison !== undefined).length;
    return { accepted: messages.length - rejected, rejected, duplicate: 0 };
  };

  it('are rejected on the stream one by one, and those beside them are ingested as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        several,
        fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { maxLength: 2 }),
        async (messages, faults) => {
          const platform = platformWith(faults);
          const bodies = messages.map((one, n) => {
            const [before, after] = enveloped('web-events', {}).split('{}');
            const good = JSON.stringify(eventOf(one, n));
            const entity = one.poison === undefined ? good : POISON[one.poison]!(good);
            return Buffer.concat([Buffer.from(before!), Buffer.from(entity as string), Buffer.from(after!)]);
          });
          const stream = platform.poller.stream('collection');
          const records = bodies.map((body, n) => stream.put(`producer ${n % 3}`, body));
          await platform.poller.run();
          expect(platform.leftovers()).toEqual({});
          expect(await kept(platform)).toEqual(asKept(messages));

          const rows = new Map((await platform.quarantined()).map((row) => [row.position.sequenceNumber, row]));
          const rejected = messages.flatMap(({ poison }, n) => (poison === undefined ? [] : [n]));
          expect([...rows.keys()].sort()).toEqual(rejected.map((n) => records[n]!.sequenceNumber));
          for (const n of rejected) {
            const body = bodies[n]!;
            const whole = body.length > MAX_RECORD_BYTES ? body.subarray(0, 4_096) : body;
            expect(Buffer.from(bytesOfRaw(rows.get(records[n]!.sequenceNumber)!)).equals(whole)).toBe(true);
          }
          expect(({} as { polluted?: true }).polluted).toBeUndefined();
        },
      ),
      runs(0.1, 10),
    );
  });

  it('are rejected in a file under their row numbers, and the others are ingested as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        several,
        fc.constantFrom('\n', '\r\n', '\n\n', '\r\n \n'),
        fc.constantFrom('ndjson', 'json', 'ndjson.gz', 'jsonl.gz'),
        fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { maxLength: 2 }),
        async (lines, end, suffix, faults) => {
          // So that the text begins like records in lines, whatever comes then.
          const messages: readonly Sent[] = [{ strange: 0 }, ...lines];
          const platform = platformWith(faults);
          const bytes = Buffer.concat(
            messages.flatMap((one, n) => {
              const good = JSON.stringify(eventOf(one, n));
              return [
                Buffer.from((one.poison === undefined ? good : POISON[one.poison]!(good)) as string),
                Buffer.from(end),
              ];
            }),
          );
          const key = `landing/web-events/a.${suffix}`;
          await platform.stores.landing.put(key, suffix.endsWith('gz') ? gzipSync(bytes) : bytes);
          await platform.announce(key);
          await platform.poller.run();
          expect(platform.leftovers()).toEqual({});
          expect(await kept(platform)).toEqual(asKept(messages));
          const rejected = messages.flatMap(({ poison }, n) => (poison === undefined ? [] : [n + 1]));
          const rows = await platform.quarantined();
          expect(rows.map(({ position }) => position.row).sort((x, y) => x! - y!)).toEqual(rejected);
          for (const { rejections } of rows) {
            expect(rejections.length).toBeLessThanOrEqual(5);
            for (const { message } of rejections) expect(message).toMatch(/\w/);
          }
          const [batch] = await Array.fromAsync(platform.stores.operations.batches());
          expect(counted(batch!.counts)).toEqual(expectedOf(messages));
        },
      ),
      runs(0.1, 10),
    );
  });

  it.each([
    ['no JSON', '{'],
    ['something else', '{"files":[]}'],
    ['files of others', '{"batchId":"b","completedAt":1,"files":["landing/customers/a.ndjson"]}'],
  ])('may be a file that is named like a batch and holds %s: it is rejected', async (_, content) => {
    const platform = platformWith();
    await platform.stores.landing.put('landing/customers/a.ndjson', '{}\n');
    await platform.upload('landing/web-events/b.tributary-batch', content);
    await platform.poller.run();
    expect(platform.leftovers()).toEqual({});
    expect(await kept(platform)).toEqual([]);
    expect((await platform.quarantined()).map(({ rejections }) => rejections[0]!.code)).toEqual(['unsupported-format']);
  });
});
