import { z } from 'zod';
import { phoneCountry } from '#core/identity/phone.ts';
import { compileDatePattern, isTimeZone, PATTERN_LETTERS } from './date-pattern.ts';

const datePattern = z.string().superRefine((pattern, context) => {
  try {
    compileDatePattern(pattern);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${(error as Error).message}; expected ${PATTERN_LETTERS}` });
  }
});

/** Options of a mapping rule that mean something only to some types. */
const OPTIONS_OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  format: ['date', 'date-time'],
  timeZone: ['date-time'],
  country: ['phone'],
  countrySource: ['phone'],
};

/**
 * One rule of a mapping: a column of a file, a value of an object (`person.name`, `items[0].price`, `items[*].sku`), or a
 * constant, becomes a field (dotted path) of the schema.
 */
export const mappingRule = z
  .strictObject({
    source: z.string().optional(),
    constant: z.union([z.string(), z.number(), z.boolean()]).optional(),
    destination: z.string().min(1),
    /** Omitted, the value stays what it is: text of a cell, whatever it is of an object. */
    type: z.enum(['string', 'number', 'integer', 'boolean', 'date-time', 'date', 'phone']).optional(),
    transform: z.array(z.enum(['trim', 'lower', 'upper'])).default([]),
    /** Dates: how they are written, the first pattern that fits; ISO 8601 when left out. */
    format: z.union([datePattern, z.array(datePattern).min(1)]).optional(),
    /** Instants without a zone of their own are in this one. */
    timeZone: z.string().refine(isTimeZone, 'a time zone such as Europe/Berlin or UTC').optional(),
    /** Telephone numbers without a country code are of this country, or of the one that the row's column names. */
    country: z
      .string()
      .refine((code) => phoneCountry(code) !== undefined, 'a country code such as DE')
      .optional(),
    countrySource: z.string().min(1).optional(),
    /** A file without the column is a file all the same; otherwise it is rejected as a whole. */
    optional: z.boolean().default(false),
    /**
     * What an empty cell or text means: that nothing is said, or, in an update, that the field has no value any more. As
     * the dataset says (`emptyCells`) when left out.
     */
    empty: z.enum(['absent', 'clear']).optional(),
    /** The cell holds several values with this between them, and the field is a list. */
    split: z.string().min(1).optional(),
  })
  .superRefine((rule, context) => {
    if ((rule.source === undefined) === (rule.constant === undefined)) {
      context.addIssue({ code: 'custom', message: 'give either "source" (a column or path) or "constant"' });
    }
    for (const [key, types] of Object.entries(OPTIONS_OF_TYPES)) {
      const isMisplaced = rule[key as keyof typeof rule] !== undefined && !types.includes(rule.type ?? 'string');
      if (isMisplaced)
        context.addIssue({ code: 'custom', path: [key], message: `only with type ${types.join(' or ')}` });
    }
  });
export type MappingRule = z.output<typeof mappingRule>;
