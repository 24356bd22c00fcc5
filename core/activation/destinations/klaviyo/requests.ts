import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { clearedFields, profileFields } from './fields.ts';
import { consentPath, type KlaviyoDestination, keyOf } from './settings.ts';

/** What is common to the rows of a request. */
export type KlaviyoCall =
  | { readonly step: 'import' | 'remove'; readonly list: string }
  /** Looks profiles up before something is said of them. */
  | { readonly step: 'look' }
  /** Takes values from a profile, which an import can't. */
  | { readonly step: 'clear' }
  | { readonly step: 'subscribe' | 'unsubscribe' | 'suppress' };

export type KlaviyoRow =
  /** Attributes of a profile to import. */
  | { readonly attributes: Readonly<Record<string, unknown>>; readonly unset?: readonly string[] }
  /** A profile by its key; of `look`, with what follows. */
  | { readonly key: string; readonly next?: KlaviyoCall }
  /** A profile by Klaviyo's own id. */
  | { readonly id: string };

type Rows = CallRow<KlaviyoCall, KlaviyoRow>[];

const TIMEOUT_MS = 10_000;
/** A hundred profiles or errors with a few fields each. */
const MAX_ANSWER_BYTES = 1_000_000;

/** Entries are imported into their list; exits, and who may have to be subscribed, are looked up first. */
export function klaviyoRows(
  { identities, attributes, changes }: ProfileDelivery,
  destination: KlaviyoDestination,
  { audienceId }: RequestContext,
): Rows {
  const key = keyOf(destination);
  const lists = changes.flatMap(({ segmentId, status }): Rows => {
    const list = audienceId(segmentId);
    // Nobody is in a list that was never made.
    if (list === undefined) return [];
    return identities.map(({ value }) =>
      status === 'realized'
        ? {
            call: { step: 'import', list },
            row: { attributes: { [key]: value, ...profileFields(destination.fields, attributes) } },
          }
        : { call: { step: 'look' }, row: { key: value, next: { step: 'remove', list } } },
    );
  });
  const cleared = clearedFields(destination.fields, attributes);
  const isMember = changes.some(({ status }) => status === 'realized');
  return [
    ...lists,
    ...identities.flatMap(({ value }): Rows => {
      if (!cleared || !isMember) return [];
      const row = { ...cleared, attributes: { [key]: value, ...cleared.attributes } };
      return [{ call: { step: 'clear' }, row }];
    }),
    ...identities.flatMap(({ value }) => subscriptionRows(value, { attributes, changes }, destination)),
  ];
}

/** What somebody has said themselves, as against what was assumed of them (`dy`, `dn`). */
const AGREED = 'y';
const WITHDRAWN = 'n';

function subscriptionRows(
  key: string,
  { attributes, changes }: Pick<ProfileDelivery, 'attributes' | 'changes'>,
  destination: KlaviyoDestination,
): Rows {
  const path = consentPath(destination);
  const consent = path === undefined ? undefined : attributes[path];
  const { subscribe, withdraw } = destination.subscriptions;
  if (consent === AGREED && subscribe && changes.some(({ status }) => status === 'realized')) {
    return [{ call: { step: 'look' }, row: { key, next: { step: 'subscribe' } } }];
  }
  if (consent === WITHDRAWN && withdraw !== 'nothing') return [{ call: { step: withdraw }, row: { key } }];
  return [];
}

/** One request. */
export function klaviyoRequest(
  call: KlaviyoCall,
  rows: readonly KlaviyoRow[],
  destination: KlaviyoDestination,
): HttpRequest {
  switch (call.step) {
    case 'import':
      return post('/api/profile-bulk-import-jobs', importBody(call.list, rows), destination);
    case 'clear':
      return post('/api/profile-import', clearBody(rows[0]!), destination);
    case 'remove': {
      const data = rows.map((row) => ({ type: 'profile', id: 'id' in row ? row.id : '' }));
      const path = `/api/lists/${encodeURIComponent(call.list)}/relationships/profiles`;
      return { ...post(path, { data }, destination), method: 'DELETE' };
    }
    case 'look': {
      const filter = `any(${keyOf(destination)},${JSON.stringify(rows.map(keyIn))})`;
      const isAboutConsent = destination.subscriptions.subscribe;
      return get(
        '/api/profiles',
        {
          filter,
          'fields[profile]': isAboutConsent ? `${keyOf(destination)},subscriptions` : keyOf(destination),
          ...(isAboutConsent && { 'additional-fields[profile]': 'subscriptions' }),
          'page[size]': '100',
        },
        destination,
      );
    }
    default:
      return post(JOBS[call.step], jobBody(call.step, rows, destination), destination);
  }
}

const keyIn = (row: KlaviyoRow): string => ('key' in row ? row.key : '');

/** Custom properties are not set to `null` but taken away. */
function clearBody(row: KlaviyoRow): object {
  const { attributes = {}, unset = [] } = 'attributes' in row ? row : {};
  return {
    data: { type: 'profile', attributes, ...(unset.length > 0 && { meta: { patch_properties: { unset } } }) },
  };
}

function importBody(list: string, rows: readonly KlaviyoRow[]): object {
  const data = rows.map((row) => ({ type: 'profile', attributes: 'attributes' in row ? row.attributes : {} }));
  return {
    data: {
      type: 'profile-bulk-import-job',
      attributes: { profiles: { data } },
      relationships: { lists: { data: [{ type: 'list', id: list }] } },
    },
  };
}

const JOBS = {
  subscribe: '/api/profile-subscription-bulk-create-jobs',
  unsubscribe: '/api/profile-subscription-bulk-delete-jobs',
  suppress: '/api/profile-suppression-bulk-create-jobs',
} as const;
const CONSENTS = { subscribe: 'SUBSCRIBED', unsubscribe: 'UNSUBSCRIBED' } as const;

/** Without a list: a consent is of the whole channel, and who is unsubscribed of a list they are not in is so of all. */
function jobBody(step: keyof typeof JOBS, rows: readonly KlaviyoRow[], destination: KlaviyoDestination): object {
  const key = keyOf(destination);
  const channel = key === 'email' ? 'email' : 'sms';
  const data = rows.map((row) => ({
    type: 'profile',
    attributes: {
      [key]: keyIn(row),
      ...(step !== 'suppress' && { subscriptions: { [channel]: { marketing: { consent: CONSENTS[step] } } } }),
    },
  }));
  const type = JOBS[step].replace('/api/', '').replace(/s$/, '');
  return { data: { type, attributes: { profiles: { data } } } };
}

/** A question with its parameters, encoded. */
export const get = (
  path: string,
  query: Readonly<Record<string, string>>,
  { url, revision }: KlaviyoDestination,
): HttpRequest => ({
  method: 'GET',
  url: `${url}${path}?${new URLSearchParams(query)}`,
  headers: { accept: 'application/vnd.api+json', revision },
  body: '',
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: MAX_ANSWER_BYTES,
});

/** A document of JSON:API. */
export const post = (path: string, document: object, { url, revision }: KlaviyoDestination): HttpRequest => ({
  method: 'POST',
  url: `${url}${path}`,
  headers: { accept: 'application/vnd.api+json', 'content-type': 'application/vnd.api+json', revision },
  body: JSON.stringify(document),
  timeoutMs: TIMEOUT_MS,
});
