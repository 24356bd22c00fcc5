import type { Ajv, Format } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';

/** No text of a format is longer; some of the formats' patterns take very long for very long texts. */
const LONGEST = 8_192;

/** The formats of JSON Schema, for texts of a bounded length; a `date-time` is one that can be told as an instant. */
export function addFormats(ajv: Ajv): void {
  for (const [name, format] of Object.entries(fullFormats)) {
    if (isForOther(format)) {
      ajv.addFormat(name, format);
      continue;
    }
    const matches = matcherOf(format as TextFormat);
    const fits = name === 'date-time' ? (text: string) => matches(text) && !Number.isNaN(Date.parse(text)) : matches;
    ajv.addFormat(name, (text: string) => text.length <= LONGEST && fits(text));
  }
}

/** Formats of numbers, and those that check nothing. */
const isForOther = (format: Format): boolean =>
  typeof format === 'boolean' || (typeof format === 'object' && 'type' in format && format.type === 'number');

type Matches = (text: string) => boolean;
type TextFormat = RegExp | Matches | { readonly validate: RegExp | Matches };

function matcherOf(format: TextFormat): Matches {
  if (format instanceof RegExp) return (text) => format.test(text);
  return typeof format === 'function' ? format : matcherOf(format.validate);
}
