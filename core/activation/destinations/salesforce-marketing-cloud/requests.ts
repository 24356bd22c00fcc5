import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, Failure } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { failed } from '#core/activation/item-results.ts';
import { fieldValues } from '#core/activation/vendor-settings.ts';
import { type MarketingCloudDestination, restUrl } from './settings.ts';

/** A row of the data extension: column → value. */
export type ContactRow = Readonly<Record<string, unknown>>;

/** The forms of identities: a contact key says whose row it is, an address is only a column of it. */
export const CONTACT_KEY = 'contactKey';
export const EMAIL = 'email';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1_000_000;

/** A row for each contact key and audience. */
export function contactRows(
  { identities, attributes, changes }: ProfileDelivery,
  { columns, fields }: MarketingCloudDestination,
): CallRow<null, ContactRow>[] | Failure {
  const valuesOf = (form: string): string[] =>
    identities.filter(({ namespace }) => namespace === form).map(({ value }) => value);
  const contactKeys = valuesOf(CONTACT_KEY);
  if (contactKeys.length === 0) {
    // An address that somebody gave up is no contact; a member without a contact key can't be sent.
    return changes.some(({ status }) => status === 'realized') ? failed('drop', 'no-contact-key') : [];
  }
  const [email] = valuesOf(EMAIL).sort();
  return contactKeys.flatMap((contactKey) =>
    changes.map(({ segmentId, status, lastQualificationTime }) => ({
      call: null,
      row: {
        [columns.contactKey]: contactKey,
        [columns.segmentId]: segmentId,
        [columns.status]: status,
        ...(columns.email !== null && email !== undefined && { [columns.email]: email }),
        [columns.at]: toSeconds(lastQualificationTime),
        ...(status === 'realized' && fieldValues(fields, attributes)),
      },
    })),
  );
}

/** `2026-11-30T09:00:00Z` */
const toSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** An upsert of rows, whose results come later. */
export function upsertRequest(items: readonly ContactRow[], destination: MarketingCloudDestination): HttpRequest {
  const { dataExtension } = destination;
  const which =
    'key' in dataExtension ? `key:${encodeURIComponent(dataExtension.key)}` : encodeURIComponent(dataExtension.id);
  return {
    method: 'PUT',
    url: `${restUrl(destination)}/data/v1/async/dataextensions/${which}/rows`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ items }),
    timeoutMs: TIMEOUT_MS,
  };
}

/** A question about a request that was handed in. @param path with query */
export const asyncRequest = (id: string, path: string, destination: MarketingCloudDestination): HttpRequest => ({
  method: 'GET',
  url: `${restUrl(destination)}/data/v1/async/${encodeURIComponent(id)}/${path}`,
  headers: { accept: 'application/json' },
  body: '',
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: MAX_ANSWER_BYTES,
});
