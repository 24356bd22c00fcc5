import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { type CostRow, costTable } from '#cli/replay/cost/cost-table.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { validate } from '#core/pipeline/process.ts';
import { LUMA_CATALOG } from '#tests/harness/luma/data.ts';
import { GENERATED_UNTIL, generatedEvents } from './generated-events.ts';

/** One device in so many is enough: all of them come to the same within some per cent. */
const EVERY = 6;

/** The tables of docs/cost.md: web events that are made up, the same each time, with eight audiences. */
export async function costOfGeneratedEvents(): Promise<CostRow[]> {
  const devices = new Map<string, number>();
  const events = generatedEvents().filter((event) => {
    const device = deviceOf(event);
    if (!devices.has(device)) devices.set(device, devices.size);
    return devices.get(device)! % EVERY === 0;
  });
  const texts = events.map((event) => JSON.stringify(event));
  return costOfWebEvents(texts, GENERATED_UNTIL);
}

const deviceOf = ({ endUserIDs }: Readonly<Record<string, unknown>>): string =>
  (endUserIDs as { _experience: { mcid: { id: string } } })._experience.mcid.id;

/** @param events JSON in the order of time @param now epoch ms after all of them */
export async function costOfWebEvents(events: readonly string[], now: number): Promise<CostRow[]> {
  const catalog = compileCatalog(await loadCatalogFolder(LUMA_CATALOG, {}));
  const received = events.map((raw, n) => ({
    datasetId: 'web-events',
    position: { source: 'kinesis:0', sequenceNumber: String(n) },
    receivedAt: now,
    tieBreaker: String(n).padStart(10, '0'),
    entity: JSON.parse(raw) as unknown,
    raw,
  }));
  const { accepted, rejected } = validate(received, catalog);
  if (rejected[0]) throw new Error(`An event was rejected: ${JSON.stringify(rejected[0].rejections)}`);
  const records = accepted.map(({ record }) => record);
  return costTable(records, { settings: stageSettings(catalog), now });
}
