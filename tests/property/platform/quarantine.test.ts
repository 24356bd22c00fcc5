import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { SUPPRESS_NOBODY } from '#core/governance/suppress.ts';
import { bytesOfRaw } from '#core/ingestion/text/decode-json.ts';
import { type QuarantineFilter, readQuarantine, rowId } from '#core/pipeline/quarantine/read.ts';
import { replayQuarantine } from '#core/pipeline/quarantine/replay.ts';
import { MAX_RECORD_BYTES } from '#core/record/record.ts';
import { replayInto } from '#tests/harness/core/count-store.memory.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { addToCart, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const UPDATED = '2026-01-01T00:00:00Z';
const CSV = `crmId,email,tier,updatedAt\nRB-1,one@example.com,gold,${UPDATED}\nRB-2,"two@example.com",silver,${UPDATED}\n`;

describe('quarantine', () => {
  let corrected: Catalog;
  let broken: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    corrected = await exampleDefinitions();
    // Carts have a dataset that nobody has defined yet, and tiers of customers are taken for numbers.
    const datasets = corrected.datasets
      .filter(({ id }) => id !== 'web-events')
      .map((dataset) => ({
        ...dataset,
        partialIngestionPercentage: 100,
        ...(dataset.mapping && {
          mapping: dataset.mapping.map((rule) =>
            rule.source === 'tier' ? { ...rule, type: 'number' as const } : rule,
          ),
        }),
      }));
    broken = { ...corrected, datasets };
    wiring = readWiring(templatesOf('prod'));
  });

  const fed = async (catalog: Catalog): Promise<Platform> => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start: START });
    for (const n of [1, 2, 3]) platform.collect(enveloped('web-events', addToCart(n, START - 1_000)));
    await platform.upload('landing/customers/crm.csv', CSV);
    await platform.poller.run();
    return platform;
  };
  const replayOn = ({ stores }: Platform, filter: QuarantineFilter, again?: ReadonlyMap<string, string>) => {
    const catalog = compileCatalog(corrected);
    const { profiles, timeline, lookups, quarantine, lake, counts } = stores;
    const stitch = { profiles, timeline, lookups, settings: stageSettings(catalog).fold, backoff: async () => {} };
    return replayQuarantine(
      filter,
      { catalog, quarantine, lake, countReplay: replayInto(counts), stitch, suppress: SUPPRESS_NOBODY },
      again,
    );
  };
  const profilesIn = ({ stores }: Platform) =>
    allProfiles(stores.profiles, stageSettings(compileCatalog(corrected)).evaluation);

  it('gives after a fix what would be there had nothing been rejected, once', async () => {
    const platform = await fed(broken);
    expect(await profilesIn(platform)).toEqual([]);
    expect(await replayOn(platform, { dataset: 'web-events' })).toMatchObject({ accepted: 3, rejected: 0 });
    expect(await replayOn(platform, { source: 'crm.csv' })).toMatchObject({ accepted: 2, rejected: 0 });
    expect(await replayOn(platform, {})).toMatchObject({ accepted: 0, duplicate: 0, rejected: 0, files: 0 });
    expect(await platform.quarantined()).toEqual([]);
    expect(await profilesIn(platform)).toEqual(await profilesIn(await fed(corrected)));
    const streams = await Array.fromAsync(platform.stores.counts.streams());
    expect(streams.find(({ datasetId }) => datasetId === 'unknown')?.counts).toMatchObject({ rejected: 0 });
  });

  it('keeps what is rejected again, and finds it by dataset, reason, source and time', async () => {
    const platform = await fed(broken);
    platform.collect('{"header":');
    await platform.poller.run();
    expect(await replayOn(platform, { reason: 'malformed' })).toMatchObject({ accepted: 0, rejected: 1 });
    const count = async (filter: QuarantineFilter): Promise<number> =>
      (await Array.fromAsync(readQuarantine(platform.stores.quarantine, filter))).flatMap(({ rows }) => rows).length;
    expect(await count({})).toBe(6);
    expect(await count({ dataset: 'customers' })).toBe(2);
    expect(await count({ reason: 'unknown-dataset' })).toBe(3);
    expect(await count({ source: 'kinesis:' })).toBe(4);
    expect(await count({ since: START + 86_400_000 })).toBe(0);
    expect(await count({ until: START + 86_400_000 })).toBe(6);
  });

  it('has a file whose first line is no header of its dataset, and none of its rows anywhere', async () => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(corrected), start: START });
    await platform.upload('landing/customers/headless.csv', CSV.split('\n').slice(1).join('\n'));
    await platform.upload('landing/customers/some.csv', `crmId,tier,updatedAt,more\nRB-3,,${UPDATED},x\n`);
    await platform.poller.run();
    const [rejected, ...others] = await platform.quarantined();
    expect(others).toEqual([]);
    expect(rejected).toMatchObject({ position: { source: 'landing/customers/headless.csv' } });
    expect(rejected!.rejections).toMatchObject([
      { code: 'invalid-header', expected: expect.stringContaining('crmId') },
    ]);
    expect(JSON.stringify(rejected!.rejections)).not.toContain('RB-1');
    expect(await profilesIn(platform)).toMatchObject([{ identities: ['CRMID:RB-3'] }]);
  });

  it('rejects again what was broken or too large, for the same reason', async () => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(corrected), start: START });
    const note = 'x'.repeat(MAX_RECORD_BYTES);
    const rows = [`RB-1,"one"@example.com,gold,${UPDATED}`, `RB-2,two@example.com,silver,${note}`, `"RB-3`];
    await platform.upload('landing/customers/crm.csv', ['crmId,email,tier,updatedAt', ...rows].join('\n'));
    await platform.poller.run();
    const reasons = async () => (await platform.quarantined()).map(({ rejections: [first] }) => first!.message);
    const before = await reasons();
    expect(await replayOn(platform, {})).toMatchObject({ accepted: 0, rejected: 3 });
    expect(await reasons()).toEqual(before);
  });

  it('keeps the bytes of a record exactly, also those that are no text', async () => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(corrected), start: START });
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]);
    await platform.stores.landing.put('landing/web-events/a.ndjson', Buffer.concat([bytes, Buffer.from('{\n')]));
    await platform.announce('landing/web-events/a.ndjson');
    await platform.poller.run();
    const rows = (await platform.quarantined()).filter(({ position }) => position.row !== undefined);
    const kept = rows.map((row) => Buffer.from(bytesOfRaw(row)).toString('hex'));
    expect(kept).toEqual([bytes.subarray(0, -1).toString('hex'), '7b']);
  });

  const HEADER = 'crmId,email,tier,updatedAt';
  /** A file of customers of which every row is ingested or rejected by itself. */
  const withRows = async (...rows: string[]): Promise<Platform> => {
    const datasets = corrected.datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage: 100 }));
    const platform = createPlatform({ wiring, catalog: compileCatalog({ ...corrected, datasets }), start: START });
    await platform.upload('landing/customers/crm.csv', [HEADER, ...rows].join('\n'));
    await platform.poller.run();
    return platform;
  };

  it('goes on when a row cannot be read this time either, whatever is wrong with its quotes', async () => {
    const platform = await withRows(
      `RB-1,on"e@example.com,gold,${UPDATED}`,
      `RB-2,two@example.com,platinum,${UPDATED}`,
      'RB-3,"three@example.com,gold',
    );
    expect(await platform.quarantined()).toHaveLength(3);
    expect(await replayOn(platform, {})).toMatchObject({ accepted: 0, rejected: 3 });
    expect((await platform.quarantined()).map(({ rejections }) => rejections[0]!.code).sort()).toEqual([
      'malformed',
      'malformed',
      'schema-violation',
    ]);
  });

  it('never ingests the beginning of a record that was too large to be kept', async () => {
    const platform = await withRows(`RB-1,one@example.com,gold,${'9'.repeat(1_100_000)}`);
    expect(await replayOn(platform, {})).toMatchObject({ accepted: 0, rejected: 1 });
    expect((await platform.quarantined()).map(({ rejections }) => rejections[0]!.code)).toEqual(['too-large']);
  });

  it('ingests what people have corrected, in the place that each record had', async () => {
    const platform = await withRows(
      `RB-1,one@example.com,gold,${UPDATED}`,
      `RB-2,first@example.com,platinum,${UPDATED}`,
      `RB-2,second@example.com,platinum,${UPDATED}`,
      `RB-3,th"ree@example.com,gold,${UPDATED}`,
      `RB-4,four@example.com,platinum,${UPDATED}`,
    );
    const rows = await platform.quarantined();
    const idOf = (text: string): string => rowId(rows.find(({ raw }) => raw.includes(text))!);
    const again = new Map([
      [idOf('second'), `RB-2,second@example.com,gold,${UPDATED}`],
      [idOf('first'), `RB-2,first@example.com,gold,${UPDATED}`],
      [idOf('ree@'), `RB-3,"th""ree@example.com",bronze,${UPDATED}`],
      [idOf('four'), `RB-4,four@example.com,diamond,${UPDATED}`],
      ['unknown', 'RB-5'],
    ]);
    expect(await replayOn(platform, {}, again)).toMatchObject({
      accepted: 3,
      rejected: 1,
      left: [{ id: idOf('four'), rejections: [{ code: 'schema-violation', pointer: '/loyalty/tier' }] }],
      unknown: ['unknown'],
    });
    expect(await platform.quarantined(), 'as it came').toEqual(rows.filter(({ raw }) => raw.includes('four')));
    const asIfNever = await withRows(
      `RB-1,one@example.com,gold,${UPDATED}`,
      `RB-2,first@example.com,gold,${UPDATED}`,
      `RB-2,second@example.com,gold,${UPDATED}`,
      `RB-3,"th""ree@example.com",bronze,${UPDATED}`,
    );
    expect(await profilesIn(platform)).toEqual(await profilesIn(asIfNever));
  });

  it('leaves all others alone when some are corrected, and a row that became two is none', async () => {
    const platform = await withRows(
      `RB-1,one@example.com,platinum,${UPDATED}`,
      `RB-2,two@example.com,platinum,${UPDATED}`,
    );
    const [one] = await platform.quarantined();
    const two = new Map([
      [rowId(one!), `RB-1,one@example.com,gold,${UPDATED}\nRB-3,three@example.com,gold,${UPDATED}`],
    ]);
    expect(await replayOn(platform, {}, two)).toMatchObject({ accepted: 0, rejected: 1, left: [{ id: rowId(one!) }] });
    expect(await platform.quarantined()).toHaveLength(2);
  });
});
