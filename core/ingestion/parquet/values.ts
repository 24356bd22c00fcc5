import { isUtf8 } from 'node:buffer';
import type { SchemaElement } from 'hyparquet';
import type { Rejection } from '#core/record/record.ts';
import { fromUnits } from '#core/util/decimal.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { decodeJson, INVALID_ENCODING, textOf, tooLarge } from '../text/decode-json.ts';
import { expectThat, ParquetParseError } from './parse-error.ts';

/** Stands for a value that can't be accepted, until the row it is in is known. */
export class BadValue {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    this.rejection = rejection;
  }
}

/**
 * Values as they lie in a column → JSON: integers that are too large to be exact become text, times ISO 8601, bytes text
 * (base64 where they are none); what is not a number is left out. Columns have one of these, called for every value.
 */
export interface Convert {
  /** INT32, INT64; the latter as bigint where a number would not be exact. */
  integer(value: number | bigint): unknown;
  /** FLOAT, DOUBLE. */
  real(value: number): unknown;
  /** BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY. */
  bytes(bytes: Buffer, start: number, end: number): unknown;
  /** Whether `bytes` gives the text the bytes are. */
  readonly isText: boolean;
}

/** The values of a page that are not null, as many at a time as they are asked for. */
export interface Values {
  /** Adds the next ones. @throws ParquetFlaw when there are not as many */
  read(into: unknown[], count: number): void;
  /** Bytes that the last of these took of the budget, for texts that it put together anew. */
  readonly made?: number;
}

const BAD_TEXT = new BadValue(INVALID_ENCODING);
const BAD_TIME = new BadValue({
  code: 'malformed',
  message: 'A date or time is outside of the calendar',
  expected: 'years up to 275760',
});
const INFINITE = new BadValue({ code: 'malformed', message: 'A number is infinite', expected: 'a finite number' });

/** @throws ParquetFlaw when values of this kind can't be read */
export function rejectKind({ converted_type: converted, logical_type: logical }: SchemaElement): void {
  const kind = converted ?? logical?.type;
  if (kind === 'BSON' || kind === 'INTERVAL' || kind === 'VARIANT') {
    throw new ParquetParseError(
      `it has a column of type ${kind}, which is not ingested; leave it out, or write it as JSON`,
    );
  }
}

/** How the values of a column become JSON, by its type. */
export function converterOf(element: SchemaElement): Convert {
  const { converted_type: converted, logical_type: logical } = element;
  const isText = converted === 'UTF8' || converted === 'ENUM' || logical?.type === 'STRING' || logical?.type === 'ENUM';
  return { integer: integerOf(element), real, bytes: bytesOf(element, isText), isText };
}

type Integer = Convert['integer'];

function integerOf(element: SchemaElement): Integer {
  const { type, converted_type: converted, logical_type: logical, scale } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return fromUnits(scaleOf(scale, logical));
  const ofTime = (converted && INTEGERS_OF_TIME[converted]) ?? (logical && timeOf(logical));
  if (ofTime) return ofTime;
  const isUnsigned = converted?.startsWith('UINT') || (logical?.type === 'INTEGER' && !logical.isSigned);
  if (isUnsigned && type === 'INT32') return (value) => Number(value) >>> 0;
  if (isUnsigned) return (value) => (value < 0 ? BigInt.asUintN(64, BigInt(value)).toString() : integer(value));
  return integer;
}

const date: Integer = (days) => day(Number(days) * DAY_MS);

/** By the names that types had before they were logical. */
const INTEGERS_OF_TIME: Readonly<Partial<Record<string, Integer>>> = {
  DATE: date,
  TIMESTAMP_MILLIS: (value) => instant(Number(value)),
  TIMESTAMP_MICROS: (value) => instant(dividedBy(value, 1_000)),
  TIME_MILLIS: (value) => timeOfDay(Number(value), 'Z'),
  TIME_MICROS: (value) => timeOfDay(dividedBy(value, 1_000), 'Z'),
};

const UNITS_OF_MS = { MILLIS: 1, MICROS: 1_000, NANOS: 1_000_000 };

function timeOf(logical: NonNullable<SchemaElement['logical_type']>): Integer | undefined {
  if (logical.type === 'DATE') return date;
  if (logical.type !== 'TIMESTAMP' && logical.type !== 'TIME') return undefined;
  const perMilli = UNITS_OF_MS[logical.unit];
  if (logical.type === 'TIMESTAMP') return (value) => instant(dividedBy(value, perMilli));
  const zone = logical.isAdjustedToUTC ? 'Z' : '';
  return (value) => timeOfDay(dividedBy(value, perMilli), zone);
}

