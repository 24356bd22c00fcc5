import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { mendableLine, parseMended } from '#cli/quarantine/mended-file.ts';
import { table } from '#cli/report/table.ts';
import { catalogInForce, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { stageRules } from '#core/catalog/rules.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/keep.ts';
import {
  isWholeFile,
  type Mended,
  type QuarantineFilter,
  type QuarantineReplay,
  readQuarantine,
  replayQuarantine,
  rowId,
} from '#core/pipeline/quarantine/quarantine.ts';
import { REFUSAL_CODES } from '#core/record/record.ts';
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
  filtered(
    command.command('export'),
    'write refused records to mend them, one JSON object a line: contents and reasons',
  )
    .option('--limit <n>', 'how many at most', parseCount, Number.MAX_SAFE_INTEGER)
    .action(async ({ stage, limit, json: _json, ...filter }: Options) => {
      const rows = await rowsOf(stage, filter, limit);
      for (const row of rows) if (!isWholeFile(row)) process.stdout.write(mendableLine(row));
    });
  filtered(command.command('replay'), 'take refused records in once more, with the catalog that is in force now')
    .option('--id <id>', 'one record; may be given several times', (id: string, ids: string[]) => [...ids, id], [])
    .option('--mended <file>', 'only those of this file, with the contents that it has; see quarantine export')
    .action(async ({ stage, json, id, mended: file, ...filter }: Options & { id: string[]; mended?: string }) => {
      const mended = file === undefined ? undefined : parseMended(await readText(file), file);
      const result = await replayOn(stage, id.length > 0 ? { ...filter, ids: id } : filter, mended);
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : renderReplay(result));
    });
  return command;
}

const filtered = (command: Command, description: string): Command =>
  command
    .description(description)
    .option('--stage <name>', 'stage', 'local')
    .option('--dataset <id>', 'of this dataset')
    .addOption(new Option('--reason <code>', 'refused for this reason').choices(REFUSAL_CODES))
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

async function replayOn(stage: string, filter: QuarantineFilter, mended?: Mended): Promise<QuarantineReplay> {
  const stores = storesOf(await useStage(stage));
  const catalog = await catalogInForce(stores.catalog);
  const { profiles, timeline, lookups, quarantine, lake, operations } = stores;
  const stitch = { profiles, timeline, lookups, rules: stageRules(catalog).fold, pause: pauseBefore };
  return replayQuarantine(filter, { catalog, quarantine, lake, operations, stitch }, mended);
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

function renderReplay({ accepted, duplicate, refused, files, left, unknown }: QuarantineReplay): string {
  const rows = left.map(({ id, refusals: [first] }) => [
    id,
    `${first!.code} ${first!.pointer ?? ''}`.trim(),
    first!.message,
  ]);
  const parts = [
    `${accepted} taken in, ${duplicate} duplicates, ${refused} refused again, ${files} whole files to be uploaded again`,
    ...(left.length > 0 ? [table(['id', 'reason', 'what is wrong'], rows)] : []),
    ...(unknown.length > 0 ? [`Not in quarantine (any more): ${unknown.join(', ')}`] : []),
  ];
  return `${parts.join('\n')}\n`;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

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
