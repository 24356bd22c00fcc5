import { z } from 'zod';
import type { AudienceSize } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { campaignFailure } from './answers.ts';
import { campaignRequest } from './requests.ts';
import type { MicrosoftDestination } from './settings.ts';

const id = z.union([z.string().regex(/^\d+$/), z.int().transform(String)]);
const size = z.int().min(0).nullish();
const sized = z.looseObject({
  Audiences: z.array(z.looseObject({ Id: id, AudienceNetworkSize: size, SearchSize: size }).nullable()),
});

/** A number for each network; the same people are in both, so the larger says most. */
export const customerListSize: AudienceSize<MicrosoftDestination> = {
  request: (audience, destination, context) =>
    campaignRequest('Audiences/QueryByIds', destination, context, { AudienceIds: [audience], Type: 'CustomerList' }),
  answer: (outcome, audience) => {
    const failure = campaignFailure(outcome);
    if (failure) return failure;
    const read = sized.safeParse(bodyOf(outcome));
    const list = read.data?.Audiences.find((each) => each?.Id === audience);
    if (!list) return failed('retry', 'malformed-answer');
    const known = [list.AudienceNetworkSize, list.SearchSize].filter((each) => each != null);
    if (known.length === 0) return {};
    const larger = Math.max(...known);
    return { atLeast: larger, atMost: larger };
  },
};
