import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { countCost } from '#cli/replay/cost/cost-run.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { replay } from '#cli/replay/replay.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { ecid, event } from '#tests/harness/core/factories.ts';
import { LUMA_CATALOG } from '#tests/harness/luma/data.ts';
import { webEventsFile } from './real-events.ts';

/**
 * What a record asks of DynamoDB, by what it does to who belongs together, and what a million real web events cost.
 * Sizes are those of the items as they are written, units are AWS's.
 */
const NOW = Date.parse('2026-03-01T00:00:00Z');
const settings = stageSettings(compileCatalog(await loadCatalogFolder(LUMA_CATALOG, {})));

const view = (n: number, device: number): AcceptedRecord =>
  event(NOW - 1_000 + n, [ecid(device)], { n, web: { webPageDetails: { pageViews: { value: 1 } } } });
const purchase = (n: number, device: number): AcceptedRecord =>
  event(NOW - 1_000 + n, [ecid(device)], { n, commerce: { purchases: { value: 1 } } });
const login = (n: number, who: string, device: number): AcceptedRecord =>
  event(NOW - 1_000 + n, [`CRMID:${who}`, ecid(device)], { n, login: true });

const before = [view(1, 1), login(2, 'ann', 2), login(3, 'bob', 3), view(4, 2)];
const KINDS: Readonly<Record<string, AcceptedRecord>> = {
  'a visitor nobody knows': view(10, 9),
  'a known visitor, no segment looks at it': view(10, 1),
  'a known visitor, enters an audience': purchase(10, 1),
  'a known customer, no segment looks at it': view(10, 2),
  'a login already known': login(10, 'ann', 2),
  'a login on a new device': login(10, 'ann', 8),
  'a merge: a login joins visitor and customer': login(10, 'ann', 1),
  'a split: another customer on the device': login(10, 'bob', 2),
};

const usageOf = async (records: readonly AcceptedRecord[]) => {
  const { perEvent } = await countCost([{ ingestionMethod: 'stream', records }], {
    settings,
    now: NOW,
    together: false,
  });
  return Object.values(perEvent).map((value) => value * records.length);
};

console.log('\nWhat one record asks of DynamoDB\n');
console.log(`${'record'.padEnd(46)}reads  writes  read units  write units`);
for (const [kind, record] of Object.entries(KINDS)) {
  const [without, withIt] = [await usageOf(before), await usageOf([...before, record])];
  const [reads, writes, readUnits, writeUnits] = withIt.map(
    (value, i) => Math.round((value - without[i]!) * 100) / 100,
  );
  console.log(
    `${kind.padEnd(46)}${String(reads).padStart(5)}${String(writes).padStart(8)}${String(readUnits).padStart(12)}${String(writeUnits).padStart(13)}`,
  );
}

const catalog = compileCatalog(await loadCatalogFolder(LUMA_CATALOG, {}));
const { kind, text, end: now } = webEventsFile();
const source = bytesSource('web-events.ndjson', Buffer.from(text));
const { records } = await readInput(source, 'web-events', catalog, { receivedAt: now, firstTieBreaker: 0 });
const inputs = [{ name: 'web-events', records }];
const { result } = await replay({ catalog, inputs, now, ingestionMethod: 'stream', seed: 1, withCost: true });
console.log(`\nA million ${kind} web events, in dollars\n`);
console.log('              total  dynamodb  kinesis  lambda     s3    sqs');
for (const [name, { usdPerMillionEvents, byService }] of Object.entries(result.cost!)) {
  const cells = [usdPerMillionEvents, ...Object.values(byService)].map((dollars) => dollars.toFixed(2));
  const widths = [7, 10, 9, 8, 7, 7];
  console.log(`${name.padEnd(12)}${cells.map((cell, i) => cell.padStart(widths[i]!)).join('')}`);
}
