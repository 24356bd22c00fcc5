import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadCatalogFolder, parseVariables } from '#cli/catalog/load-folder.ts';
import { collect, parseInstant } from '#cli/options.ts';
import { printReport } from '#cli/output.ts';
import { printSources } from '#cli/report/print-reach.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { readChanges } from '#core/activation/preview/changes.ts';
import { masked } from '#core/activation/preview/mask.ts';
import { type Preview, preview } from '#core/activation/preview/preview.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { identitySources } from '#core/catalog/reach/identity-sources.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { aboutDestination } from './command.ts';

interface PreviewOptions {
  readonly catalog: string;
  readonly changes: string;
  readonly now?: number;
  readonly set: readonly string[];
  readonly json?: true;
}

export const previewCommand = (): Command =>
  aboutDestination(
    'preview',
    'print the requests or files that membership changes would cause, without sending anything',
  )
    .option('--catalog <dir>', 'folder of the catalog', 'catalog')
    .requiredOption(
      '--changes <file>',
      'NDJSON of {segmentId, status, lastQualificationTime, identityMap, attributes?}; "-" for standard input',
    )
    .option('--now <time>', 'the instant to use as the present (ISO 8601)', parseInstant)
    .option('--set <NAME=value>', 'value of a variable of the catalog', collect, [])
    .option('--json', 'print JSON, one array of requests and files; an error as the last line of stderr')
    .action(showPreview);

async function showPreview(id: string, options: PreviewOptions): Promise<void> {
  const definitions = await loadCatalogFolder(options.catalog, parseVariables(options.set));
  const catalog = compileCatalog(definitions);
  const destination = catalog.destinations.get(id);
  if (!destination) {
    const known = [...catalog.destinations.keys()].map((each) => `"${each}"`).join(', ') || 'none';
    throw new UserError(`${options.catalog} has no destination "${id}"; it has ${known}.`);
  }
  const { changes, problems } = readChanges(await readText(options.changes), catalog.namespaces.keys());
  if (!destination.enabled) process.stderr.write(`"${destination.id}" is not enabled: nothing is routed to it.\n`);
  const nameOf = (id: string): string | undefined => catalog.segmentDefinitions.get(id)?.name;
  const made = preview(destination, changes, stageSettings(catalog).route, options.now ?? Date.now(), nameOf);
  printReport(options.json, asJson(made), asText(made));
  for (const [reason, memberships] of Object.entries(made.excluded)) {
    process.stderr.write(`excluded: ${reason} ${memberships}\n`);
  }
  if (made.excluded.noAcceptedIdentity !== undefined) {
    const lines = printSources(destination.id, identitySources(destination, definitions));
    for (const line of lines) process.stderr.write(`${line}\n`);
  }
  for (const { line, message } of problems) process.stderr.write(`${options.changes}:${line}: ${message}\n`);
  if (problems.length > 0) {
    process.stderr.write(`${problems.length} of the lines could not be read; the others are shown.\n`);
    throw new NotAllAccepted();
  }
}

const asJson = ({ requests, files }: Preview) => [
  ...requests.map(masked),
  ...files.map(({ key, rows, body }) => ({ file: key, rows, content: body })),
];

function asText({ requests, files }: Preview): string {
  const shown = [
    ...requests.map(masked).map(({ method, url, headers, body }) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      return `${[`${method} ${url}`, ...lines].join('\n')}\n\n${body}\n`;
    }),
    ...files.map(({ key, body }) => `${key}\n\n${body}`),
  ];
  return shown.length === 0 ? 'Nothing would be sent.\n' : shown.join('\n');
}

async function readText(path: string): Promise<string> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
  }
}
