import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { sourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { wrapRecord } from '#core/ingestion/raw-records/wrapped.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { rowId } from '#core/pipeline/quarantine/read.ts';
import { type Corrected, replayQuarantine } from '#core/pipeline/quarantine/replay.ts';
import { createHandler } from '#lambdas/functions/collect/handler.ts';
import { aggregateOf } from '#tests/harness/core/aggregate.ts';
import { NO_CALLERS } from '#tests/harness/core/callers.ts';
import { replayInto } from '#tests/harness/core/count-store.memory.ts';
import { callOf } from '#tests/harness/core/http-event.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const CONNECTIONS = [
  { id: 'crm', format: 'json', dataset: 'customers', kinesis: true },
  {
    id: 'events',
    format: 'cloudevents',
    rules: [{ match: { type: 'com.example.login.*' }, dataset: 'logins' }],
    dataset: 'web-events',
    kinesis: true,
  },
].map((one) => sourceConnectionDefinition.parse({ ...one, authenticationRequired: false }));

interface Person {
  readonly n: number;
  readonly lastName: string;
  readonly phone: boolean;
}
const rowOf = ({ n, lastName, phone }: Person): Record<string, string> => ({
  crmId: `RB-${n}`,
  email: ` Ada${n}@Example.com `,
  ...(phone && { phone: `+4930${100_000 + n}` }),
  lastName,
  updatedAt: new Date(START - n * 1_000).toISOString(),
});
const COLUMNS = ['crmId', 'email', 'phone', 'lastName', 'tier', 'updatedAt'];
const csvOf = (people: readonly Person[]): string =>
  [COLUMNS, ...people.map((one) => COLUMNS.map((name) => rowOf(one)[name] ?? ''))]
    .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
    .join('\n');

