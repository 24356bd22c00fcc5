import { isUtf8 } from 'node:buffer';
import { type FileMetaData, type ParquetParsers, parquetSchema, type SchemaTree } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { INVALID_ENCODING, textOf } from './decode-json.ts';
import { MAX_DEPTH, type Refusal } from './record.ts';

/**
 * The decoder asks for one value at a time and knows no rows; these texts stand for what can't be accepted, as a value
 * or as a key, until the row they are in is known.
 */
const MARK = '\u0000tributary:';
const BAD_TEXT = `${MARK}text`;
const BAD_TIME = `${MARK}time`;
const BAD_JSON = `${MARK}json`;
const RESERVED = `${MARK}reserved`;

const DAY = 86_400_000;

/** Values of Parquet's own types as JSON has them, where the decoder would give something else. */
export const PARSERS: Partial<ParquetParsers> = {
  stringFromBytes: textFrom,
  jsonFromBytes(bytes: Uint8Array | undefined): unknown {
    if (!bytes) return undefined;
    try {
      return JSON.parse(textFrom(bytes) as string);
    } catch {
      return BAD_JSON;
    }
  },
  dateFromDays: (days: number) => isoDate(new Date(days * DAY)),
  geometryFromBytes: (bytes) => bytes,
  geographyFromBytes: (bytes) => bytes,
};

function textFrom(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return undefined;
  if (!isUtf8(bytes)) return BAD_TEXT;
  const text = textOf(bytes);
  return text === '__proto__' ? RESERVED : text;
}

const isoDate = (date: Date): string => (Number.isNaN(date.getTime()) ? BAD_TIME : date.toISOString().slice(0, 10));

const REFUSALS: Readonly<Record<string, Refusal>> = {
  [BAD_TEXT]: INVALID_ENCODING,
  [BAD_TIME]: {
    code: 'malformed',
    message: 'A date or time is outside of the calendar',
    expected: 'years up to 275760',
  },
  [BAD_JSON]: { code: 'malformed', message: 'A column of JSON holds something else', expected: 'JSON' },
  [RESERVED]: { code: 'malformed', message: 'The row has "__proto__" as a value or a key, which is never accepted' },
};

const DEEP: Refusal = {
  code: 'too-deep',
  message: 'The record is nested too deeply',
  expected: `at most ${MAX_DEPTH} levels`,
};
const INFINITE: Refusal = { code: 'malformed', message: 'A number is infinite', expected: 'a finite number' };

/**
 * Rows as the decoder gives them → JSON: integers that are too large to be exact become text, times ISO 8601, bytes
 * text (base64 where they are none); what is null, or not a number, is left out.
 */
export function valuesOf(
  metadata: FileMetaData,
): (row: Record<string, unknown>) => { readonly value: Record<string, unknown>; readonly refusal?: Refusal } {
  const decimals = decimalsOf(parquetSchema(metadata));
  return (row) => {
    let refusal: Refusal | undefined;
    const convert = (value: unknown, path: string, depth: number): unknown => {
      switch (typeof value) {
        case 'string':
          if (!value.startsWith(MARK)) return value;
          refusal ??= REFUSALS[value];
          return undefined;
        case 'bigint':
          return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
        case 'number':
          return number(value, path);
        case 'object':
          return value === null ? undefined : object(value, path, depth);
        default:
          return value;
      }
    };
    const number = (value: number, path: string): number | undefined => {
      if (Number.isNaN(value)) return undefined;
      if (!Number.isFinite(value)) refusal ??= INFINITE;
      const digits = decimals.digits.get(path);
      return digits === undefined ? value : Number(value.toFixed(digits));
    };
    const object = (value: object, path: string, depth: number): unknown => {
      if (value instanceof Date) {
        if (!Number.isNaN(value.getTime())) return value.toISOString();
        refusal ??= REFUSALS[BAD_TIME];
        return undefined;
      }
      if (value instanceof Uint8Array) return isUtf8(value) ? textOf(value) : Buffer.from(value).toString('base64');
      if (depth > MAX_DEPTH) {
        refusal ??= DEEP;
        return undefined;
      }
      if (Array.isArray(value)) {
        return value.map((item) => convert(item, path, depth + 1)).filter((item) => item !== undefined);
      }
      return fields(value, path, depth);
    };
    const fields = (value: object, path: string, depth: number): Record<string, unknown> => {
      const result: Record<string, unknown> = {};
      const isMap = decimals.maps.has(path);
      for (const [key, inside] of Object.entries(value)) {
        if (key.startsWith(MARK)) refusal ??= REFUSALS[key];
        const converted = convert(inside, `${path}.${isMap ? '*' : key}`, depth + 1);
        // Not by assignment: a key "__proto__" of a column of JSON must stay a key, to be found and refused.
        if (converted !== undefined) {
          Object.defineProperty(result, key, {
            value: converted,
            enumerable: true,
            writable: true,
            configurable: true,
          });
        }
      }
      return result;
    };
    const value = fields(row, '', 0);
    return refusal ? { value, refusal } : { value };
  };
}

/** The decoder multiplies decimals by a power of ten, which leaves 0.5700000000000001: how many digits they have. */
function decimalsOf(schema: SchemaTree): { digits: ReadonlyMap<string, number>; maps: ReadonlySet<string> } {
  const digits = new Map<string, number>();
  const maps = new Set<string>();
  const visit = (node: SchemaTree, path: string): void => {
    const { converted_type: type, scale = 0 } = node.element;
    if (type === 'DECIMAL' && scale >= 0 && scale <= 100) digits.set(path, scale);
    else if (isListLike(node)) visit(node.children[0]!.children[0] ?? node.children[0]!, path);
    else if (isMapLike(node)) {
      maps.add(path);
      visit(node.children[0]!.children[1]!, `${path}.*`);
    } else for (const child of node.children) visit(child, `${path}.${child.element.name}`);
  };
  visit(schema, '');
  return { digits, maps };
}
