import { Buffer } from 'node:buffer';
import type { InboundName } from './inbound-name.ts';

/** A row that Audience Manager would not take. Lines start at 1. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
}

/** What one row says about one user. */
interface InboundRow {
  readonly user: string;
  readonly fields: readonly InboundField[];
}

interface InboundField {
  /** A trait (`24`), an integration code (`ic=52`) or a signal (`segID=A1`). */
  readonly name: string;
  readonly removes: boolean;
}

export interface InboundFile {
  readonly mode: 'sync' | 'overwrite';
  readonly rows: readonly InboundRow[];
  readonly rejected: readonly RejectedRow[];
}

/** aep.md §7.6 */
const ROW_BYTES = 102_400;
const ROWS_PER_USER = 200;
const DEVICE_PROVIDERS: Readonly<Record<number, RegExp>> = {
  20914: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  20915: /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
};

/**
 * Reads a file of traits as the hub does (aep.md §7.6): `<id>⇥d_sid=24,d_unsid=28`, `28:0`, `ic=52` and `"key"="value"`
 * alike. What it would not take is named by line and stops nothing else.
 */
export function readInboundFile(name: Extract<InboundName, { kind: 'data' }>, text: string): InboundFile {
  const rows: InboundRow[] = [];
  const rejected: RejectedRow[] = [];
  const rowsOf = new Map<string, number>();
  const lines = linesOf(text);
  if (lines.length === 0) rejected.push({ line: 1, reason: 'an empty file is invalid' });
  for (const { line, content } of lines) {
    const read = readRow(content, name);
    const count = typeof read === 'string' ? 0 : (rowsOf.get(read.user) ?? 0) + 1;
    if (typeof read === 'string') rejected.push({ line, reason: read });
    else if (count > ROWS_PER_USER) rejected.push({ line, reason: `more than ${ROWS_PER_USER} rows of one user` });
    else {
      rowsOf.set(read.user, count);
      rows.push(read);
    }
  }
  return { mode: name.mode, rows, rejected };
}

/** The lines of a file that say something; blank ones at its end, or between, are nothing. */
export const linesOf = (text: string): { line: number; content: string }[] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((content, index) => ({ line: index + 1, content }))
    .filter(({ content }) => content.trim() !== '');

function readRow(
  content: string,
  { dataProviderId, odc }: Extract<InboundName, { kind: 'data' }>,
): InboundRow | string {
  if (Buffer.byteLength(content) > ROW_BYTES) return `the row is longer than ${ROW_BYTES} bytes`;
  const parts = content.split('\t');
  if (parts.length !== (odc ? 3 : 2)) return 'expected an id, a tab and traits';
  const [user, traits] = parts.slice(-2) as [string, string];
  if (user === '') return 'the id is missing';
  if (user.includes(':') || user.includes('%3A')) return 'an id has no colon';
  const shape = DEVICE_PROVIDERS[dataProviderId];
  if (shape && !shape.test(user)) return `not an id of data provider ${dataProviderId}`;
  const fields = splitFields(traits).map(readField);
  const wrong = fields.find((field) => typeof field === 'string');
  return wrong ?? { user, fields: fields as InboundField[] };
}

/** Fields between commas, of which those in quotes are none. Nothing between two commas says nothing. */
const splitFields = (traits: string): string[] =>
  (traits.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((field) => field.trim()).filter((field) => field !== '');

function readField(field: string): InboundField | string {
  if (/^\d+$/.test(field)) return { name: field, removes: false };
  const removal = /^(\d+):(?:0|-1)$/.exec(field);
  if (removal) return { name: removal[1]!, removes: true };
  const equals = field.indexOf('=');
  const [written, value] = [unquoted(field.slice(0, Math.max(0, equals))), unquoted(field.slice(equals + 1))];
  if (!written || value === undefined) return 'a field is neither a trait nor a key with a value';
  const key = written.replace(/^-+/, '');
  if (key === 'd_sid') return { name: value, removes: false };
  if (key === 'd_unsid') return { name: value, removes: true };
  return { name: `${key}=${value}`, removes: false };
}

/** What stands in quotes, or in none; undefined where there are others inside. */
function unquoted(text: string): string | undefined {
  const inside = text.trim().replace(/^"/, '').replace(/"$/, '');
  return inside.includes('"') ? undefined : inside.trim();
}

/** What the hub knows: user → traits and signals. */
export type HubKnowledge = Map<string, ReadonlySet<string>>;

/**
 * What the hub knows after a file. `sync` adds and removes (AAM-SYNC-2); `overwrite` replaces what is known of the users
 * in it, and of nobody else, and takes no removals (AAM-SYNC-1). The removal of a segment's name ends its signal.
 */
export function applyInboundFile(before: HubKnowledge, { mode, rows }: InboundFile): HubKnowledge {
  const after: HubKnowledge = new Map(before);
  const users = Map.groupBy(rows, ({ user }) => user);
  for (const [user, own] of users) {
    const fields = own.flatMap((row) => row.fields);
    const known = mode === 'sync' ? synced(before.get(user), fields) : replaced(fields);
    if (known.size > 0) after.set(user, known);
    else after.delete(user);
  }
  return after;
}

type Fields = InboundFile['rows'][number]['fields'];

const replaced = (fields: Fields): ReadonlySet<string> =>
  new Set(fields.filter(({ removes }) => !removes).map(({ name }) => name));

function synced(before: ReadonlySet<string> | undefined, fields: Fields): ReadonlySet<string> {
  const known = new Set(before);
  for (const { name, removes } of fields) {
    if (!removes) known.add(name);
    else for (const gone of [name, `segID=${name}`]) known.delete(gone);
  }
  return known;
}
