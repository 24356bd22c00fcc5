import type { Rejection } from '#core/record/record.ts';
import { table } from './table.ts';

/** What `init` has made and guessed; also its JSON. */
export interface InitReport {
  readonly file: string;
  readonly catalog: string;
  /** Paths below the folder of the catalog. */
  readonly files: readonly string[];
  readonly dataset: string;
  readonly kind: 'event' | 'record';
  /** What the dataset says of how its CSV files are written. */
  readonly csv?: object;
  readonly sample: {
    readonly records: number;
    readonly isWholeFile: boolean;
    readonly accepted: number;
    readonly rejected: number;
  };
  readonly fields: readonly {
    readonly source: string;
    readonly destination: string;
    readonly type: string;
    readonly reason: string;
  }[];
  readonly identities: readonly {
    readonly source: string;
    readonly namespace: string;
    readonly isPrimary: boolean;
    readonly reason: string;
  }[];
  /** The first audience. */
  readonly segment?: string;
  readonly notes: readonly string[];
  /** The first rejected records of the sample. */
  readonly rejected: readonly { readonly row: number; readonly rejections: readonly Rejection[] }[];
  /** Whether its records reach profiles. */
  readonly hasProfile: boolean;
}

/** Fields that are shown; the files have all of them. */
const MAX_FIELDS = 60;

/** What `init` has made and guessed, for people. */
export function printInit(report: InitReport): string {
  const { file, catalog, files, dataset, kind, sample, fields, segment, hasProfile, rejected } = report;
  const count = sample.records.toLocaleString('en-US');
  const part = sample.isWholeFile ? `all ${count} records` : `the first ${count} records`;
  const what = kind === 'event' ? 'events: each happened at a time' : 'records: attributes of a person or a thing';
  const rows = fields.slice(0, MAX_FIELDS).map((field) => [field.source, field.destination, field.type, field.reason]);
  const more = fields.length - rows.length;
  const notes = [
    ...report.notes,
    ...(hasProfile
      ? []
      : [
          'no column identifies a person, so the records will be in the lake and in no profile; if one does, add --identity COLUMN',
        ]),
    ...(sample.isWholeFile
      ? []
      : ['what follows the sample was not read: "replay" says what of it is rejected, and why']),
    ...(rejected.length > 0
      ? [`${sample.rejected.toLocaleString('en-US')} records of the sample are rejected: ${firstOf(report)}`]
      : []),
  ];
  return [
    `${file}: ${part} were read, and recognized as ${what}.\n`,
    ...(report.csv ? [`How it is written: ${JSON.stringify(report.csv)}\n`] : []),
    table(['from', 'to', 'type', 'because'], rows),
    ...(more > 0 ? [`  … and ${more} more: see ${catalog}/datasets/${dataset}.yaml`] : []),
    ...(notes.length > 0 ? ['\nPlease check', ...notes.map((note) => `  - ${note}`)] : []),
    `\nWritten to ${catalog}`,
    ...files.map((path) => `  ${path}`),
    '\nNext',
    `  tributary catalog validate --catalog ${quoted(catalog)}`,
    `  tributary replay --catalog ${quoted(catalog)} --input ${quoted(`${dataset}=${file}`)}${segment === undefined ? '' : `    # who is in "${segment}"`}`,
    '',
  ].join('\n');
}

function firstOf({ rejected: [first] }: InitReport): string {
  const [{ code, message, pointer } = { code: '', message: '', pointer: undefined }] = first!.rejections;
  return `row ${first!.row}${pointer === undefined ? '' : ` at ${pointer}`}: ${code}: ${message}`;
}

/** As a shell takes it. */
const quoted = (text: string): string =>
  /^[\w./=@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
