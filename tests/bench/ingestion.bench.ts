import { gzipSync } from 'node:zlib';
import { validate } from '#core/pipeline/process.ts';
import { receivePayload } from '#core/pipeline/receive-payload.ts';
import { BatchIngestion } from '#tests/bench/batch-ingestion.ts';
import { aggregateOf } from '#tests/harness/core/aggregate.ts';
import { ORDERS, ORDERS_UNMAPPED, ordersCatalog } from './large/catalog.ts';
import { orderOf } from './large/orders.ts';
import { largeParquet } from './large/parquet-file.ts';
import { processorTime, runsPerSecond, thousands } from './measure.ts';
import { catalogWith, webEvents } from './real-events.ts';

/**
 * What one core ingests: megabytes of files through decoding, mapping and validation, and messages of the stream. Every
 * file is read twice, see {@link BatchIngestion}: once to be looked at, and once to be accepted.
 */
const ROWS = 60_000;
const MS = 2_000;
const STORES = 40;
/** Messages that one call of the function gets from the stream. */
const STREAM_BATCH = 500;

const order = (n: number) => ({
  _id: `order-${String(n).padStart(10, '0')}`,
  timestamp: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
  eventType: 'store.order',
  crmId: `RB-${(n * 7_919) % 1_000_003}`,
  storeId: `store-${n % STORES}`,
  note: `paid at till ${n % 9}, receipt "${(n * 104_729) % 99_991}"`,
  items: 1 + (n % 5),
  total: (n % 20_000) / 100,
});
type Order = ReturnType<typeof order>;
const orders = Array.from({ length: ROWS }, (_, n) => order(n));
const NAMES = Object.keys(orders[0]!) as (keyof Order)[];

const quoted = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
const csv = (change: (one: Order) => Order) => (): Uint8Array => {
  const lineOf = (one: Order): string =>
    NAMES.map((name) => (name === 'note' ? quoted(one[name]) : String(one[name]))).join(',');
  return Buffer.from([NAMES.join(','), ...orders.map((one) => lineOf(change(one)))].join('\n'));
};

/** Ids that hardly compress, dictionaries, optional columns, pages of 20,000 rows: as writers make it. */
const parquet = (codec: 'SNAPPY' | 'GZIP' | 'ZSTD') => (): Uint8Array =>
  largeParquet({ bytes: 1, rowGroups: [{ rows: ROWS, codec }] });

const ndjson = (): Uint8Array => Buffer.from(orders.map((one) => JSON.stringify(one)).join('\n'));

/** `unpacked` are bytes of the same rows as NDJSON, which of Parquet are many more than those of the file. */
interface BenchFile {
  /** Whether its dataset has a mapping. */
  readonly isMapped?: true;
  make(): Uint8Array;
  readonly unpacked?: () => number;
}
const ndjsonBytes = (make: (n: number) => object) => (): number => {
  let bytes = 0;
  for (let n = 0; n < ROWS; n++) bytes += JSON.stringify(make(n)).length + 1;
  return bytes;
};
const FILES: Readonly<Record<string, BenchFile>> = {
  'orders.csv': { make: csv((one) => one), isMapped: true },
  // A letter beyond ASCII in every row.
  'münchen.csv': { make: csv((one) => ({ ...one, note: `München, ${one.note}` })), isMapped: true },
  'orders.ndjson': { make: ndjson },
  'mapped.ndjson': { make: ndjson, isMapped: true },
  'snappy.parquet': { make: parquet('SNAPPY'), unpacked: ndjsonBytes((n) => orderOf(n)) },
  'mapped.parquet': { make: parquet('SNAPPY'), unpacked: ndjsonBytes((n) => orderOf(n)), isMapped: true },
  'gzip.parquet': { make: parquet('GZIP'), unpacked: ndjsonBytes((n) => orderOf(n)) },
  'zstd.parquet': { make: parquet('ZSTD'), unpacked: ndjsonBytes((n) => orderOf(n)) },
};

/** @returns how often in a second of processor time `run` gives all rows back */
async function timesASecond(name: string, run: () => Promise<number>): Promise<number> {
  const once = async (): Promise<void> => {
    const rows = await run();
    if (rows !== ROWS) throw new Error(`${rows} of ${ROWS} rows of ${name} were good`);
  };
  for (const start = processorTime(); processorTime() - start < MS / 4; ) await once();
  const start = processorTime();
  let runs = 0;
  for (; processorTime() - start < MS; runs++) await once();
  return (runs / (processorTime() - start)) * 1_000;
}

