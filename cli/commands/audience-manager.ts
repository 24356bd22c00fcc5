import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import { formerFlag } from '#cli/options.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { overwriteRows } from '#core/activation/destinations/aam/full.ts';
import { hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import { readIdSync } from '#core/activation/destinations/aam/id-sync.ts';
import {
  applyInboundFile,
  type HubKnowledge,
  readInboundFile,
} from '#core/activation/destinations/aam/inbound-file.ts';
import { readInboundName } from '#core/activation/destinations/aam/inbound-name.ts';
import { readReceipt } from '#core/activation/destinations/aam/receipt.ts';

export function audienceManagerCommand(): Command {
  const command = new Command('audience-manager').description('files and receipts of the Audience Manager hub');
  command
    .command('read')
    .argument(
      '<file...>',
      'inbound files (ftp_dpm_…, adobe_id_…, c2c_id_…) or receipts, in the order they were processed',
    )
    .description('check files as the hub reads them, row by row, and whether the numbers of receipts agree')
    .option(...JSON_OPTION)
    .action(async (files: readonly string[], { json }: { json?: true }) => print(json, await readFiles(files)));
  command
    .command('overwrite')
    .argument('<id>', 'destination of Audience Manager')
    .addOption(formerFlag('--destination <id>'))
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .description('write files that replace everything the hub has of its users with what it should have')
    .action(async (destination: string, { stage, json }: { stage: string; json?: true }) => {
      const stores = storesOf(await useStage(stage));
      const definition = (await activeCatalog(stores.catalog)).destinations.get(destination);
      if (definition?.type !== 'aam') throw new UserError(`"${destination}" is no destination of Audience Manager`);
      const rows = await overwriteRows(destination, stores.deliveryStates);
      const { files, invalid } = hubFiles(definition, rows, Date.now(), undefined, 'overwrite');
      for (const { key, body, bytes, contentType } of files) {
        await stores.exports.put(key, bytes ?? body, { contentType });
      }
      print(json, { files: files.map(({ key, rows: count }) => ({ key, rows: count })), invalid: invalid.length });
    });
  return command;
}

/** The report is JSON in any case; for people it has lines. */
const print = (json: boolean | undefined, value: unknown): void =>
  printReport(json, value, `${JSON.stringify(value, undefined, 2)}\n`);

/** What became of each file, and what the hub knows in the end: how many users have a trait or signal. */
async function readFiles(paths: readonly string[]): Promise<unknown> {
  const files: unknown[] = [];
  let known: HubKnowledge = new Map();
  for (const path of paths) {
    const name = readInboundName(basename(path));
    const text = await textOf(path);
    if (name?.kind === 'data') {
      const read = readInboundFile(name, text);
      known = applyInboundFile(known, read);
      files.push({ file: path, ...name, rows: read.rows.length, rejected: read.rejected });
    } else if (name?.kind === 'idSync') {
      const read = readIdSync(name, text);
      files.push({ file: path, ...name, rows: read.rows.length, rejected: read.rejected });
    } else files.push({ file: path, kind: 'receipt', ...receiptOf(path, text) });
  }
  const counts: Record<string, number> = {};
  for (const names of known.values()) for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return { files, known: { users: known.size, counts } };
}

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new UserError(`Cannot read ${path}: ${error.message}`);
  });
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function receiptOf(path: string, text: string): object {
  try {
    const receipt = readReceipt(text);
    return { ...receipt, agrees: receipt.stored === receipt.expectedStored };
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
}
