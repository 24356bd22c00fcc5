import type { Ajv } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { readPlainInstant } from '#core/util/instant.ts';
import { type Steps, stepsOfText } from './steps.ts';

/** No text of a format is longer. */
const MAX_LENGTH = 8_192;

/** Formats of other standards than JSON Schema, which has no say about them. */
const OTHERS = new Set([
  'int32',
  'int64',
  'float',
  'double',
  'password',
  'binary',
  'byte',
  'iso-time',
  'iso-date-time',
]);

/** The formats of JSON Schema, for texts of a bounded length; a `date-time` is one that can be told as an instant. */
export function addFormats(ajv: Ajv, steps: Steps): void {
  const add = (name: string, fits: Matches): void => {
    ajv.addFormat(name, (text: string) => {
      steps.take(stepsOfText(text.length));
      return text.length <= MAX_LENGTH && fits(text);
    });
  };
  for (const [name, format] of Object.entries(fullFormats)) {
    if (OTHERS.has(name)) continue;
    const strict = matcherOf((REPAIRED[name] ?? format) as TextFormat);
    const loose = LOOSE[name];
    const matches = loose ? (text: string) => loose.test(text) || strict(text) : strict;
    add(name, name === 'date-time' ? matchesDateTime : matches);
  }
  for (const [name, pattern] of Object.entries(INTERNATIONAL)) add(name, (text) => pattern.test(text));
}

/**
 * What is in front of an `@` may be any text, with a colon in it or without: to say so in two ways made the expression try
 * each colon with each that follows.
 */
const REPAIRED: Readonly<Record<string, RegExp>> = {
  url: new RegExp((fullFormats.url as RegExp).source.replace('(?::\\S*)?@', '@'), 'iu'),
};

/** The expressions of formats as they are used, for those who check that none takes more than linear time. */
export const formatPatterns = (): ReadonlyMap<string, RegExp> =>
  new Map(
    Object.entries({ ...fullFormats, ...REPAIRED }).flatMap(([name, format]) =>
      format instanceof RegExp && !OTHERS.has(name) ? [[name, format] as const] : [],
    ),
  );

/**
 * What the authors of XDM take for addresses is wider than the standards: host names without a scheme, letters that
 * should be escaped. Their examples have such ones.
 */
const LOOSE: Readonly<Record<string, RegExp>> = {
  uri: /^[a-z][a-z0-9+,.-]*[:/][^\s\\]*$/i,
  'uri-reference': /^[^\s\\]*$/,
  email:
    /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i,
};

/** The same with letters of any script. */
const INTERNATIONAL: Readonly<Record<string, RegExp>> = {
  iri: /^[a-z][a-z0-9+.-]*:[^\s\\]*$/i,
  'iri-reference': /^[^\s\\]*$/,
  'idn-email': /^[^\s@]+@[^\s@]+$/,
};

/** Most instants are written plainly; only of the others are the standard's words and the calendar's asked. */
const instantOr =
  (matches: Matches): Matches =>
  (text) =>
    !Number.isNaN(readPlainInstant(text)) || (isInstant(text) && matches(text));

/** Whether a text is what `format: date-time` wants. */
export const isDateTime = (text: string): boolean => text.length <= MAX_LENGTH && matchesDateTime(text);

/** Whether a text is what `format: date` wants. */
export const isDate = (text: string): boolean => text.length <= MAX_LENGTH && matchesDate(text);

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt\s]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

const isInstant = (text: string): boolean => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text));

type Matches = (text: string) => boolean;
type TextFormat = RegExp | Matches | { readonly validate: RegExp | Matches };

function matcherOf(format: TextFormat): Matches {
  if (format instanceof RegExp) return (text) => format.test(text);
  return typeof format === 'function' ? format : matcherOf(format.validate);
}

const matchesDateTime = instantOr(matcherOf(fullFormats['date-time'] as TextFormat));
const matchesDate = matcherOf(fullFormats.date as TextFormat);
