import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { COSTED_METHODS, singly } from '#cli/replay/cost/cost-run.ts';
import { type CostRow, servicesTable, totalsTable } from '#cli/replay/cost/cost-table.ts';
import { countWork } from '#cli/replay/cost/count-work.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { ecid, event } from '#tests/harness/core/factories.ts';
import { LUMA_CATALOG } from '#tests/harness/luma/data.ts';
import { webEventsFile } from './real-events.ts';
import { costOfGeneratedEvents, costOfWebEvents } from './web-cost.ts';

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
  const { usage } = await countWork(singly(records), { settings, now: NOW });
  return [usage.reads, usage.writes, usage.readUnits, usage.writeUnits];
};

console.log('\nWhat one record asks of DynamoDB\n');
console.log(`${'record'.padEnd(46)}reads  writes  read units  write units`);
for (const [kind, record] of Object.entries(KINDS)) {
  const [without, withIt] = [await usageOf(before), await usageOf([...before, record])];
  const [reads, writes, readUnits, writeUnits] = withIt.map((value, i) => value - without[i]!);
  console.log(
    `${kind.padEnd(46)}${String(reads).padStart(5)}${String(writes).padStart(8)}${String(readUnits).padStart(12)}${String(writeUnits).padStart(13)}`,
  );
}

const print = (kind: string, rows: readonly CostRow[]): void => {
  console.log(`\nA million ${kind} web events, in dollars: by rate and by how they come in\n\n${totalsTable(rows)}`);
  for (const method of COSTED_METHODS) {
    console.log(`\nThe same of ${method}, by what is paid for\n\n${servicesTable(rows, method)}`);
  }
};

// The tables of docs/cost.md.
print('generated', await costOfGeneratedEvents());
const { kind, text, end } = webEventsFile();
if (kind === 'real') print(kind, await costOfWebEvents(text.trim().split('\n'), end));