const line = (first: string, ...others: readonly string[]): void =>
  console.log(`  ${first.padEnd(16)}${others.map((text) => text.padStart(11)).join('')}`);
const megabytes = (size: number): string => (size / 1e6).toFixed(1);

async function measureFiles(): Promise<void> {
  console.log('\nFiles, through decoding, mapping and validation, on one core\n');
  line('', '', 'looked at:', '', '', 'accepted:');
  line('file', 'size, MB', 'MB/s', 'unpacked', 'rows/s', 'MB/s', 'unpacked', 'rows/s');
  for (const [name, { make, unpacked, isMapped }] of Object.entries(FILES)) {
    const ingestionMethod = isMapped ? mapped : unmapped;
    const bytes = make();
    await ingestionMethod.put(name, bytes);
    const chunks = await ingestionMethod.split(name);
    const shown: string[] = [];
    for (const run of [() => ingestionMethod.look(chunks), () => ingestionMethod.accept(chunks)]) {
      const times = await timesASecond(name, run);
      const size = unpacked?.() ?? bytes.length;
      shown.push(megabytes(bytes.length * times), megabytes(size * times), thousands(ROWS * times));
    }
    line(name, megabytes(bytes.length), ...shown);
  }
}

async function measureSteps(): Promise<void> {
  console.log(
    '\nThe steps of a file, in microseconds a row; the last is accepted, written to the lake, and stitched\n',
  );
  line('file', 'split', 'looked at', 'accepted', 'ingested');
  for (const name of ['orders.csv', 'snappy.parquet']) {
    const ingestionMethod = FILES[name]!.isMapped ? mapped : unmapped;
    const chunks = await ingestionMethod.split(name);
    const split = async (): Promise<number> =>
      (await ingestionMethod.split(name)).reduce((rows, { chunk }) => rows + chunk.rows!, 0);
    const shown: string[] = [];
    for (const run of [
      split,
      () => ingestionMethod.look(chunks),
      () => ingestionMethod.accept(chunks),
      () => ingestionMethod.ingest(chunks),
    ]) {
      shown.push((1e6 / (ROWS * (await timesASecond(name, run)))).toFixed(2));
    }
    line(name, ...shown);
  }
}

async function measureMessages(): Promise<void> {
  const catalog = await catalogWith([]);
  const { kind, events } = webEvents();
  const messages = events.map((xdmEntity) =>
    Buffer.from(JSON.stringify({ header: { datasetId: 'web-events' }, body: { xdmEntity } })),
  );
  const position = { source: 'kinesis:0', sequenceNumber: '1' };
  const ingestionId = { receivedAt: Date.parse('2026-01-01T00:00:00Z'), tieBreaker: '1' };
  const groups = Array.from({ length: Math.ceil(messages.length / SHARING) }, (_, n) =>
    messages.slice(n * SHARING, (n + 1) * SHARING),
  );
  const lines = groups.map((group) => Buffer.concat(group.flatMap((one) => [one, Buffer.from('\n')])));
  const payloads = {
    'one in a Kinesis record': messages,
    'KPL aggregates of 20': groups.map((group) => aggregateOf(group)),
    '20 JSON lines': lines,
    '20 JSON lines, gzip': lines.map((one) => gzipSync(one)),
  };
  console.log(`\nWeb events (${kind}) from the stream, through decoding and validation, on one core\n`);
  for (const [name, records] of Object.entries(payloads)) {
    const perSecond = runsPerSecond(MS, () => {
      for (let at = 0; at < records.length; at += STREAM_BATCH) {
        const batch = records.slice(at, at + STREAM_BATCH);
        const received = batch.flatMap((bytes) => receivePayload(bytes, position, ingestionId, catalog));
        const { rejected } = validate(received, catalog);
        if (rejected[0]) throw new Error(`A ${kind} event was rejected: ${JSON.stringify(rejected[0].rejections)}`);
      }
    });
    console.log(`  ${name.padEnd(24)} ${thousands(perSecond * messages.length).padStart(10)} events a second`);
  }
}

/** Events in one Kinesis record, where several share one. */
const SHARING = 20;

const catalog = await ordersCatalog();
const mapped = new BatchIngestion(catalog, ORDERS.id);
const unmapped = new BatchIngestion(catalog, ORDERS_UNMAPPED.id);
await measureFiles();
await measureSteps();
await measureMessages();
