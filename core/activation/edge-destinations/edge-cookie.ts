import * as z from 'zod';
import { definitionId } from '#core/util/definition-id.ts';
import type { EdgeDestination } from '../destination-type.ts';
import { edgeDestinationBase } from './base.ts';

const DEFAULT_DAYS = 10;
/** A browser keeps 4 KB of a cookie. */
const MAX_VALUE_LENGTH = 3_500;

const definition = z.strictObject({
  ...edgeDestinationBase,
  type: z.literal('edge-cookie'),
  cookie: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/, 'the name of a cookie: letters, digits, "_" and "-"'),
    /** The domain that it is set for; that of the page, when omitted. */
    domain: z
      .string()
      .regex(/^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain such as shop.example')
      .optional(),
    ttlDays: z.int().min(1).max(400).default(DEFAULT_DAYS),
    separator: z.enum(['|', ':', '.']).default('|'),
  }),
  /** Segment → what stands for it in the cookie; its id, when omitted. */
  values: z
    .record(definitionId, z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, "_" and "-", at most 64'))
    .default({}),
});
export type EdgeCookieDestination = z.output<typeof definition>;

/** A cookie of the page's domain with what stands for the audiences that somebody is in. */
export const edgeCookie = {
  name: 'edge-cookie',
  title: 'Cookie',
  summary: 'A first-party cookie with the audiences of the browser, for ad servers and scripts of the page.',
  definition,
  delivery: 'edge',
  handle: 'push',
  attributes: () => [],
  check: ({ values, segments }) =>
    Object.keys(values).flatMap((id) =>
      segments.includes(id) ? [] : [{ path: ['values', id], message: notItsSegment(id) }],
    ),
  entries: ({ cookie, values }, { segments }) => {
    const { name, domain, ttlDays, separator } = cookie;
    // Empty where somebody is in none: what was there before no longer holds.
    const value = joined(
      segments.map((id) => (Object.hasOwn(values, id) ? values[id]! : id)),
      separator,
    );
    const spec = { name, value, ...(domain !== undefined && { domain }), ttlDays };
    return [{ type: 'cookie', spec }];
  },
} as const satisfies EdgeDestination<EdgeCookieDestination>;

const notItsSegment = (id: string): string => `"${id}" is not among its segments`;

/** As many as fit, whole. */
function joined(values: readonly string[], separator: string): string {
  let text = '';
  for (const value of values) {
    const longer = text === '' ? value : `${text}${separator}${value}`;
    if (longer.length > MAX_VALUE_LENGTH) return text;
    text = longer;
  }
  return text;
}
