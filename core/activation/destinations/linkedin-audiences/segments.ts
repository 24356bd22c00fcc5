import { z } from 'zod';
import { audienceName, forEverybody } from '#core/activation/audience-settings.ts';
import type { AudienceCreation, AudienceKey } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { linkedInFailure } from './answers.ts';
import { base, remembered } from './requests.ts';
import type { LinkedInDestination } from './settings.ts';

const ID_HEADER = 'x-linkedin-id';
const id = z.union([z.string().regex(/^\d+$/), z.int().transform(String)]);
const listed = z.looseObject({
  elements: z.array(z.looseObject({ id, sourceSegmentId: z.string().optional() })),
});

const addressOf = ({ url }: LinkedInDestination): string => `${url}/rest/dmpSegments`;
const accountOf = ({ adAccount }: LinkedInDestination): string => `urn:li:sponsoredAccount:${adAccount}`;
/** Tells segments that were made for a destination. */
const sourceOf = ({ segmentId }: AudienceKey, destination: LinkedInDestination): string =>
  `${destination.id}.${segmentId}`;

const dateOf = (outcome: HttpOutcome): number =>
  Date.parse(outcome.kind === 'response' ? (outcome.headers?.date ?? '') : '');

/** DMP segments of an ad account, found by the id of the segment here. */
export const dmpSegments: AudienceCreation<LinkedInDestination> = {
  given: ({ segmentId }, { audiences }) => audiences[segmentId],
  find: (key, destination) => {
    const query = new URLSearchParams({
      q: 'account',
      account: accountOf(destination),
      sourceSegmentId: sourceOf(key, destination),
      sourcePlatform: destination.sourcePlatform,
    });
    return { ...base(destination), method: 'GET', url: `${addressOf(destination)}?${query}`, body: '' };
  },
  found: (outcome, key, destination) => {
    const failure = linkedInFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = listed.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const found = read.data.elements.find(({ sourceSegmentId }) => sourceSegmentId === sourceOf(key, destination));
    return found ? { id: remembered(found.id, dateOf(outcome)) } : {};
  },
  create: (key, destination, context) => ({
    ...base(destination),
    method: 'POST',
    url: addressOf(destination),
    body: JSON.stringify({
      name: audienceName(key.segmentId, destination, context),
      sourcePlatform: destination.sourcePlatform,
      sourceSegmentId: sourceOf(key, destination),
      account: accountOf(destination),
      accessPolicy: 'PRIVATE',
      type: destination.segmentType,
      destinations: [{ destination: 'LINKEDIN' }],
    }),
  }),
  created: (outcome) => {
    const failure = linkedInFailure(outcome);
    if (failure) return forEverybody(failure);
    const made = id.safeParse(outcome.kind === 'response' ? outcome.headers?.[ID_HEADER] : undefined);
    return made.success ? { id: remembered(made.data, dateOf(outcome)) } : failed('retry', 'malformed-answer');
  },
};
