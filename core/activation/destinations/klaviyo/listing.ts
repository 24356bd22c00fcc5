import { z } from 'zod';
import type { AudienceListing } from '#core/activation/destination-type.ts';
import { bodyOf, failed, failureOf } from '#core/activation/item-results.ts';
import { cursorIn } from './jobs.ts';
import { get } from './requests.ts';
import { type KlaviyoDestination, keyOf } from './settings.ts';

const text = z.string().nullish();
const profilesBody = z.looseObject({
  data: z.array(z.looseObject({ attributes: z.looseObject({ email: text, phone_number: text, external_id: text }) })),
  links: z.looseObject({ next: text }).nullish(),
});

/** `GET /api/lists/{id}/profiles`, a hundred a page. Who has no value of the key was put there by somebody else. */
export const listProfiles: AudienceListing<KlaviyoDestination> = {
  request: (list, cursor, destination) =>
    get(
      `/api/lists/${encodeURIComponent(list)}/profiles`,
      {
        'fields[profile]': keyOf(destination),
        'page[size]': '100',
        ...(cursor !== undefined && { 'page[cursor]': cursor }),
      },
      destination,
    ),
  answer: (outcome, destination) => {
    const failure = failureOf(outcome);
    if (failure) return failure;
    const read = profilesBody.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const { data, links } = read.data;
    const next = cursorIn(links?.next);
    const members = data.flatMap(({ attributes }) => attributes[keyOf(destination)] ?? []);
    return { members, ...(next !== undefined && { next }) };
  },
};
