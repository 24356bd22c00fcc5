import type { VendorDeletionCall } from '#core/activation/destination-type.ts';
import { DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { post } from './requests.ts';
import { type KlaviyoDestination, keyOf } from './settings.ts';

/** Three a second at most, sixty a minute in the long run. */
const PER_SECOND = 1;

/**
 * `POST /api/data-privacy-deletion-jobs`: all profiles with an address or number, one a request. Klaviyo takes the order and
 * carries it out later; it says nothing about who is not there.
 */
export const klaviyoDeletion: VendorDeletionCall<KlaviyoDestination> = {
  limits: () => ({ rows: 1, perSecond: PER_SECOND }),
  rows: ({ identities }, destination) =>
    // By its own id, an address or a number: not by an id of ours.
    keyOf(destination) === 'external_id'
      ? failed('drop', 'not-by-external-id')
      : identities.map(({ value }) => ({ call: null, row: value })),
  request: (_call, [value], destination) =>
    post(
      '/api/data-privacy-deletion-jobs',
      {
        data: {
          type: 'data-privacy-deletion-job',
          attributes: { profile: { data: { type: 'profile', attributes: { [keyOf(destination)]: value } } } },
        },
      },
      destination,
    ),
  answer: (outcome) => {
    const failure = failureOf(outcome);
    if (failure) return { kind: 'all', result: failure };
    const isTaken = outcome.kind === 'response' && outcome.status === 202;
    return isTaken ? { kind: 'all', result: DELIVERED } : unreadable();
  },
};
