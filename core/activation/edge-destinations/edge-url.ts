import * as z from 'zod';
import { definitionId } from '#core/util/definition-id.ts';
import type { EdgeDestination } from '../destination-type.ts';
import { edgeDestinationBase } from './base.ts';

const definition = z.strictObject({
  ...edgeDestinationBase,
  type: z.literal('edge-url'),
  /** Segment → the address that the browser of a member loads. */
  urls: z.record(definitionId, z.url({ protocol: /^https$/, error: 'an address that begins with https://' })),
  /** Whether the address is loaded without saying which page did. */
  hideReferrer: z.boolean().default(true),
});
export type EdgeUrlDestination = z.output<typeof definition>;

/** An address for each audience that somebody is in, which the browser loads: the pixel of an ad server. */
export const edgeUrl = {
  name: 'edge-url',
  title: 'Address that the browser loads',
  summary: 'The browser of a member loads an address of the audience, such as the pixel of an ad server.',
  definition,
  delivery: 'edge',
  handle: 'push',
  attributes: () => [],
  check: ({ urls, segments }) => [
    ...segments.flatMap((id, i) =>
      Object.hasOwn(urls, id) ? [] : [{ path: ['segments', i], message: `"urls" has no address for "${id}"` }],
    ),
    ...Object.keys(urls).flatMap((id) =>
      segments.includes(id) ? [] : [{ path: ['urls', id], message: `"${id}" is not among its segments` }],
    ),
  ],
  entries: ({ id, urls, hideReferrer }, { segments }) =>
    segments.map((segment) => ({
      type: 'url',
      id: `${id}:${segment}`,
      spec: { url: urls[segment]!, hideReferrer },
    })),
} as const satisfies EdgeDestination<EdgeUrlDestination>;
