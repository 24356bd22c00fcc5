import { Command, InvalidArgumentError } from 'commander';
import { table } from '#cli/report/table.ts';
import { catalogInForce, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { stageRules } from '#core/catalog/rules.ts';
import type { QuarantineRow } from '#core/ingestion/archive.ts';
import { type QuarantineFilter, readQuarantine, replayQuarantine, rowId } from '#core/ingestion/quarantine.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/timeline.dynamodb.ts';
import { pauseBefore } from '#lambdas/runtime/pause.ts';

interface Options extends QuarantineFilter {
  readonly stage: string;
  readonly limit: number;
  readonly json?: true;
}

export function quarantineCommand(): Command {
  const command = new Command('quarantine').description('look at refused records, and take them in after a fix');
  filtered(command.command('list'), 'list refused records, with their reasons and without their contents')
    .option('--limit <n>', 'how many at most', parseCount, 100)
    .action(async ({ stage, limit, json, ...filter }: Options) => {
      const rows = await rowsOf(stage, filter, limit);
      process.stdout.write(json ? `${JSON.stringify(rows.map(summary))}\n` : `${renderList(rows)}\n`);
    });
  command
    .command('show <id>')
    .description('print one refused record with everything that is kept of it, its raw bytes too')
    .option('--stage <name>', 'stage', 'local')
    .action(async (id: string, { stage }: { stage: string }) => {
      const rows = await rowsOf(stage, { ids: [id] }, 2);
      if (rows.length !== 1)
        throw new UserError(`${rows.length === 0 ? 'No' : 'More than one'} refused record begins with "${id}"`);
      process.stdout.write(`${JSON.stringify({ id: rowId(rows[0]!), ...rows[0] }, undefined, 2)}\n`);
    });
  filtered(command.command('replay'), 'take refused records in once more, with the catalog that is in force now')
    .option('--id <id>', 'one record; may be given several times', (id: string, ids: string[]) => [...ids, id], [])
    .action(async ({ stage, json, id, ...filter }: Options & { id: string[] }) => {
      const result = await replayOn(stage, id.length > 0 ? { ...filter, ids: id } : filter);
      const { accepted, duplicate, refused, files } = result;
      const text = `${accepted} taken in, ${duplicate} duplicates, ${refused} refused again, ${files} whole files to be uploaded again`;
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
    });
  return command;
}

const filtered = (command: Command, description: string): Command =>
  command
    .description(description)
    .option('--stage <name>', 'stage', 'local')
    .option('--dataset <id>', 'of this dataset')
    .option('--reason <code>', 'refused for this reason')
    .option('--source <text>', 'from a source with this in its name: the key of a file, or kinesis:<shard>')
    .option('--since <time>', 'arrived at or after this instant (ISO 8601)', parseInstant)
    .option('--until <time>', 'arrived before this instant (ISO 8601)', parseInstant)
    .option('--json', 'print JSON');

async function rowsOf(stage: string, filter: QuarantineFilter, limit: number): Promise<QuarantineRow[]> {
  const { quarantine } = storesOf(await useStage(stage));
  const found: QuarantineRow[] = [];
  for await (const { rows } of readQuarantine(quarantine, filter)) {
    found.push(...rows.slice(0, limit - found.length));
    if (found.length >= limit) break;
  }
  return found;
}

async function replayOn(stage: string, filter: QuarantineFilter): ReturnType<typeof replayQuarantine> {
  const resources = await useStage(stage);
  const stores = storesOf(resources);
  const catalog = await catalogInForce(stores.catalog);
  const timeline = new DynamoDbTimeline(dynamoDb(), resources['timeline-table']);
  const { profiles, quarantine, lake, operations } = stores;
  const stitch = { profiles, timeline, rules: stageRules(catalog).fold, pause: pauseBefore };
  return replayQuarantine(filter, { catalog, quarantine, lake, operations, stitch });
}

const place = ({ position: { source, row, sequenceNumber } }: QuarantineRow): string =>
  [source, row ?? sequenceNumber].filter((part) => part !== undefined).join(' ');

const summary = (row: QuarantineRow): object => ({
  id: rowId(row),
  arrived: new Date(row.receivedAt).toISOString(),
  dataset: row.datasetId,
  position: row.position,
  refusals: row.refusals,
});

const renderList = (rows: readonly QuarantineRow[]): string =>
  table(
    ['id', 'arrived', 'dataset', 'reason', 'where'],
    rows.map((row) => [
      rowId(row),
      new Date(row.receivedAt).toISOString(),
      row.datasetId,
      `${row.refusals[0]!.code} ${row.refusals[0]!.pointer ?? ''}`.trim(),
      place(row),
    ]),
  );

function parseInstant(text: string): number {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('Expected an instant such as 2026-01-31T00:00:00Z');
  return time;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Expected a whole number above 0');
  return count;
}
