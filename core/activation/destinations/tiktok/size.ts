import { z } from 'zod';
import type { AudienceSize } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { tiktokFailure } from './answers.ts';
import { endpoint } from './requests.ts';
import type { TikTokDestination } from './settings.ts';

const TIMEOUT_MS = 20_000;
const details = z.looseObject({
  data: z.looseObject({
    list: z.array(z.looseObject({ audience_details: z.looseObject({ cover_num: z.int().min(0).nullish() }) })).min(1),
  }),
});

/** How many people an audience covers. */
export const audienceSize: AudienceSize<TikTokDestination> = {
  request: (audience, destination) => {
    const query = new URLSearchParams({
      advertiser_id: destination.advertiserId,
      custom_audience_ids: JSON.stringify([audience]),
    });
    return {
      method: 'GET',
      url: `${endpoint(destination, 'dmp/custom_audience/get')}?${query}`,
      headers: { accept: 'application/json' },
      body: '',
      timeoutMs: TIMEOUT_MS,
    };
  },
  answer: (outcome) => {
    const failure = tiktokFailure(outcome);
    if (failure) return failure;
    const read = details.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const count = read.data.data.list[0]!.audience_details.cover_num;
    return count == null ? {} : { atLeast: count, atMost: count };
  },
};
