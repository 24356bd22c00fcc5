import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { fileSource } from '#cli/ingest/file-source.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { type InitReport, printInit } from '#cli/report/print-init.ts';
import { UserError } from '#cli/user-error.ts';
import { headerlessColumns } from '#core/catalog/init/csv.ts';
import { type MadeCatalog, makeCatalog } from '#core/catalog/init/init.ts';
import { slug } from '#core/catalog/init/names.ts';
import { type CsvNames, readSample, type Sample } from '#core/catalog/init/sample.ts';
import { segmentId } from '#core/catalog/init/write.ts';
import { phoneCountry } from '#core/identity/phone.ts';
import { isTimeZone } from '#core/ingestion/mapping/date-pattern.ts';
import { FileRejectedError, type Rejection } from '#core/record/record.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';

interface Options {
  readonly out: string;
  readonly dataset?: string;
  readonly tenant?: string;
  readonly identity?: string;
  readonly kind?: 'event' | 'record';
  readonly timeZone?: string;
  readonly dates?: 'dmy' | 'mdy';
  readonly country?: string;
  readonly headerCheck: boolean;
  readonly header: boolean;
  readonly columns?: readonly string[];
  readonly force?: true;
  readonly json?: true;
}

export const initCommand = (): Command =>
  new Command('init')
    .description('make a small catalog from a CSV or NDJSON file: schema, mapping, namespaces and a first audience')
    .argument('<file>', 'the file: .csv, .tsv, .ndjson, .jsonl or .json, each also with .gz or .zst')
    .requiredOption('--out <dir>', 'folder for the catalog')
    .option('--dataset <id>', 'id of the dataset; the name of the file when omitted')
    .option('--tenant <name>', 'where fields stand that are not of XDM; the name of the folder when omitted')
    .option('--identity <column>', 'what says who a record is about: a column, or a JSON pointer to a field')
    .addOption(
      new Option('--kind <kind>', 'what the records are, where the guess is wrong').choices(['event', 'record']),
    )
    .option('--time-zone <name>', 'of times that name none; UTC when omitted', parseTimeZone)
    .addOption(new Option('--dates <order>', 'of day and month in 01/02/2026').choices(['dmy', 'mdy']))
    .option('--country <code>', 'of telephone numbers without a country code, such as DE', parseCountry)
    .option('--no-header-check', 'the first line of a CSV names the columns, whatever it looks like')
    .option('--no-header', 'the CSV has no header; its columns are numbered unless --columns names them')
    .option(
      '--columns <names>',
      'the names of the columns of a CSV without a header, with commas between them',
      parseColumns,
    )
    .option('--force', 'replace files that are there')
    .option(...JSON_OPTION)
    .action(init);

async function init(path: string, options: Options): Promise<void> {
  const hasHeader = options.header && options.columns === undefined;
  const sample = await sampleOf(path, { hasHeader, columns: options.columns });
  if (options.headerCheck && hasHeader) expectHeader(sample, path);
  const dataset = options.dataset ?? (slug(basename(path).split('.')[0]!) || 'records');
  if (slug(dataset) !== dataset)
    throw new UserError(`"${dataset}" is no id of a dataset: use letters, digits, "_" and "-"`);
  const tenant =
    slug(options.tenant ?? basename(resolve(options.out)))
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .toLowerCase() || 'own';
  const { identity, kind, timeZone, dates, country } = options;
  if (identity !== undefined) expectColumn(identity, sample);
  const made = makeCatalog(sample, { dataset, tenant, identity, kind, timeZone, dates, country }, basename(path));
  await writeFiles(options.out, made.files, options.force === true);
  const report = reportOn(path, options.out, dataset, sample, made);
  printReport(options.json, report, printInit(report));
}

async function sampleOf(path: string, names: CsvNames): Promise<Sample> {
  const source = await fileSource(path);
  if (/\.parquet(\.gz)?$/i.test(path)) {
    throw new UserError(`${path} is Parquet, whose columns are not mapped yet. Give a CSV, NDJSON or JSON file.`);
  }
  try {
    const sample = await readSample(source, names);
    if (sample.records.length === 0) throw unusable(path, { code: 'empty-file', message: 'It has no record' });
    const [first] = sample.records;
    if (first?.rejection && sample.records.every(({ rejection }) => rejection)) throw unusable(path, first.rejection);
    return sample;
  } catch (error) {
    throw error instanceof FileRejectedError ? unusable(path, error.rejection) : error;
  }
}