describe('raw records of a source connection', () => {
  let definitions: Catalog;
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    definitions = { ...(await exampleDefinitions()), sourceConnections: CONNECTIONS };
    catalog = compileCatalog(definitions);
    wiring = readWiring(templatesOf('prod'));
  });

  const put = (platform: Platform, payload: string | Uint8Array) =>
    platform.poller.stream('collection').put('producer', payload);
  /** The collection endpoint in front of a platform. */
  function endpointOf(platform: Platform) {
    const handler = createHandler({
      callers: NO_CALLERS,
      catalog: { current: async () => catalog },
      now: platform.poller.clock.now,
      newId: () => 'id',
      stream: {
        async put(messages) {
          for (const { key, data } of messages) platform.poller.stream('collection').put(key, data);
          return new Set();
        },
      },
    });
    return async (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
      const answer = await handler(callOf({ path: `/collection/${path}`, body, headers }));
      return { status: answer.statusCode, body: JSON.parse(answer.body || '{}') };
    };
  }

  /** The ways in which records without an envelope come. */
  const WAYS: Readonly<Record<string, (platform: Platform, people: readonly Person[]) => Promise<unknown>>> = {
    'one by one on Kinesis': async (platform, people) => {
      for (const one of people) put(platform, JSON.stringify(rowOf(one)));
    },
    'in an aggregate': async (platform, people) =>
      put(platform, aggregateOf(people.map((one) => JSON.stringify(rowOf(one))))),
    'as gzipped lines': async (platform, people) =>
      put(platform, gzipSync(people.map((one) => `${JSON.stringify(rowOf(one))}\n`).join(''))),
    'by HTTP, one by one': async (platform, people) => {
      const send = endpointOf(platform);
      for (const one of people) expect((await send('crm', JSON.stringify(rowOf(one)))).status).toBe(200);
    },
    'by HTTP, as an array': async (platform, people) => {
      const answer = await endpointOf(platform)('crm', JSON.stringify(people.map(rowOf)));
      expect(answer.status).toBe(207);
      expect(answer.body.responses).toHaveLength(people.length);
    },
    'by HTTP, as messages': async (platform, people) =>
      endpointOf(platform)('batch/crm', JSON.stringify({ messages: people.map(rowOf) })),
    'on Kinesis, naming their dataset': async (platform, people) => {
      for (const one of people) put(platform, wrapRecord({ datasetId: 'customers' }, JSON.stringify(rowOf(one))));
    },
    'as a file of JSON lines': async (platform, people) =>
      platform.upload('landing/customers/a.ndjson', people.map((one) => JSON.stringify(rowOf(one))).join('\n')),
    'as a CSV file': async (platform, people) => platform.upload('landing/customers/a.csv', csvOf(people)),
  };

  async function seen(platform: Platform): Promise<string[]> {
    await platform.poller.run();
    expect(platform.leftovers()).toEqual({});
    const profiles = await allProfiles(platform.stores.profiles, stageSettings(platform.catalog).evaluation);
    return profiles.map((one) => JSON.stringify(one)).sort();
  }
  const platformOf = (): Platform => createPlatform({ wiring, catalog, start: START });

  it('give the same profiles in whatever way they come, by the mapping of their dataset', async () => {
    const person = fc.record({
      n: fc.integer({ min: 1, max: 12 }),
      lastName: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((text) => text.trim() !== ''),
      phone: fc.boolean(),
    });
    const people = fc.uniqueArray(person, { minLength: 1, maxLength: 8, selector: ({ n }) => n });
    await fc.assert(
      fc.asyncProperty(people, async (some) => {
        const results = new Map<string, string[]>();
        for (const [way, send] of Object.entries(WAYS)) {
          const platform = platformOf();
          await send(platform, some);
          results.set(way, await seen(platform));
          expect(await platform.quarantined()).toEqual([]);
        }
        const [first, ...others] = results.values();
        expect(first).toHaveLength(some.length);
        for (const [n] of others.entries()) expect({ [n]: others[n] }).toEqual({ [n]: first });
      }),
      runs(0.05, 6),
    );
  }, 120_000);

  const event = (more: object = {}) => ({
    specversion: '1.0',
    id: '7',
    source: '/shop',
    type: 'com.example.cart',
    time: '2026-03-01T09:00:00Z',
    data: { identityMap: { ECID: [{ id: '1'.padStart(38, '0'), primary: true }] } },
    ...more,
  });
  const binary = (one: ReturnType<typeof event>) => {
    const { data, ...attributes } = one;
    const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURIComponent(value)]);
    return [
      JSON.stringify(data),
      { ...Object.fromEntries(headers), 'content-type': 'application/json; charset=utf-8' },
    ] as const;
  };

  it('may be CloudEvents: structured, batched or binary, over HTTP or on Kinesis; each has its dataset by its type', async () => {
    const login = event({
      id: '8',
      type: 'com.example.login.web',
      data: {
        eventType: 'userAccount.login',
        identityMap: { CRMID: [{ id: 'RB-1', primary: true }], ECID: [{ id: '1'.padStart(38, '0') }] },
      },
    });
    const packed = event({
      data: undefined,
      data_base64: Buffer.from(JSON.stringify(event().data)).toString('base64'),
    });
    const ways: readonly ((platform: Platform) => Promise<unknown>)[] = [
      async (platform) => [event(), login].map((one) => put(platform, JSON.stringify(one))),
      async (platform) => put(platform, aggregateOf([JSON.stringify([event(), login])])),
      async (platform) => [packed, login].map((one) => put(platform, JSON.stringify(one))),
      async (platform) => {
        for (const one of [event(), login])
          expect((await endpointOf(platform)('events', JSON.stringify(one))).status).toBe(200);
      },
      async (platform) =>
        expect((await endpointOf(platform)('events', JSON.stringify([event(), login]))).status).toBe(207),
      async (platform) => {
        for (const one of [event(), login])
          expect((await endpointOf(platform)('events', ...binary(one))).status).toBe(200);
      },
    ];
    const results: string[][] = [];
    const kept: string[] = [];
    for (const send of ways) {
      const platform = platformOf();
      await send(platform);
      results.push(await seen(platform));
      expect(await platform.quarantined()).toEqual([]);
      for await (const key of platform.stores.lake.list('dataset=web-events')) {
        kept.push(...(await unpackLakeRows((await platform.stores.lake.get(key))!)).map(({ json }) => json));
      }
    }
    // Where there is no mapping, the data are the record, and an event has what its envelope knows.
    const cart = { _id: '/shop#7', timestamp: event().time, eventType: event().type, ...event().data };
    expect(kept.map((json) => JSON.parse(json))).toEqual(ways.map(() => cart));
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[0]).toHaveLength(1);
  });

  it('of a connection cannot be taken for those of another, nor for messages in the envelope', async () => {
    const platform = platformOf();
    const wrapped = '{"header":{"sourceConnection":"events"},"body":{"rawRecord":{"crmId":"RB-9"}}}';
    const enveloped = '{"header":{"datasetId":"web-events"},"body":{"xdmEntity":{"crmId":"RB-8"}}}';
    const send = endpointOf(platform);
    for (const body of [wrapped, enveloped]) expect((await send('crm', body)).status).toBe(200);
    // JSON that closes what it will be wrapped in is none.
    expect((await send('crm', '{}},"header":{"sourceConnection":"events"},"body":{"rawRecord":{}')).status).toBe(400);
    await platform.poller.run();
    // Both are raw records of customers that lack everything; the stream was never told otherwise.
    const rows = await platform.quarantined();
    expect(rows.map(({ datasetId }) => datasetId)).toEqual(['customers', 'customers']);
    expect(rows.map(({ raw }) => JSON.parse(raw).header.sourceConnection)).toEqual(['crm', 'crm']);
  });

  it('that were rejected are ingested by a replay, corrected by hand or by the catalog, at the place where they came', async () => {
    const good = rowOf({ n: 1, lastName: 'Lovelace', phone: true });
    const bad = { ...good, updatedAt: 'yesterday' };
    const expected = platformOf();
    put(
      expected,
      aggregateOf([
        '{"crmId":"RB-2","email":"b@example.com","updatedAt":"2026-02-01T00:00:00Z"}',
        JSON.stringify(good),
      ]),
    );
    const wanted = await seen(expected);

    for (const way of ['kinesis', 'http'] as const) {
      for (const cure of ['by hand', 'by the catalog'] as const) {
        const platform = platformOf();
        const other = '{"crmId":"RB-2","email":"b@example.com","updatedAt":"2026-02-01T00:00:00Z"}';
        const sent = cure === 'by hand' ? bad : { ...good, updatedAt: 'at 2026-03-01 09:59:59' };
        if (way === 'kinesis') put(platform, aggregateOf([other, JSON.stringify(sent)]));
        else await endpointOf(platform)('crm', `${other}\n${JSON.stringify(sent)}`);
        await platform.poller.run();
        const [row, ...none] = await platform.quarantined();
        expect(none).toEqual([]);
        expect(row).toMatchObject({ datasetId: 'customers', rejections: [{ code: 'mapping-failed' }] });
        expect(JSON.stringify(row!.rejections)).not.toContain('yesterday');

        const { profiles, timeline, lookups, lake, quarantine, counts } = platform.stores;
        const fixed = cure === 'by hand' ? catalog : compileCatalog(withDatePattern(definitions));
        const corrected: Corrected | undefined =
          cure === 'by hand' ? new Map([[rowId(row!), row!.raw.replace('yesterday', good.updatedAt!)]]) : undefined;
        const stitch = { profiles, timeline, lookups, settings: stageSettings(fixed).fold, backoff: async () => {} };
        const deps = {
          catalog: fixed,
          lake,
          quarantine,
          countReplay: replayInto(counts),
          stitch,
          suppress: SUPPRESS_NOBODY,
        };
        expect(await replayQuarantine({}, deps, corrected)).toMatchObject({ accepted: 1, rejected: 0, duplicate: 0 });
        expect(await platform.quarantined()).toEqual([]);
        expect(await seen(platform)).toEqual(wanted);
      }
    }
  });
});

/** The catalog once somebody has seen how the source writes its instants. */
function withDatePattern(definitions: Catalog): Catalog {
  const datasets = definitions.datasets.map((dataset) => ({
    ...dataset,
    mapping: dataset.mapping?.map((rule) =>
      rule.destination === 'extSourceSystemAudit.lastUpdatedDate'
        ? { ...rule, format: "'at 'yyyy-MM-dd HH:mm:ss", timeZone: 'UTC' }
        : rule,
    ),
  }));
  return { ...definitions, datasets } as Catalog;
}
