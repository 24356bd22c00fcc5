import { z } from 'zod';
import type { VendorDeletionCall } from '#core/activation/destination-type.ts';
import { failureByLimit } from '#core/activation/http/limit-headers.ts';
import { bodyOf, DELIVERED, unreadable } from '#core/activation/item-results.ts';
import { LIMIT } from './answers.ts';
import type { BrazeDestination } from './settings.ts';

const TIMEOUT_MS = 10_000;
const MAX_USERS = 50;

/** Under which name `users/delete` takes each kind of identifier; one kind a request. */
const NAMES: Readonly<Record<string, string>> = {
  external_id: 'external_ids',
  user_alias: 'user_aliases',
  email: 'email_addresses',
  phone: 'phone_numbers',
};

const answerBody = z.looseObject({ deleted: z.int().min(0) });

/** `POST /users/delete`: users with everything that Braze has of them. Who is not there is not counted, and is no error. */
export const brazeDeletion: VendorDeletionCall<BrazeDestination> = {
  limits: ({ requestsPerSecond }) => ({ rows: MAX_USERS, perSecond: requestsPerSecond }),
  rows: ({ identities }, { identities: { alias } }) =>
    identities.map(({ namespace: form, value }) => ({
      call: NAMES[form],
      row: form === 'user_alias' ? { alias_name: value, alias_label: alias!.label } : value,
    })),
  request: (call, rows, { url }) => ({
    method: 'POST',
    url: `${url}/users/delete`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [String(call)]: rows }),
    timeoutMs: TIMEOUT_MS,
  }),
  answer: (outcome) => {
    const failure = failureByLimit(outcome, LIMIT);
    if (failure) return { kind: 'all', result: failure };
    return answerBody.safeParse(bodyOf(outcome)).success ? { kind: 'all', result: DELIVERED } : unreadable();
  },
};