function unusable(path: string, { code, message, expected, found }: Rejection): UserError {
  const more = [expected && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join(', ');
  const why = `${message}${more === '' ? '' : ` (${more})`}`;
  const how = 'What files have to look like, and how to make them so: docs/catalog.md, "A catalog from a file"';
  return new UserError(`${path} cannot be ingested as it is: ${why}. ${how}`, { code });
}

/** A file without a header has a person in its place, whose data would name the columns. */
function expectHeader(sample: Sample, path: string): void {
  const columns = headerlessColumns(sample);
  if (columns.length === 0) return;
  const which = columns.length === 1 ? `column ${columns[0]} looks` : `columns ${columns.slice(0, 5).join(', ')} look`;
  throw new UserError(
    `The first line of ${path} seems to be no header: ${which} like a value, not like a name. Put a line with the names of the columns before it, or say --columns id,name,… (or --no-header) if there is none; or --no-header-check if these are their names.`,
    { code: 'invalid-header' },
  );
}

function expectColumn(identity: string, { header, format }: Sample): void {
  if (format !== 'csv' || header?.includes(identity)) return;
  throw new UserError(
    `The file has no column "${identity}"; ${didYouMean(identity, header ?? []) ?? `it has ${header?.join(', ')}`}`,
  );
}

/** All of them or none: what is there stays, unless it is to be replaced or says the same. */
async function writeFiles(folder: string, files: ReadonlyMap<string, string>, isForced: boolean): Promise<void> {
  const others: string[] = [];
  for (const [path, text] of files) {
    const known = await readFile(join(folder, path), 'utf8').catch(() => undefined);
    const isThere =
      known !== undefined ||
      (await access(join(folder, path)).then(
        () => true,
        () => false,
      ));
    if (isThere && known !== text) others.push(path);
  }
  if (others.length > 0 && !isForced) {
    throw new UserError(
      `${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} in ${folder} already; nothing was written. Give another folder with --out, or replace what is there with --force.`,
      { code: 'files-exist', details: { files: others } },
    );
  }
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  } catch (error) {
    throw new UserError(`${folder} cannot be written: ${(error as Error).message}`);
  }
}

/** Rejected rows of the sample that are shown. */
const MAX_REJECTED = 5;

function reportOn(path: string, out: string, dataset: string, sample: Sample, made: MadeCatalog): InitReport {
  const { guess, files, accepted, rejected } = made;
  const hasSegment = files.has(`segments/${segmentId({ dataset })}.yaml`);
  return {
    file: path,
    catalog: out,
    files: [...files.keys()],
    dataset,
    kind: guess.kind,
    ...(sample.csv && { csv: sample.csv }),
    sample: { records: sample.records.length, isWholeFile: sample.isWhole, accepted, rejected: rejected.length },
    fields: guess.fields.map(({ source, destination, rule, schema, reason }) => ({
      source,
      destination,
      type: rule.type ?? String((schema as { type?: unknown }).type ?? 'any'),
      reason,
    })),
    identities: guess.identities.map(({ source, namespace, isPrimary, reason }) => ({
      source,
      namespace,
      isPrimary,
      reason,
    })),
    ...(hasSegment && { segment: segmentId({ dataset }) }),
    notes: guess.notes,
    rejected: rejected.slice(0, MAX_REJECTED),
    hasProfile: guess.identities.length > 0 || guess.hasIdentityMap === true,
  };
}

/** Names of columns, with commas between them. */
function parseColumns(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '') && new Set(names).size === names.length) return names;
  throw new InvalidArgumentError('Expected a different name for every column, such as id,name,city');
}

function parseTimeZone(text: string): string {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError('Expected a time zone such as Europe/Berlin');
}

function parseCountry(text: string): string {
  if (phoneCountry(text) !== undefined) return text;
  throw new InvalidArgumentError('Expected a country code such as DE');
}
