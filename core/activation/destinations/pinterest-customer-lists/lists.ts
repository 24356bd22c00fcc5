import { z } from 'zod';
import { audienceName, forEverybody } from '#core/activation/audience-settings.ts';
import type { AudienceCreation, AudienceKey, RequestContext } from '#core/activation/destination-type.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { pinterestFailure } from './answers.ts';
import { base, listsOf } from './requests.ts';
import type { PinterestDestination } from './settings.ts';

/** As many as a page may have. */
const PAGE_SIZE = 250;

const id = z.string().regex(/^\d+$/);
const listed = z.looseObject({ items: z.array(z.looseObject({ id, name: z.string().nullish() })) });
const madeBody = z.looseObject({ id });

/** With what tells lists of two segments of one name apart, and finds them again: Pinterest keeps no id of ours. */
const nameOf = (key: AudienceKey, destination: PinterestDestination, context: RequestContext): string =>
  `${audienceName(key.segmentId, destination, context)} ${markOf(key, destination)}`;
const markOf = ({ segmentId }: AudienceKey, { id: destinationId }: PinterestDestination): string =>
  `[${destinationId}.${segmentId}]`;

/** A list is made with records, so it is made with an address that nobody has: of a domain that never will be (RFC 2606). */
const NOBODY = digest('nobody@tributary.invalid');

/** Customer lists of an ad account, found by the mark in their names. */
export const customerLists: AudienceCreation<PinterestDestination> = {
  given: ({ segmentId }, { audiences }) => audiences[segmentId],
  find: (_key, destination) => ({
    ...base(destination),
    method: 'GET',
    url: `${listsOf(destination)}?${new URLSearchParams({ page_size: String(PAGE_SIZE), order: 'DESCENDING' })}`,
    body: '',
  }),
  found: (outcome, key, destination) => {
    const failure = pinterestFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = listed.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const found = read.data.items.find(({ name }) => name?.endsWith(markOf(key, destination)));
    return found ? { id: found.id } : {};
  },
  create: (key, destination, context) => ({
    ...base(destination),
    method: 'POST',
    url: listsOf(destination),
    body: JSON.stringify({ name: nameOf(key, destination, context), list_type: 'EMAIL', records: NOBODY }),
  }),
  created: (outcome) => {
    const failure = pinterestFailure(outcome);
    if (failure) return forEverybody(failure);
    const made = madeBody.safeParse(bodyOf(outcome));
    return made.success ? { id: made.data.id } : failed('retry', 'malformed-answer');
  },
};
