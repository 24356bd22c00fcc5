import { z } from 'zod';
import { audienceName } from '#core/activation/audience-settings.ts';
import type { AudienceCreation } from '#core/activation/destination-type.ts';
import { bodyOf, failureOf, unreadable } from '#core/activation/item-results.ts';
import { get, post } from './requests.ts';
import type { KlaviyoDestination } from './settings.ts';

const listBody = z.looseObject({ data: z.looseObject({ id: z.string().min(1) }) });
const listsBody = z.looseObject({
  data: z.array(z.looseObject({ id: z.string().min(1) })),
});

/** Lists of segments: named in the catalog, found by name, or created. */
export const lists: AudienceCreation<KlaviyoDestination> = {
  given: ({ segmentId }, destination) => destination.audiences[segmentId],
  find: ({ segmentId }, destination, context) => {
    const filter = `equals(name,${JSON.stringify(audienceName(segmentId, destination, context))})`;
    return get('/api/lists', { filter, 'fields[list]': 'name' }, destination);
  },
  found: (outcome) => {
    const failure = failureOf(outcome);
    if (failure) return failure;
    const read = listsBody.safeParse(bodyOf(outcome));
    if (!read.success) return UNREADABLE;
    const [list] = read.data.data;
    return list ? { id: list.id } : {};
  },
  create: ({ segmentId }, destination, context) => {
    const attributes = { name: audienceName(segmentId, destination, context) };
    return post('/api/lists', { data: { type: 'list', attributes } }, destination);
  },
  created: (outcome) => {
    const failure = failureOf(outcome);
    if (failure) return failure.errorClass === 'drop' ? { ...failure, errorClass: 'stop' } : failure;
    const read = listBody.safeParse(bodyOf(outcome));
    return read.success ? { id: read.data.data.id } : UNREADABLE;
  },
};

const UNREADABLE = unreadable().result as Extract<ReturnType<typeof unreadable>['result'], { delivered: false }>;