const integer = (value: number | bigint): number | string => (typeof value === 'bigint' ? value.toString() : value);

const real = (value: number): unknown => {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? undefined : INFINITE;
};

const scaleOf = (scale: number | undefined, logical: SchemaElement['logical_type']): number =>
  scale ?? (logical?.type === 'DECIMAL' ? (logical.scale ?? 0) : 0);

/** Rounded down, as instants before 1970 need it too. */
function dividedBy(value: number | bigint, divisor: number): number {
  if (typeof value === 'number') return Math.floor(value / divisor);
  const rest = value % BigInt(divisor);
  return Number(value / BigInt(divisor)) - (rest < 0n ? 1 : 0);
}

const LAST_INSTANT = 8.64e15;

/** Instants of the same day, which follow one another in most files, differ in their time only. */
let latestDay = Number.NaN;
let latestDate = '';

function instant(ms: number): unknown {
  if (!(Math.abs(ms) <= LAST_INSTANT)) return BAD_TIME;
  const days = Math.floor(ms / DAY_MS);
  if (days !== latestDay) {
    latestDate = new Date(ms).toISOString().slice(0, -'00:00:00.000Z'.length);
    latestDay = days;
  }
  const time = ms - days * DAY_MS;
  const seconds = Math.floor(time / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = TWO_DIGITS[Math.floor(minutes / 60)]!;
  const millis = String((time % 1_000) + 1_000).slice(1);
  return `${latestDate}${hours}:${TWO_DIGITS[minutes % 60]!}:${TWO_DIGITS[seconds % 60]!}.${millis}Z`;
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

const day = (ms: number): unknown =>
  Math.abs(ms) <= LAST_INSTANT ? new Date(ms).toISOString().split('T')[0]! : BAD_TIME;

const timeOfDay = (ms: number, zone: string): unknown =>
  ms >= 0 && ms < DAY_MS ? `${new Date(ms).toISOString().slice('1970-01-01T'.length, -1)}${zone}` : BAD_TIME;

const JULIAN_EPOCH = 2_440_588;

/** A time as it was written before there were timestamps: nanoseconds of a Julian day. */
export function instantOf96(bytes: Buffer, at: number): unknown {
  const nanos = bytes.readBigInt64LE(at);
  return instant((bytes.readInt32LE(at + 8) - JULIAN_EPOCH) * DAY_MS + Number(nanos / 1_000_000n));
}

function bytesOf(element: SchemaElement, isText: boolean): Convert['bytes'] {
  const { converted_type: converted, logical_type: logical, scale } = element;
  if (isText) return text;
  if (converted === 'JSON' || logical?.type === 'JSON') return json;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const decimal = fromUnits(scaleOf(scale, logical));
    return (bytes, start, end) => (start === end ? 0 : decimal(bigEndian(bytes, start, end)));
  }
  if (logical?.type === 'UUID') return uuid;
  if (logical?.type === 'FLOAT16') return half;
  return (bytes, start, end) => {
    const value = bytes.subarray(start, end);
    return isUtf8(value) ? textOf(value) : value.toString('base64');
  };
}

function text(bytes: Buffer, start: number, end: number): unknown {
  const value = bytes.toString('utf8', start, end);
  return value.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)) ? BAD_TEXT : value;
}

function json(bytes: Buffer, start: number, end: number): unknown {
  const decoded = decodeJson(bytes.subarray(start, end));
  if (decoded.rejection) return new BadValue(decoded.rejection);
  // `null` is as absent as a column without a value.
  return decoded.value ?? undefined;
}

/** A signed number, the greatest byte first. */
function bigEndian(bytes: Buffer, start: number, end: number): number | bigint {
  if (end - start <= 6) return bytes.readIntBE(start, end - start);
  const value = BigInt.asIntN((end - start) * 8, BigInt(`0x${bytes.toString('hex', start, end)}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const HALF = new DataView(new ArrayBuffer(2));

/** A number of 16 bits. */
function half(bytes: Buffer, start: number, end: number): unknown {
  expectThat(end - start === HALF.byteLength, 'a number of 16 bits has more or less than two bytes');
  HALF.setUint16(0, bytes.readUInt16LE(start));
  return real(HALF.getFloat16(0));
}

const uuid = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('hex', start, end).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** What stands for a text or bytes that are larger than any record may be. */
export const tooLong = (length: number): BadValue => new BadValue(tooLarge(length));
