import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, Failure } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { failed } from '#core/activation/item-results.ts';
import { fieldValues, lostFields } from '#core/activation/vendor-settings.ts';
import { type AirshipDestination, type AudienceKind, apiUrl, MAX_ID_LENGTH, MAX_TAGS } from './settings.ts';

/** Tags that are added and removed, by the ids of segments. */
interface TagChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What is common to the rows of a request. */
export type AirshipCall =
  /** The same tags for many. */
  | (TagChange & { readonly step: 'tags'; readonly kind: AudienceKind })
  /** Tags and attributes of one named user. */
  | (TagChange & { readonly step: 'user'; readonly attributes: readonly Attribute[] });

/** An id of a named user or channel. */
export type AirshipRow = string;

type Attribute = { readonly key: string; readonly timestamp: string } & (
  | { readonly action: 'set'; readonly value: unknown }
  | { readonly action: 'remove' }
);

type Rows = CallRow<AirshipCall, AirshipRow>[];

const TIMEOUT_MS = 10_000;

/** Those with equal changes go together. Somebody who enters, with attributes to tell, has a request of their own. */
export function airshipRows(delivery: ProfileDelivery, destination: AirshipDestination): Rows | Failure {
  const { identities, attributes, changes, decidedAt } = delivery;
  if (identities.some(({ value }) => value.length > MAX_ID_LENGTH)) return failed('drop', 'id-too-long');
  const isMember = changes.some(({ status }) => status === 'realized');
  const timestamp = new Date(decidedAt).toISOString().slice(0, 19);
  const values = isMember
    ? [
        ...Object.entries(fieldValues(destination.fields, attributes)).map(
          ([key, value]): Attribute => ({ action: 'set', key, value: textOf(value), timestamp }),
        ),
        ...lostFields(destination.fields, attributes).map((key): Attribute => ({ action: 'remove', key, timestamp })),
      ]
    : [];
  return tagChanges(changes).flatMap((tags, i) =>
    identities.map(({ namespace, value }) => ({
      call:
        i === 0 && values.length > 0
          ? { step: 'user', ...tags, attributes: values }
          : { step: 'tags', kind: namespace as AudienceKind, ...tags },
      row: value,
    })),
  );
}

/** Airship's attributes are texts, numbers and dates. */
const textOf = (value: unknown): unknown => (typeof value === 'boolean' ? String(value) : value);

/** As many changes together as one group may have tags in a request. */
function tagChanges(changes: readonly MembershipChange[]): TagChange[] {
  const all: TagChange[] = [];
  for (let from = 0; from < changes.length; from += MAX_TAGS) {
    const chunk = changes.slice(from, from + MAX_TAGS);
    const tags = (wanted: MembershipChange['status']): string[] =>
      chunk.filter(({ status }) => status === wanted).map(({ segmentId }) => segmentId);
    all.push({ add: tags('realized'), remove: tags('exited') });
  }
  return all;
}

/** One request. */
export function airshipRequest(
  call: AirshipCall,
  ids: readonly AirshipRow[],
  destination: AirshipDestination,
): HttpRequest {
  const { tagGroup, maxUsersPerRequest } = destination;
  const tags = {
    ...(call.add.length > 0 && { add: { [tagGroup]: call.add } }),
    ...(call.remove.length > 0 && { remove: { [tagGroup]: call.remove } }),
  };
  if (call.step === 'user') {
    const { attributes } = call;
    return post(`/api/named_users/${encodeURIComponent(ids[0]!)}`, { tags, attributes }, destination);
  }
  // A list is what the description has; the short form is for those who send one at a time.
  const audience = { [call.kind]: maxUsersPerRequest === 1 ? ids[0] : ids };
  const path = call.kind === 'named_user_id' ? '/api/named_users/tags' : '/api/channels/tags';
  return post(path, { audience, ...tags }, destination);
}

/** A request of version 3 of the API. */
export function post(path: string, body: object, destination: AirshipDestination): HttpRequest {
  const { authentication } = destination;
  return {
    method: 'POST',
    url: `${apiUrl(destination)}${path}`,
    headers: {
      accept: 'application/vnd.urbanairship+json; version=3',
      'content-type': 'application/json',
      ...(authentication.type === 'bearer' && { 'x-ua-appkey': authentication.appKey }),
    },
    body: JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
  };
}
