import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { JSON_LINES_OPTION, JSON_OPTION, printList, printReport } from '#cli/output.ts';
import { parseCorrected } from '#cli/quarantine/corrected-file.ts';
import { table } from '#cli/report/table.ts';
import { activeCatalog, storesOf, suppressionOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { replayCounters } from '#core/counts/contributions.ts';
import { correctableLine } from '#core/pipeline/quarantine/corrected.ts';
import { isWholeFile, type QuarantineFilter, readQuarantine, rowId } from '#core/pipeline/quarantine/read.ts';
import { type Corrected, type QuarantineReplay, replayQuarantine } from '#core/pipeline/quarantine/replay.ts';
import type { QuarantineRow } from '#core/pipeline/quarantine/write.ts';
import type { OutcomeCounts } from '#core/record/operations.ts';
import { REJECTION_CODES } from '#core/record/record.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';

interface Options extends QuarantineFilter {
  readonly stage: string;
  readonly limit: number;
  readonly json?: true;
}

export function quarantineCommand(): Command {
  const command = new Command('quarantine').description('list, show, export and replay rejected records');
  filtered(command.command('list'), 'list rejected records, with their reasons and without their contents')
    .option('--limit <n>', 'how many at most', parseCount, 100)
    .action(async ({ stage, limit, json, ...filter }: Options) => {
      const rows = await rowsOf(stage, filter, limit);
      printList(json, rows.map(summary), `${renderList(rows)}\n`);
    });
  command
    .command('show <id>')
    .description('print one rejected record with everything that is stored of it, its raw bytes too')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (id: string, { stage, json }: { stage: string; json?: true }) => {
      const rows = await rowsOf(stage, { ids: [id] }, 2);
      if (rows.length !== 1)
        throw new UserError(`${rows.length === 0 ? 'No' : 'More than one'} rejected record begins with "${id}"`);
      const row = { id: rowId(rows[0]!), ...rows[0] };
      printReport(json, row, `${JSON.stringify(row, undefined, 2)}\n`);
    });
  filtered(
    command.command('export'),
    'write rejected records to fix them, one JSON object a line: contents and reasons',
  )
    .option('--limit <n>', 'how many at most', parseCount, Number.MAX_SAFE_INTEGER)
    .action(async ({ stage, limit, json: _json, ...filter }: Options) => {
      const rows = await rowsOf(stage, filter, limit);
      for (const row of rows) if (!isWholeFile(row)) process.stdout.write(correctableLine(row));
    });
  filtered(command.command('replay'), 'ingest rejected records again, with the catalog that is active now', JSON_OPTION)
    .option('--id <id>', 'one record; may be given several times', (id: string, ids: string[]) => [...ids, id], [])
    .option('--corrected <file>', 'only those of this file, with the contents that it has; see quarantine export')
    .action(async ({ stage, json, id, corrected: file, ...filter }: Options & { id: string[]; corrected?: string }) => {
      const corrected = file === undefined ? undefined : parseCorrected(await readText(file), file);
      const result = await replayOn(stage, id.length > 0 ? { ...filter, ids: id } : filter, corrected);
      printReport(json, result, renderReplay(result));
    });
  return command;
}

const filtered = (
  command: Command,
  description: string,
  jsonOption: readonly [string, string] = JSON_LINES_OPTION,
): Command =>
  command
    .description(description)
    .option('--stage <name>', 'stage', 'local')
    .option('--dataset <id>', 'of this dataset')
    .addOption(new Option('--reason <code>', 'rejected for this reason').choices(REJECTION_CODES))
    .option('--source <text>', 'from a source with this in its name: the key of a file, or kinesis:<shard>')
    .option('--since <time>', 'arrived at or after this instant (ISO 8601)', parseInstant)
    .option('--until <time>', 'arrived before this instant (ISO 8601)', parseInstant)
    .option(...jsonOption);

async function rowsOf(stage: string, filter: QuarantineFilter, limit: number): Promise<QuarantineRow[]> {
  const { quarantine } = storesOf(await useStage(stage));
  const found: QuarantineRow[] = [];
  for await (const { rows } of readQuarantine(quarantine, filter)) {
    found.push(...rows.slice(0, limit - found.length));
    if (found.length >= limit) break;
  }
  return found;
}

async function replayOn(stage: string, filter: QuarantineFilter, corrected?: Corrected): Promise<QuarantineReplay> {
  const resources = await useStage(stage);
  const stores = storesOf(resources);
  const catalog = await activeCatalog(stores.catalog);
  const suppress = suppressionOf(resources)(stageSettings(catalog).suppression);
  const { profiles, timeline, lookups, quarantine, lake, counts } = stores;
  const stitch = { profiles, timeline, lookups, settings: stageSettings(catalog).fold, backoff: backoffBefore };
  const countReplay = (datasetId: string, changed: OutcomeCounts) => counts.adjust(replayCounters(datasetId, changed));
  return replayQuarantine(filter, { catalog, quarantine, lake, countReplay, stitch, suppress }, corrected);
}

function place({ position: { source, row, sequenceNumber, subSequenceNumber } }: QuarantineRow): string {
  const ofStream = subSequenceNumber === undefined ? sequenceNumber : `${sequenceNumber}.${subSequenceNumber}`;
  return [source, row ?? ofStream].filter((part) => part !== undefined).join(' ');
}

const summary = (row: QuarantineRow): object => ({
  id: rowId(row),
  arrived: new Date(row.receivedAt).toISOString(),
  dataset: row.datasetId,
  position: row.position,
  rejections: row.rejections,
});

const renderList = (rows: readonly QuarantineRow[]): string =>
  table(
    ['id', 'arrived', 'dataset', 'reason', 'where'],
    rows.map((row) => [
      rowId(row),
      new Date(row.receivedAt).toISOString(),
      row.datasetId,
      `${row.rejections[0]!.code} ${row.rejections[0]!.pointer ?? ''}`.trim(),
      place(row),
    ]),
  );

function renderReplay({ accepted, duplicate, rejected, files, left, unknown }: QuarantineReplay): string {
  const rows = left.map(({ id, rejections: [first] }) => [
    id,
    `${first!.code} ${first!.pointer ?? ''}`.trim(),
    first!.message,
  ]);
  const parts = [
    `${accepted} ingested, ${duplicate} duplicates, ${rejected} rejected again, ${files} whole files to be uploaded again`,
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
