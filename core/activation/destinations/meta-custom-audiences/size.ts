import { z } from 'zod';
import type { AudienceSize } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { graphFailure } from './answers.ts';
import { graphUrl } from './requests.ts';
import type { MetaDestination } from './settings.ts';

const TIMEOUT_MS = 20_000;
const LOWER = 'approximate_count_lower_bound';
const UPPER = 'approximate_count_upper_bound';
const counted = z.looseObject({ [LOWER]: z.int().optional(), [UPPER]: z.int().optional() });

/** A range in which the number of people lies; below nought where there is none. */
export const customAudienceSize: AudienceSize<MetaDestination> = {
  request: (audience, destination, { credentials }) => ({
    method: 'GET',
    url: graphUrl(encodeURIComponent(audience), destination, credentials, { fields: `${LOWER},${UPPER}` }),
    headers: { 'content-type': 'application/json' },
    body: '',
    timeoutMs: TIMEOUT_MS,
  }),
  answer: (outcome) => {
    const failure = graphFailure(outcome);
    if (failure) return failure;
    const read = counted.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const { [LOWER]: atLeast = -1, [UPPER]: atMost = -1 } = read.data;
    return { ...(atLeast >= 0 && { atLeast }), ...(atMost >= 0 && { atMost }) };
  },
};
