import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { planChunks } from '#core/ingestion/batch/plan-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { type ReceivedRecord, receiveRow, validate } from '#core/ingestion/process.ts';
import { receiveMessage } from '#core/ingestion/receive-message.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { hasLuma } from '#tests/harness/luma/data.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { ORDERS as DATASET, ORDERS_SCHEMA as SCHEMA } from './large/catalog.ts';
import { largeParquet } from './large/parquet-file.ts';
import { processorTime, runsPerSecond, thousands } from './measure.ts';
import { catalogWith, realEvents } from './real-events.ts';

/**
 * What one core takes in: megabytes of files through decoding, mapping and validation, and messages of the stream.
 * `unpacked` are megabytes of the records as text, which of Parquet are many more than those of the file.
 */
const ROWS = 60_000;
const MS = 3_000;
const SLICE = 1_000;
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
const orders = Array.from({ length: ROWS }, (_, n) => order(n));
const NAMES = Object.keys(orders[0]!) as (keyof ReturnType<typeof order>)[];

const quoted = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
const csvLine = (one: ReturnType<typeof order>): string =>
  NAMES.map((name) => (name === 'note' ? quoted(one[name]) : String(one[name]))).join(',');

/** Ids that hardly compress, dictionaries, optional columns, pages of 20,000 rows: as writers make it. */
const parquet = (codec: 'SNAPPY' | 'GZIP' | 'ZSTD') => (): Uint8Array =>
  largeParquet({ bytes: 1, rowGroups: [{ rows: ROWS, codec }] });

const FILES: Readonly<Record<string, () => Uint8Array>> = {
  'orders.csv': () => Buffer.from([NAMES.join(','), ...orders.map(csvLine)].join('\n')),
  'orders.ndjson': () => Buffer.from(orders.map((one) => JSON.stringify(one)).join('\n')),
  'snappy.parquet': parquet('SNAPPY'),
  'gzip.parquet': parquet('GZIP'),
  'zstd.parquet': parquet('ZSTD'),
};

/** Plans, decodes, maps and validates a file, as a worker does. @returns rows that were good, and the size of all as text */
async function takeIn(
  name: string,
  bytes: Uint8Array,
  catalog: CompiledCatalog,
): Promise<{ good: number; characters: number }> {
  const dataset = catalog.datasets.get(DATASET.id)!;
  const source = bytesSource(name, bytes, 4 * 1_048_576);
  const { format, gzip, chunks } = await planChunks(source, { targetBytes: 32 * 1_048_576 });
  let good = 0;
  let characters = 0;
  let slice: ReceivedRecord[] = [];
  const finish = (): void => {
    good += validate(slice, catalog).accepted.length;
    slice = [];
  };
  for (const chunk of chunks) {
    for await (const decoded of decodeChunk(source, { format, gzip }, chunk)) {
      characters += decoded.raw.length;
      slice.push(receiveRow(decoded, dataset, format, { receivedAt: 0, tie: '' }, chunk.header));
      if (slice.length === SLICE) finish();
    }
    finish();
  }
  return { good, characters };
}

async function measureFiles(catalog: CompiledCatalog): Promise<void> {
  console.log('\nFiles, through decoding, mapping and validation, on one core\n');
  console.log(
    `  ${'file'.padEnd(16)}${'size, MB'.padStart(10)}${'MB/s'.padStart(10)}${'unpacked'.padStart(10)}${'rows/s'.padStart(12)}`,
  );
  for (const [name, make] of Object.entries(FILES)) {
    const bytes = make();
    const { characters } = await takeIn(name, bytes, catalog);
    const start = processorTime();
    let runs = 0;
    for (; processorTime() - start < MS; runs++) {
      const { good } = await takeIn(name, bytes, catalog);
      if (good !== ROWS) throw new Error(`${good} of ${ROWS} rows of ${name} were good`);
    }
    const seconds = (processorTime() - start) / 1_000;
    const [size, rate, unpacked] = [bytes.length, (bytes.length * runs) / seconds, (characters * runs) / seconds].map(
      (value) => (value / 1e6).toFixed(1),
    );
    console.log(
      `  ${name.padEnd(16)}${size!.padStart(10)}${rate!.padStart(10)}${unpacked!.padStart(10)}${thousands((ROWS * runs) / seconds).padStart(12)}`,
    );
  }
}

async function measureMessages(): Promise<void> {
  const catalog = await catalogWith([]);
  const messages = realEvents().map((xdmEntity) =>
    Buffer.from(JSON.stringify({ header: { datasetId: 'web-events' }, body: { xdmEntity } })),
  );
  const position = { source: 'kinesis:0', sequenceNumber: '1' };
  const arrival = { receivedAt: Date.parse('2026-01-01T00:00:00Z'), tie: '1' };
  const perSecond = runsPerSecond(MS, () => {
    for (let at = 0; at < messages.length; at += STREAM_BATCH) {
      const batch = messages.slice(at, at + STREAM_BATCH);
      const received = batch.map((bytes) => receiveMessage(bytes, position, arrival, catalog));
      const { refused } = validate(received, catalog);
      if (refused[0]) throw new Error(`A real event was refused: ${JSON.stringify(refused[0].refusals)}`);
    }
  });
  console.log('\nReal web events from the stream, through decoding and validation, on one core\n');
  console.log(`  events a second ${thousands(perSecond * messages.length).padStart(10)}`);
}

const example: Catalog = await exampleDefinitions();
await measureFiles(
  compileCatalog({ ...example, schemas: [...example.schemas, SCHEMA], datasets: [...example.datasets, DATASET] }),
);
if (hasLuma) await measureMessages();
