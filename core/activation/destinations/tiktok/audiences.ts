import { z } from 'zod';
import { audienceName, forEverybody } from '#core/activation/audience-settings.ts';
import type { AudienceCreation, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { tiktokFailure } from './answers.ts';
import { endpoint, post } from './requests.ts';
import type { TikTokDestination } from './settings.ts';

const TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 1_000_000;
/** As many as a page has. */
const PAGE_SIZE = '100';

const audienceId = z.union([z.string().regex(/^\d+$/), z.int().transform(String)]);
const made = z.looseObject({ data: z.looseObject({ audience_id: audienceId }) });
const listed = z.looseObject({
  data: z.looseObject({ list: z.array(z.looseObject({ audience_id: audienceId, name: z.string() })) }),
});

/** Audiences have nothing else to be told by: the segment's id stands behind its name. */
function nameOf(segmentId: string, destination: TikTokDestination, context: Pick<RequestContext, 'segmentName'>) {
  const name = audienceName(segmentId, destination, context);
  return context.segmentName(segmentId) === undefined ? name : `${name} [${segmentId}]`;
}

const idOf = (outcome: HttpOutcome) => {
  const failure = tiktokFailure(outcome);
  if (failure) return forEverybody(failure);
  const read = made.safeParse(bodyOf(outcome));
  return read.success ? { id: read.data.data.audience_id } : failed('retry', 'malformed-answer');
};

/** Audiences of an advertiser, found by their end among the first hundred. */
export const audiences: AudienceCreation<TikTokDestination> = {
  given: ({ segmentId }, destination) => destination.audiences[segmentId],
  find: (_key, destination) => {
    const query = new URLSearchParams({ advertiser_id: destination.advertiserId, page: '1', page_size: PAGE_SIZE });
    return {
      method: 'GET',
      url: `${endpoint(destination, 'dmp/custom_audience/list')}?${query}`,
      headers: { accept: 'application/json' },
      body: '',
      timeoutMs: TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    };
  },
  found: (outcome, { segmentId }, destination) => {
    const failure = tiktokFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = listed.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const { audiencePrefix } = destination;
    const isOf = (name: string): boolean =>
      name === `${audiencePrefix}${segmentId}` || (name.startsWith(audiencePrefix) && name.endsWith(` [${segmentId}]`));
    const found = read.data.data.list.find(({ name }) => isOf(name));
    return found ? { id: found.audience_id } : {};
  },
  create: ({ segmentId }, destination, context) =>
    post(destination, 'segment/audience', {
      custom_audience_name: nameOf(segmentId, destination, context),
      advertiser_id: destination.advertiserId,
      action: 'create',
    }),
  created: idOf,
};
