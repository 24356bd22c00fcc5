import { createHmac, hash } from 'node:crypto';
import { actionOf } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, Failure, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type Credentials, credential } from '#core/activation/http/credentials.ts';
import { failed } from '#core/activation/item-results.ts';
import { DETAIL_COLUMNS, detailColumns } from './normalise.ts';
import type { MetaDestination } from './settings.ts';

const IDENTITY_COLUMNS = ['EMAIL', 'PHONE', 'EXTERN_ID', 'MADID'] as const;
const OPTIONS = 'DATA_PROCESSING_OPTIONS';
/** The order of columns in a request. */
const COLUMNS = [
  'EXTERN_ID',
  'EMAIL',
  'PHONE',
  ...DETAIL_COLUMNS,
  'MADID',
  OPTIONS,
  `${OPTIONS}_COUNTRY`,
  `${OPTIONS}_STATE`,
] as const;
type Column = (typeof COLUMNS)[number];

export interface Call {
  readonly action: 'add' | 'remove';
  readonly audience: string;
  /** Whether its rows are of people of whom data use is limited, where that is said at all: these have more columns. */
  readonly isLimited?: boolean;
}
/** One person, or one of several rows of a person, by column. */
export type Row = Readonly<Partial<Record<Column, string | number | readonly string[]>>>;

const TIMEOUT_MS = 20_000;
const AGREED = new Set(['y', 'dy']);

/** The attribute that says whether data use is limited. */
export const limitPath = ({ limitedDataUse }: MetaDestination): string | undefined =>
  limitedDataUse?.unlessConsent === undefined ? undefined : `consents.${limitedDataUse.unlessConsent}.val`;

/**
 * One row for each e-mail address, number or device more than one, for each change. The company's own id alone adds nobody:
 * Meta has nothing to match it with. It does remove somebody.
 */
export function personRows(
  delivery: ProfileDelivery,
  destination: MetaDestination,
  { audienceId }: Pick<RequestContext, 'audienceId'>,
): CallRow<Call, Row>[] | Failure {
  const options = optionColumns(delivery, destination);
  const rows = rowsOf(delivery, destination);
  const matchable = rows.filter((row) => Object.keys(row).some((column) => column !== 'EXTERN_ID'));
  const isEntry = delivery.changes.every((change) => actionOf(change) === 'add');
  if (isEntry && matchable.length === 0) return failed('drop', 'external-id-alone');
  return delivery.changes.flatMap((change): CallRow<Call, Row>[] => {
    const audience = audienceId(change.segmentId);
    // Nobody is in an audience that was never made.
    if (audience === undefined) return [];
    const action = actionOf(change);
    if (action === 'remove') return rows.map((row) => ({ call: { action, audience }, row }));
    if (!options) return matchable.map((row) => ({ call: { action, audience }, row }));
    const call = { action, audience, isLimited: options[OPTIONS].length > 0 };
    return matchable.map((row) => ({ call, row: { ...row, ...options } }));
  });
}

function rowsOf({ identities, attributes }: ProfileDelivery, { details }: MetaDestination): Row[] {
  const about = details ? detailColumns(valuesAt(attributes, details)) : {};
  const values = IDENTITY_COLUMNS.map((column) => ({
    column,
    own: identities.flatMap(({ namespace, value }) => (namespace === column ? [value] : [])),
  }));
  const count = Math.max(...values.map(({ own }) => own.length));
  return Array.from({ length: count }, (_, i) => {
    // The company's own id says that rows are of one person.
    const identifying = values.flatMap(({ column, own }) => {
      const value = column === 'EXTERN_ID' ? (own[i] ?? own[0]) : own[i];
      return value === undefined ? [] : [[column, value] as const];
    });
    return { ...Object.fromEntries(identifying), ...about } satisfies Row;
  });
}

const valuesAt = <K extends string>(
  attributes: Readonly<Record<string, unknown>>,
  paths: Readonly<Record<K, string>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries<string>(paths).map(([name, path]) => [name, attributes[path]]));

function optionColumns({ attributes }: ProfileDelivery, destination: MetaDestination) {
  const { limitedDataUse } = destination;
  if (!limitedDataUse) return undefined;
  const path = limitPath(destination);
  if (path !== undefined && AGREED.has(String(attributes[path]))) return { [OPTIONS]: [] as string[] };
  const { country, state } = limitedDataUse;
  return {
    [OPTIONS]: ['LDU'],
    ...(country !== undefined && { [`${OPTIONS}_COUNTRY`]: country }),
    ...(state !== undefined && { [`${OPTIONS}_STATE`]: state }),
  };
}

/** Adds to, or removes from an audience. Columns that no row has are left out; a value that a row has not is empty. */
export function peopleRequest(
  { action, audience }: Call,
  rows: readonly Row[],
  destination: MetaDestination,
  context: RequestContext,
): HttpRequest {
  const schema = COLUMNS.filter((column) => rows.some((row) => row[column] !== undefined));
  const data = rows.map((row) => schema.map((column) => row[column] ?? ''));
  const session = { session_id: sessionId(data, context.now), batch_seq: 1, last_batch_flag: true };
  const body = { payload: { schema, data }, ...(destination.session && { session }) };
  return {
    method: action === 'add' ? 'POST' : 'DELETE',
    url: graphUrl(`${encodeURIComponent(audience)}/users`, destination, context.credentials),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
  };
}

/** Positive, below 2^48, and another one for every request. @param now epoch ms */
const sessionId = (data: unknown, now: number): number =>
  Number.parseInt(hash('sha256', JSON.stringify([now, data]), 'hex').slice(0, 12), 16) + 1;

/** An address of the Graph API, with the proof that the caller knows the app's secret, where the secret is there. */
export function graphUrl(
  path: string,
  { url, apiVersion }: MetaDestination,
  credentials: Credentials,
  query: Readonly<Record<string, string>> = {},
): string {
  const [secret, token] = [credential(credentials, 'appSecret'), credential(credentials, 'bearerToken')];
  const proof =
    secret === undefined || token === undefined
      ? {}
      : { appsecret_proof: createHmac('sha256', secret).update(token).digest('hex') };
  const parameters = new URLSearchParams({ ...query, ...proof }).toString();
  return `${url}/${apiVersion}/${path}${parameters && `?${parameters}`}`;
}
