import * as z from 'zod';
import type { EdgeDestination } from '../destination-type.ts';
import { edgeDestinationBase } from './base.ts';

/** Hard limit of the platform that it is modelled on. */
const MAX_ATTRIBUTES = 30;

const definition = z.strictObject({
  ...edgeDestinationBase,
  type: z.literal('custom-personalization'),
  /** The name by which the page's code finds it; the id, when omitted. */
  alias: z.string().min(1).max(256).optional(),
  /** Name in the answer → path of a profile attribute. Only callers that have shown a key are given any. */
  attributes: z
    .record(
      z.string().regex(/^[A-Za-z_][\w.-]{0,127}$/, 'letters, digits, "_", "." and "-", first a letter'),
      z.string().min(1),
    )
    .refine((fields) => Object.keys(fields).length <= MAX_ATTRIBUTES, `at most ${MAX_ATTRIBUTES} attributes`)
    .default({}),
});
export type CustomPersonalizationDestination = z.output<typeof definition>;

/** Memberships, and attributes for those who may have them, in the answer: the page's own code does what it likes with them. */
export const customPersonalization = {
  name: 'custom-personalization',
  title: 'Custom personalisation',
  summary: 'Memberships in the answer to a page; attributes too, where a server asks with its key.',
  definition,
  delivery: 'edge',
  handle: 'pull',
  attributes: ({ attributes }) =>
    Object.entries(attributes).map(([name, path]) => ({ at: ['attributes', name], path })),
  entries: ({ id, alias, attributes }, { segments, isAuthenticated, attribute }) => {
    const known = Object.entries(attributes).flatMap(([name, path]) => {
      const value = isAuthenticated ? attribute(path) : undefined;
      return value === undefined || value === null ? [] : [[name, { value }] as const];
    });
    const entry = {
      type: 'profileLookup',
      destinationId: id,
      alias: alias ?? id,
      segments: segments.map((segment) => ({ id: segment, namespace: 'ups' })),
      ...(known.length > 0 && { attributes: Object.fromEntries(known) }),
    };
    return [entry];
  },
} as const satisfies EdgeDestination<CustomPersonalizationDestination>;
