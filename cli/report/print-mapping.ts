import type { MappedRecord, MappingReport, Reason } from '#core/pipeline/test-mapping.ts';
import type { Rejection } from '#core/record/record.ts';
import { isObject } from '#core/util/is-object.ts';
import { table } from './table.ts';

/** What becomes of the first records of a file, and why what of all of them is rejected, for people. */
export function printMapping(report: MappingReport): string {
  const { detected, rejection, reasons } = report;
  const parts = [
    ...report.first.map(printRecord),
    ...(reasons.length > 0 ? [`Rejected and omitted\n${table(HEAD, reasons.slice(0, MAX_REASONS).map(lineOf))}`] : []),
    ...(detected ? [`Found out of the file: ${pairs(detected)}`] : []),
    ...(rejection ? [`The file is rejected, or the rest of it: ${sentence(rejection)}`] : []),
    totals(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

const MAX_REASONS = 50;
const HEAD = ['outcome', 'reason', 'column', 'field', 'expected', 'found', 'records', 'first row'];

const lineOf = ({ outcome, reason, column, pointer, expected, found, records, firstRow }: Reason) => [
  outcome,
  reason,
  shown(column ?? ''),
  shown(pointer ?? ''),
  shown(expected ?? ''),
  shown(found ?? ''),
  records,
  firstRow,
];

function totals({ records, accepted, rejected, omitted, identitiesOmitted }: MappingReport): string {
  const of = (n: number, word: string): string => (n > 0 ? `; ${count(n, word)} omitted` : '');
  const left = `${of(omitted, 'value')}${of(identitiesOmitted, 'identity value')}`;
  return `${count(records, 'record')}: ${accepted} accepted, ${rejected} rejected${left}`;
}

const count = (n: number, word: string): string => `${n.toLocaleString('en-US')} ${word}${n === 1 ? '' : 's'}`;

function printRecord({
  row,
  before,
  after,
  rejections = [],
  omitted = [],
  identitiesOmitted = [],
}: MappedRecord): string {
  const [left, right] = [linesOf(before), linesOf(after)];
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [left[i] ?? '', right[i] ?? '']);
  return [
    `Row ${row}`,
    ...(rows.length > 0 ? [table(['before', rejections.length > 0 ? 'after: rejected' : 'after'], rows)] : []),
    ...rejections.map((rejection) => `  rejected: ${sentence(rejection)}`),
    ...omitted.map(({ reason, column = '', pointer }) => `  omitted: ${pointer}, of "${column}" (${reason})`),
    ...identitiesOmitted.map(({ namespace, reason }) => `  no identity: ${namespace} (${reason})`),
  ].join('\n');
}

const sentence = ({ code, message, pointer, expected, found }: Rejection): string =>
  [
    `${message} (${code})`,
    pointer ? `at ${pointer}` : '',
    expected && !message.includes(expected) ? `expected ${expected}` : '',
    found ? `found ${found}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');

const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');

const MAX_SHOWN = 60;
const MAX_LINES = 200;

/** Names may have any characters; those that steer a terminal are not printed. */
function shown(text: string): string {
  const line = text.replaceAll(/\p{Cc}/gu, '\ufffd');
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN - 1).toWellFormed()}…` : line;
}

/** A line a value, with its path. */
const linesOf = (record: unknown): string[] => [...pathsOf(record, '')].slice(0, MAX_LINES);

function* pathsOf(value: unknown, path: string): Iterable<string> {
  const inside = insideOf(value);
  if (value === undefined) return;
  if (inside.length === 0) yield shown(`${path} = ${JSON.stringify(value)}`);
  for (const [name, below] of inside) {
    const step = typeof name === 'number' ? `[${name}]` : path === '' ? name : `.${name}`;
    yield* pathsOf(below, `${path}${step}`);
  }
}

function insideOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return [...value.entries()];
  return isObject(value) ? Object.entries(value) : [];
}
