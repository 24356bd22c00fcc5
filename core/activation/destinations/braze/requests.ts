import type { MembershipChange, ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { fieldValues, lostFields } from '#core/activation/vendor-settings.ts';
import type { Identity } from '#core/record/identity.ts';
import type { BrazeDestination } from './settings.ts';

/** An object of `attributes`. */
export type BrazeUser = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 10_000;

/**
 * One object a user says what changed; two where audiences are entered and left at once, since no document says that an
 * array may be added to and taken from in one object. Who only leaves is sent no attributes: each write costs.
 */
export function brazeRows(
  { identities, attributes, changes }: ProfileDelivery,
  destination: BrazeDestination,
): CallRow<null, BrazeUser>[] {
  const { fields, createsUsers } = destination;
  const isMember = changes.some(({ status }) => status === 'realized');
  // `null` deletes an attribute.
  const lost = lostFields(fields, attributes).map((name) => [name, null] as const);
  const values = isMember ? { ...fieldValues(fields, attributes), ...Object.fromEntries(lost) } : {};
  return identities.flatMap((identity) =>
    memberships(changes, destination).map((membership, i) => ({
      call: null,
      row: {
        ...who(identity, destination),
        _update_existing_only: !createsUsers,
        ...(i === 0 && values),
        ...membership,
      },
    })),
  );
}

function who({ namespace: form, value }: Identity, { identities: { alias } }: BrazeDestination): BrazeUser {
  if (form !== 'user_alias') return { [form]: value };
  return { user_alias: { alias_name: value, alias_label: alias!.label } };
}

/** Attributes that say which audiences somebody is in, for one object each. */
function memberships(changes: readonly MembershipChange[], { membership }: BrazeDestination): BrazeUser[] {
  if (membership.as === 'booleans') {
    return [
      Object.fromEntries(
        changes.map(({ segmentId, status }) => [membership.prefix + segmentId, status === 'realized']),
      ),
    ];
  }
  const ids = (wanted: MembershipChange['status']): string[] =>
    changes.filter(({ status }) => status === wanted).map(({ segmentId }) => segmentId);
  const [add, remove] = [ids('realized'), ids('exited')];
  return [
    ...(add.length > 0 ? [{ [membership.attribute]: { add } }] : []),
    ...(remove.length > 0 ? [{ [membership.attribute]: { remove } }] : []),
  ];
}

/** `POST /users/track`. */
export const brazeRequest = (url: string, attributes: readonly BrazeUser[]): HttpRequest => ({
  method: 'POST',
  url: `${url}/users/track`,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ attributes }),
  timeoutMs: TIMEOUT_MS,
});
