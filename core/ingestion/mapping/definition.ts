import { z } from 'zod';
import { phoneCountry } from '#core/identity/phone.ts';
import { compileDatePattern, isTimeZone, PATTERN_LETTERS } from './date-pattern.ts';
import { MAX_EXPRESSION_LENGTH } from './expression/parse.ts';
import { numberReader } from './number-text.ts';

const datePattern = z.string().superRefine((pattern, context) => {
  try {
    compileDatePattern(pattern);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${(error as Error).message}; expected ${PATTERN_LETTERS}` });
  }
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Options of a mapping rule that mean something only to some types. */
const OPTIONS_OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  format: ['date', 'date-time'],
  country: ['phone'],
  countrySource: ['phone'],
  decimal: ['number', 'integer'],
  thousands: ['number', 'integer'],
};

/** Where the value of a rule comes from. */
const ORIGINS = ['source', 'constant', 'expression'] as const;

/**
 * One rule of a mapping: a column of a file, a value of an object (`person.name`, `items[0].price`, `items[*].sku`), a
 * constant, or what an expression makes of several, becomes a field of the schema (`person.name`, `phones[0].number`,
 * `items[*].sku`).
 */
export const mappingRule = z
  .strictObject({
    source: z.string().min(1).optional(),
    constant: scalar.optional(),
    /** In the syntax of Adobe's data prep functions (aep.md §2.2), see docs/ingestion/mapping.md. */
    expression: z.string().min(1).max(MAX_EXPRESSION_LENGTH).optional(),
    destination: z.string().min(1),
    /** Omitted, the value stays what it is: text of a cell, whatever it is of an object. */
    type: z.enum(['string', 'number', 'integer', 'boolean', 'date-time', 'date', 'phone']).optional(),
    transform: z.array(z.enum(['trim', 'lower', 'upper'])).default([]),
    /** What texts become: `{ m: male, f: female }`. One that is not listed is rejected, or the default. */
    values: z.record(z.string(), scalar).optional(),
    /** What the field gets where there is no value. */
    default: scalar.optional(),
    /** Dates: how they are written, the first pattern that fits; ISO 8601 when left out. */
    format: z.union([datePattern, z.array(datePattern).min(1)]).optional(),
    /** Instants without a zone of their own are in this one. */
    timeZone: z.string().refine(isTimeZone, 'a time zone such as Europe/Berlin or UTC').optional(),
    /** Numbers: the mark before the fraction, and what may stand between groups of three digits. */
    decimal: z.string().optional(),
    thousands: z.string().optional(),
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
    const report = (message: string, ...path: string[]): void => context.addIssue({ code: 'custom', path, message });
    const given = ORIGINS.filter((key) => rule[key] !== undefined);
    if (given.length !== 1) {
      report('give either "source" (a column or path), "expression" or "constant"', ...given.slice(1, 2));
    }
    for (const [key, types] of Object.entries(OPTIONS_OF_TYPES)) {
      const isMisplaced = rule[key as keyof typeof rule] !== undefined && !types.includes(rule.type ?? 'string');
      if (isMisplaced) report(`only with type ${types.join(' or ')}`, key);
    }
    const isZoneOfNothing = rule.type !== 'date-time' && rule.expression === undefined;
    if (rule.timeZone !== undefined && isZoneOfNothing) {
      report('only with type date-time, or with an expression', 'timeZone');
    }
    reportContradictions(rule, report);
  });
export type MappingRule = z.output<typeof mappingRule>;

/** Keys that say what another one says, or the opposite. */
function reportContradictions(
  rule: Pick<MappingRule, 'values' | 'type' | 'default' | 'empty' | 'constant' | 'decimal' | 'thousands'>,
  report: (message: string, key: string) => void,
): void {
  if (rule.values && rule.type !== undefined)
    report('not together with "type": its values are taken as they are', 'values');
  if (rule.default !== undefined && (rule.empty === 'clear' || rule.constant !== undefined)) {
    report('not together with "constant" or with "empty: clear"', 'default');
  }
  const marks = marksProblem(rule);
  if (marks !== undefined) report(marks, rule.decimal === undefined ? 'thousands' : 'decimal');
}

function marksProblem({
  decimal = '.',
  thousands,
}: {
  decimal?: string | undefined;
  thousands?: string | undefined;
}): string | undefined {
  try {
    numberReader({ decimal, ...(thousands !== undefined && { thousands }) });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
