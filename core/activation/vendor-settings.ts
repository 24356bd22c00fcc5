import { z } from 'zod';
import { consentPath } from './audience-settings.ts';
import type { Reference } from './destination-type.ts';
import { isPlainOrigin } from './http/origin.ts';

/** What several types let users set in the same way. */

const MAX_FIELDS = 50;

/** The vendor's fields, and the profile attribute that fills each (aep.md §6.5: at most 50). */
export const mappedFields = z
  .record(z.string().min(1), z.string().min(1))
  .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `expected at most ${MAX_FIELDS} fields`)
  .default({});
export type MappedFields = z.output<typeof mappedFields>;

/** The attributes that fields are filled from, to be checked in the catalog. @param at the name of the setting */
export const fieldReferences = (fields: MappedFields, at = 'fields'): Reference[] =>
  Object.entries(fields).map(([name, attribute]) => ({ path: [at, name], attribute }));

/** The fields that a person has a value for, in the order of the setting. */
export const fieldValues = (
  fields: MappedFields,
  attributes: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, path]) => {
      const value = attributes[path];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );

/** The fields whose value a person has lost since they were last sent, in the order of the setting. */
export const lostFields = (fields: MappedFields, attributes: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(fields).flatMap(([name, path]) => (attributes[path] === null ? [name] : []));

/** Where the vendor's API is: scheme, host and port, nothing behind it. */
export const apiOrigin = z
  .url({ protocol: /^https?$/ })
  .refine(isPlainOrigin, 'expected scheme and host only, such as https://api.example.com')
  .transform((url) => new URL(url).origin);

/** Consents without which nobody is sent. */
export const neededConsents = z.array(consentPath);

/** A number that may be written as a text, too: the value of a variable of the catalog is one. */
export const wholeNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,15}$/, 'a whole number')
    .transform(Number),
]);
