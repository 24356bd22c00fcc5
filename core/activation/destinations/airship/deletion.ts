import { z } from 'zod';
import type { CallRow, Failure, VendorDeletionCall } from '#core/activation/destination-type.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import type { Identity } from '#core/record/identity.ts';
import { post } from './requests.ts';
import type { AirshipDestination } from './settings.ts';

/** Named users that one request may name; of channels it may be a thousand. */
const MAX_USERS = 100;

/** What `channels/uninstall` calls the kinds of channels; of a channel of no kind it has to be known which it is. */
const DEVICE_TYPES: Readonly<Record<string, string>> = {
  ios_channel: 'ios',
  android_channel: 'android',
  amazon_channel: 'amazon',
};

const answerBody = z.looseObject({ ok: z.literal(true) });

/** `POST /api/named_users/uninstall`: named users with all their channels; or `/api/channels/uninstall`, channels alone. */
export const airshipDeletion: VendorDeletionCall<AirshipDestination> = {
  limits: ({ requestsPerSecond }) => ({ rows: MAX_USERS, perSecond: requestsPerSecond }),
  rows: ({ identities }, { identities: { channels } }) =>
    channels ? channelRows(identities) : identities.map(({ value }) => ({ call: 'named_users', row: value })),
  request: (call, rows, destination) =>
    post(`/api/${call}/uninstall`, call === 'channels' ? rows : { named_user_id: rows }, destination),
  answer: (outcome) => {
    const failure = failureOf(outcome);
    // Nobody of them is there.
    const isUnknown = outcome.kind === 'response' && outcome.status === 404;
    if (failure && !isUnknown) return { kind: 'all', result: failure };
    const isTaken = isUnknown || answerBody.safeParse(bodyOf(outcome)).success;
    return isTaken ? { kind: 'all', result: DELIVERED } : unreadable();
  },
};

function channelRows(identities: readonly Identity[]): CallRow<unknown, unknown>[] | Failure {
  if (identities.some(({ namespace }) => DEVICE_TYPES[namespace] === undefined))
    return failed('drop', 'unknown-device-type');
  return identities.map(({ namespace, value }) => ({
    call: 'channels',
    row: { channel_id: value, device_type: DEVICE_TYPES[namespace] },
  }));
}
