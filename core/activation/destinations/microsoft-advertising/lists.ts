import { z } from 'zod';
import { audienceName, forEverybody } from '#core/activation/audience-settings.ts';
import type { AudienceCreation, AudienceKey } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { campaignFailure } from './answers.ts';
import { campaignRequest } from './requests.ts';
import type { MicrosoftDestination } from './settings.ts';

const id = z.union([z.string().regex(/^\d+$/), z.int().transform(String)]);
const listed = z.looseObject({
  Audiences: z.array(z.looseObject({ Id: id, Description: z.string().nullish() }).nullable()).nullish(),
});
const made = z.looseObject({
  AudienceIds: z.array(id.nullable()).nullish(),
  PartialErrors: z.array(z.unknown()).nullish(),
});

const TYPE = 'CustomerList';

/** Tells lists that were made for a destination from others with the same name. */
const descriptionOf = ({ segmentId }: AudienceKey, destination: MicrosoftDestination): string =>
  `Segment ${segmentId}, kept by Tributary for ${destination.id}`;

/** Customer lists, found by the description that they were made with. */
export const customerLists: AudienceCreation<MicrosoftDestination> = {
  given: ({ segmentId }, { audiences }) => audiences[segmentId],
  find: (_key, destination, context) =>
    campaignRequest('Audiences/QueryByIds', destination, context, { AudienceIds: null, Type: TYPE }),
  found: (outcome, key, destination) => {
    const failure = campaignFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = listed.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const found = read.data.Audiences?.find((each) => each?.Description === descriptionOf(key, destination));
    return found ? { id: found.Id } : {};
  },
  create: (key, destination, context) =>
    campaignRequest('Audiences', destination, context, {
      Audiences: [
        {
          Name: audienceName(key.segmentId, destination, context),
          Type: TYPE,
          Description: descriptionOf(key, destination),
          MembershipDuration: destination.membershipDays,
          Scope: destination.scope,
          ParentId: destination.scope === 'Account' ? destination.accountId : destination.customerId,
        },
      ],
    }),
  created: (outcome) => {
    const failure = campaignFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = made.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const [list] = read.data.AudienceIds ?? [];
    if (list) return { id: list };
    const isRejected = (read.data.PartialErrors ?? []).length > 0;
    return isRejected ? failed('stop', 'list-rejected') : failed('retry', 'malformed-answer');
  },
};
