import { z } from 'zod';
import { audienceName, forEverybody } from '#core/activation/audience-settings.ts';
import type { AudienceCreation, AudienceKey } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { graphFailure } from './answers.ts';
import { graphUrl } from './requests.ts';
import type { MetaDestination } from './settings.ts';

const TIMEOUT_MS = 20_000;
/** An ad account has at most so many customer-file audiences. */
const MAX_AUDIENCES = '500';
const MAX_ANSWER_BYTES = 1_000_000;
const HEADERS = { 'content-type': 'application/json' };

const id = z.string().regex(/^\d+$/);
const listed = z.looseObject({ data: z.array(z.looseObject({ id, description: z.string().optional() })) });
const made = z.looseObject({ id });

const pathOf = ({ adAccount }: MetaDestination): string => `act_${adAccount}/customaudiences`;

/** Tells audiences that were made for a destination from others with the same name. */
const descriptionOf = ({ segmentId }: AudienceKey, destination: MetaDestination): string =>
  `Segment ${segmentId}, kept by Tributary for ${destination.id}`;

/** Custom audiences of an ad account, found by the description that they were made with. */
export const customAudiences: AudienceCreation<MetaDestination> = {
  given: ({ segmentId }, { audiences }) => audiences[segmentId],
  find: (_key, destination, { credentials }) => ({
    method: 'GET',
    url: graphUrl(pathOf(destination), destination, credentials, { fields: 'id,description', limit: MAX_AUDIENCES }),
    headers: HEADERS,
    body: '',
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  }),
  found: (outcome, key, destination) => {
    const failure = graphFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = listed.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const found = read.data.data.find(({ description }) => description === descriptionOf(key, destination));
    return found ? { id: found.id } : {};
  },
  create: (key, destination, context) => ({
    method: 'POST',
    url: graphUrl(pathOf(destination), destination, context.credentials),
    headers: HEADERS,
    body: JSON.stringify({
      name: audienceName(key.segmentId, destination, context),
      subtype: 'CUSTOM',
      description: descriptionOf(key, destination),
      customer_file_source: destination.customerFileSource,
    }),
    timeoutMs: TIMEOUT_MS,
  }),
  created: (outcome) => {
    const failure = graphFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = made.safeParse(bodyOf(outcome));
    return read.success ? { id: read.data.id } : failed('retry', 'malformed-answer');
  },
};
