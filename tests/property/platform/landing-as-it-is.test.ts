import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { reportBatch } from '#core/api/batch/batch-report.ts';
import { findBatch } from '#core/api/batch/known-batch.ts';
import { describeBatch } from '#core/api/batch/report.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { addToCart, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const CARTS = [0, 1].map((n) => JSON.stringify(addToCart(n, START - 1_000))).join('\n');

describe('what tools leave in the landing bucket', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  beforeAll(async () => {
    catalog = compileCatalog(await exampleDefinitions());
    wiring = readWiring(templatesOf('prod'));
  });

  const upload = async (platform: Platform, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
    for (const [key, content] of Object.entries(files)) {
      await platform.stores.landing.put(key, content);
      await platform.announce(key);
    }
    await platform.poller.run();
  };
  /** The batches as `batch show` has them, by the names of their files. */
  const reportsOf = async (platform: Platform) => {
    const all = await Array.fromAsync(platform.stores.operations.batches());
    const known = await Promise.all(all.map(({ id }) => findBatch(id, platform.stores)));
    return Object.fromEntries(known.map((one) => [one!.batch!.file, reportBatch(one!)]));
  };

  const IGNORED = [
    'landing/web-events/day=1/_SUCCESS',
    'landing/web-events/_temporary/0/part-0.json',
    'landing/web-events/_committed_42',
    'landing/web-events/.part-0.json.crc',
    'landing/web-events/part-0.json.crc',
    'landing/web-events/.hidden.json',
    'landing/web-events/_hidden.json',
    'landing/web-events/day=1_$folder$',
    'landing/web-events/day=1/',
    'landing/web-events/',
    'landing/web-events/unload-manifest',
    'landing/_SUCCESS',
  ];

  it('is passed over, visibly, and is neither a failure nor in quarantine', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    const manifest = '{"entries":[{"url":"s3://a/b.json","mandatory":true}]}';
    await upload(platform, {
      ...Object.fromEntries(IGNORED.map((key) => [key, key.endsWith('/') ? '' : 'of no matter'])),
      'landing/web-events/manifest.json': manifest,
      'landing/web-events/day=1/part-0.json': CARTS,
    });
    const reports = await reportsOf(platform);
    const ignored = [...IGNORED, 'landing/web-events/manifest.json'];
    expect(Object.keys(reports).sort()).toEqual([...ignored, 'landing/web-events/day=1/part-0.json'].sort());
    for (const key of ignored) {
      expect(reports[key], key).toMatchObject({
        status: 'ignored',
        ignored: expect.any(String),
        counts: { accepted: 0, rejected: 0 },
      });
    }
    expect(reports['landing/web-events/day=1/part-0.json']).toMatchObject({
      status: 'success',
      counts: { accepted: 2 },
    });
    expect(await platform.quarantined()).toEqual([]);
  });

  it('is data where only the name of a folder says a value, or a file is called like a list of files', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    await upload(platform, {
      'landing/web-events/_day=1/part-0.json': CARTS,
      'landing/web-events/manifest.json': JSON.stringify(addToCart(2, START - 1_000)),
    });
    const reports = Object.values(await reportsOf(platform));
    expect(reports.map(({ status }) => status)).toEqual(['success', 'success']);
  });

  it('is a batch without records where a part is empty, once more however often it is announced', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    await upload(platform, {
      'landing/web-events/part-0.json': '',
      'landing/web-events/part-1.ndjson.gz': gzipSync(''),
      'landing/web-events/part-2.ndjson.zst': zstdCompressSync(''),
      'landing/store-orders/part-3.csv': 'orderId,timestamp,crmId,storeId,items,total,currency\n',
      'landing/store-orders/part-4.csv': '\ufeff',
      'landing/web-events/part-5.parquet': '',
    });
    await platform.announce('landing/web-events/part-0.json', 2);
    await platform.poller.run();
    const reports = await reportsOf(platform);
    for (const report of Object.values(reports)) {
      expect(report).toMatchObject({ status: 'success', chunks: { all: 0 }, counts: { accepted: 0, rejected: 0 } });
    }
    expect(await platform.quarantined()).toEqual([]);
    expect(Object.values(platform.leftovers()).every((left) => left === 0)).toBe(true);
  });

  it.each([
    ['a.zip', 'PK\u0003\u0004', /unpack it/],
    ['a.csv', 'PK\u0003\u0004', /spreadsheet/],
    ['a.xlsx', 'PK\u0003\u0004', /CSV UTF-8/],
    ['a.xls', '\u00d0\u00cf', /save it as CSV/],
    ['a.avro', 'Obj\u0001', /df\.write\.parquet/],
    ['a.json', 'Obj\u0001', /df\.write\.parquet/],
    ['a.orc', 'ORC\u0001', /Parquet/],
    ['a.tar.gz', '\u001f\u008b', /unpack it/],
    ['a.json', gzipSync(CARTS), /end its name in \.gz/],
    ['a.json', zstdCompressSync(CARTS), /end its name in \.zst/],
    ['a.json.gz', zstdCompressSync(CARTS), /end it in \.zst/],
    ['a.json.gz', gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\u0000'), Buffer.alloc(400)])), /tar/],
    ['a.csv', '<!DOCTYPE html><html>', /web page/],
    ['a.dat', CARTS, /fileFormat/],
  ])('is rejected with a way out: %s', async (name, content, advice) => {
    const platform = createPlatform({ wiring, catalog, start: START });
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    await upload(platform, { [`landing/web-events/${name}`]: bytes });
    const [report] = Object.values(await reportsOf(platform));
    expect(report).toMatchObject({ status: 'failed', reason: { message: expect.stringMatching(advice) } });
  });

  it('is read whatever packs it, also where its name does not say what it is', async () => {
    const definitions = await exampleDefinitions();
    const datasets = definitions.datasets.map((one) =>
      one.id === 'web-events' ? { ...one, fileFormat: 'ndjson' } : one,
    );
    const platform = createPlatform({
      wiring,
      catalog: compileCatalog({ ...definitions, datasets } as typeof definitions),
      start: START,
    });
    const events = (n: number): string => JSON.stringify(addToCart(n, START - 1_000));
    await upload(platform, {
      'landing/web-events/a.ndjson.zst': Buffer.concat([
        zstdCompressSync(`${events(1)}\n`),
        zstdCompressSync(events(2)),
      ]),
      'landing/web-events/b.jsonl': events(3),
      'landing/web-events/c.json.zst': zstdCompressSync(`[${events(4)}]`),
      'landing/web-events/0000_part_00': events(5),
      'landing/web-events/0000_part_01.gz': gzipSync(events(6)),
    });
    const reports = Object.values(await reportsOf(platform));
    expect(reports.map(({ status, counts }) => [status, counts!.accepted])).toEqual([
      ['success', 2],
      ['success', 1],
      ['success', 1],
      ['success', 1],
      ['success', 1],
    ]);
  });

  const HEADER = 'crmId,email,firstName,lastName,tier,country,emailConsent,optOut,updatedAt';
  const row = (n: number): string => `RB-${n},p${n}@example.com,Ada,Hill,gold,DE,y,in,2026-02-0${n}T10:00:00Z`;

  it('is rejected before anything changes where a column of the mapping was renamed', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    await upload(platform, { 'landing/customers/monday.csv': `${HEADER}\n${row(1)}\n` });
    const before = await Array.fromAsync(platform.stores.profiles.scan());
    const renamed = HEADER.replace('tier', 'Tier').replace('email,', 'Email,');
    await upload(platform, { 'landing/customers/tuesday.csv': `${renamed}\n${row(2).replace('RB-2', 'RB-1')}\n` });
    const reports = await reportsOf(platform);
    expect(reports['landing/customers/tuesday.csv']).toMatchObject({
      status: 'failed',
      reason: {
        code: 'invalid-header',
        message: expect.stringMatching(/"tier" \(the file has "Tier"\), "email" \(the file has "Email"\)/),
      },
    });
    expect(await Array.fromAsync(platform.stores.profiles.scan())).toEqual(before);
  });

  it('says in its status what was found out, and how often the header is repeated', async () => {
    const platform = createPlatform({ wiring, catalog, start: START, chunkBytes: 64 });
    const text = [HEADER, row(1), HEADER, row(2), HEADER, row(3)].join('\r\n').replaceAll(',', ';');
    const bytes = Buffer.from(text.replaceAll('Hill', 'Größe'), 'latin1');
    await upload(platform, { 'landing/customers/excel.csv': bytes });
    const [batch] = await Array.fromAsync(platform.stores.operations.batches());
    const known = (await findBatch(batch!.id, platform.stores))!;
    const found = { detected: { delimiter: ';', encoding: 'windows-1252' } };
    expect(reportBatch(known)).toMatchObject({
      status: 'success',
      ...found,
      counts: { accepted: 3, rejected: 0, repeatedHeaders: 2 },
    });
    expect(describeBatch(known.upload, known.transitions, known.batch)).toMatchObject({
      status: 'success',
      ...found,
      metrics: { inputRecordCount: 3, repeatedHeaders: 2 },
    });
  });

  it('can be corrected in quarantine as it was written', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    const rows = Array.from({ length: 40 }, (_, n) => row((n % 9) + 1).replace(/^RB-\d/, `RB-${n}`));
    const text = [HEADER, ...rows, row(1).replace('RB-1', 'RB-X').replace('2026-02-01T10:00:00Z', '"never, ; at all"')]
      .join('\n')
      .replaceAll(/,(?=[^ ])/g, ';');
    await upload(platform, { 'landing/customers/excel.csv': Buffer.from(text.replaceAll('Hill', 'Größe'), 'latin1') });
    const [bad] = await platform.quarantined();
    expect(bad).toMatchObject({ rejections: [{ code: 'mapping-failed' }], csv: { delimiter: ';' } });
    expect(bad!.raw).toContain('Größe;gold');
    const { receiveCorrected } = await import('#core/pipeline/quarantine/receive-again.ts');
    const fixed = bad!.raw.replace('"never, ; at all"', '2026-02-01T10:00:00Z');
    expect(receiveCorrected(bad!, fixed, catalog)).toMatchObject([
      { entity: { _riverbend: { crmId: 'RB-X' }, person: { name: { lastName: 'Größe' } } } },
    ]);
  });
});
