import { z } from 'zod';
import type { AudienceCreation, AudienceKey } from '#core/activation/destination-type.ts';
import { bodyOf, failureOf, unreadable } from '#core/activation/item-results.ts';
import { get, post } from './requests.ts';
import type { KlaviyoDestination } from './settings.ts';

const listBody = z.looseObject({ data: z.looseObject({ id: z.string().min(1) }) });
const listsBody = z.looseObject({
  data: z.array(z.looseObject({ id: z.string().min(1), attributes: z.looseObject({ name: z.string().nullish() }) })),
});

/** The id of the segment, not its name, so that the list is found again after the segment was renamed. */
const nameOf = ({ segmentId }: AudienceKey, { listPrefix }: KlaviyoDestination): string => `${listPrefix}${segmentId}`;

/** Lists of segments: named in the catalog, found by name, or created. */
export const lists: AudienceCreation<KlaviyoDestination> = {
  given: ({ segmentId }, destination) => destination.lists[segmentId],
  find: (key, destination) => {
    const filter = `equals(name,${JSON.stringify(nameOf(key, destination))})`;
    return get('/api/lists', { filter, 'fields[list]': 'name' }, destination);
  },
  found: (outcome, key, destination) => {
    const failure = failureOf(outcome);
    if (failure) return failure;
    const read = listsBody.safeParse(bodyOf(outcome));
    if (!read.success) return UNREADABLE;
    const list = read.data.data.find(({ attributes }) => attributes.name === nameOf(key, destination));
    return list ? { id: list.id } : {};
  },
  create: (key, destination) =>
    post('/api/lists', { data: { type: 'list', attributes: { name: nameOf(key, destination) } } }, destination),
  created: (outcome) => {
    const failure = failureOf(outcome);
    if (failure) return failure.errorClass === 'drop' ? { ...failure, errorClass: 'stop' } : failure;
    const read = listBody.safeParse(bodyOf(outcome));
    return read.success ? { id: read.data.data.id } : UNREADABLE;
  },
};

const UNREADABLE = unreadable().result as Extract<ReturnType<typeof unreadable>['result'], { delivered: false }>;
