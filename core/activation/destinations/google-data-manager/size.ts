import { z } from 'zod';
import type { AudienceSize } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { googleFailure } from './answers.ts';
import type { Kind } from './normalise.ts';
import type { GoogleDestination } from './settings.ts';
import { userListBase, userListsAddress } from './user-lists.ts';

const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .optional();
const sized = z.looseObject({
  sizeInfo: z
    .looseObject({
      displayNetworkMembersCount: count,
      searchNetworkMembersCount: count,
      youtubeMembersCount: count,
      gmailMembersCount: count,
    })
    .optional(),
});

/** An estimate for each network; the same people are in several, so the largest says most. */
export const userListSize: AudienceSize<GoogleDestination> = {
  kinds: ({ contacts, userIds, iosAppId, androidAppId }): readonly Kind[] => [
    ...(contacts ? (['contact'] as const) : []),
    ...(userIds.length > 0 ? (['userId'] as const) : []),
    ...(iosAppId === undefined ? [] : (['ios'] as const)),
    ...(androidAppId === undefined ? [] : (['android'] as const)),
  ],
  request: (audience, destination) => ({
    ...userListBase(destination),
    method: 'GET',
    url: `${userListsAddress(destination)}/${encodeURIComponent(audience)}`,
    body: '',
  }),
  answer: (outcome) => {
    const failure = googleFailure(outcome);
    if (failure) return failure;
    const read = sized.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const {
      displayNetworkMembersCount: display,
      searchNetworkMembersCount: search,
      youtubeMembersCount: youtube,
      gmailMembersCount: gmail,
    } = read.data.sizeInfo ?? {};
    const known = [display, search, youtube, gmail].filter((each) => each !== undefined);
    if (known.length === 0) return {};
    const largest = Math.max(...known);
    return { atLeast: largest, atMost: largest };
  },
};
