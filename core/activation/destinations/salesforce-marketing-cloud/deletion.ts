import { z } from 'zod';
import type { VendorDeletionCall } from '#core/activation/destination-type.ts';
import { bodyOf, DELIVERED, failureOf, unreadable } from '#core/activation/item-results.ts';
import { CONTACT_KEY } from './requests.ts';
import { type MarketingCloudDestination, restUrl } from './settings.ts';

const TIMEOUT_MS = 10_000;
/** Each order is worked off by itself, and takes hours: many contacts are better in one. */
const MAX_CONTACTS = 1_000;

const answerBody = z.looseObject({ operationInitiated: z.literal(true) });

/**
 * `POST /contacts/v1/contacts/actions/delete?type=keys`: contacts with all that Marketing Cloud has of them, in the whole
 * enterprise. It takes the order, suppresses them at once, and deletes them after the days that are set there.
 */
export const contactDeletion: VendorDeletionCall<MarketingCloudDestination> = {
  limits: ({ requestsPerSecond }) => ({ rows: MAX_CONTACTS, perSecond: requestsPerSecond }),
  rows: ({ identities }) =>
    identities.flatMap(({ namespace, value }) => (namespace === CONTACT_KEY ? [{ call: null, row: value }] : [])),
  request: (_call, rows, destination) => ({
    method: 'POST',
    url: `${restUrl(destination)}/contacts/v1/contacts/actions/delete?type=keys`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ values: rows, DeleteOperationType: 'ContactAndAttributes' }),
    timeoutMs: TIMEOUT_MS,
  }),
  answer: (outcome) => {
    const failure = failureOf(outcome);
    if (failure) return { kind: 'all', result: failure };
    return answerBody.safeParse(bodyOf(outcome)).success ? { kind: 'all', result: DELIVERED } : unreadable();
  },
};
