import { MAX_DEPTH, MAX_RECORD_BYTES, type Raw, type Rejection } from '#core/record/record.ts';
import { pointerStep, reportedPointer } from '#core/util/pointer.ts';
import { lossy } from './lossless.ts';
import { bomLength } from './splitter.ts';

/**
 * One record of JSON text. It is parsed once, and whatever comes out is what the text says, at most `MAX_DEPTH` deep, and
 * has no key that could reach into the prototypes of objects.
 */
export function decodeJson(
  bytes: Uint8Array,
):
  | { readonly value: unknown; readonly text: string; readonly rejection?: undefined }
  | { readonly rejection: Rejection } {
  if (bytes.length > MAX_RECORD_BYTES) return { rejection: tooLarge(bytes.length) };
  const text = utf8Of(bytes.subarray(bomLength(bytes)));
  if (text === undefined) return { rejection: INVALID_ENCODING };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { rejection: notJson(error, text.length) };
  }
  const seen = { hasLargeNumber: false };
  const rejection = inspect(value, seen) ?? lossy(text, value, seen.hasLargeNumber);
  return rejection ? { rejection } : { value, text };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; what is not UTF-8 becomes `U+FFFD`. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/** Bytes as text; undefined when they are not UTF-8. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes as they are kept with a rejection, so that not one of them is lost. */
export function rawOf(bytes: Uint8Array): Raw {
  const raw = utf8Of(bytes);
  if (raw !== undefined) return { raw };
  return { raw: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'), rawEncoding: 'base64' };
}

/** Inverse of {@link rawOf}. */
export const bytesOfRaw = ({ raw, rawEncoding }: Raw): Uint8Array => Buffer.from(raw, rawEncoding ?? 'utf8');

export const INVALID_ENCODING: Rejection = {
  code: 'invalid-encoding',
  message: 'The record is not valid UTF-8; write the file in UTF-8',
  expected: 'UTF-8',
  found: 'other bytes',
};

/** The rejection of a record that is larger than `MAX_RECORD_BYTES`. @param bytes how large it is */
export const tooLarge = (bytes: number): Rejection => ({
  code: 'too-large',
  message: 'The record is too large; omit what segments and destinations do not need, or split it',
  expected: `at most ${MAX_RECORD_BYTES} bytes`,
  found: `${bytes} bytes`,
});

/** With these keys a careless merge further on would change what every object inherits. */
export const isUnsafeKey = (key: string): boolean => key === '__proto__' || key === 'constructor';

const UNSAFE_KEY: Rejection = {
  code: 'malformed',
  message: 'The record has a key "__proto__" or "constructor", which is never accepted; rename it',
  expected: 'other keys',
  found: 'a reserved key',
};

const TOO_DEEP: Rejection = {
  code: 'too-deep',
  message: 'The record is nested too deeply',
  expected: `at most ${MAX_DEPTH} levels`,
  found: 'more levels',
};

/** Such as `1e400`: it would go on as infinity, which JSON does not have, and be written down as nothing. */
const NUMBER_TOO_LARGE: Rejection = {
  code: 'malformed',
  message: 'The record has a number that is too large; send it as text',
  expected: 'numbers below 1.8e308',
  found: 'a larger number',
};

/**
 * The recursion ends at `MAX_DEPTH`.
 * @param seen is told whether there is a number beyond 2^53
 * @returns why a parsed value must not go on, if so
 */
export function inspect(value: unknown, seen: Seen = { hasLargeNumber: false }, depth = 0): Rejection | undefined {
  if (typeof value === 'number') return inspectNumber(value, seen);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const rejection = inspect(value[i], seen, depth + 1);
      if (rejection) return at(i, rejection);
    }
    return undefined;
  }
  for (const key in value) {
    if (isUnsafeKey(key)) return at(key, UNSAFE_KEY);
    const rejection = inspect((value as Record<string, unknown>)[key], seen, depth + 1);
    if (rejection) return at(key, rejection);
  }
  return undefined;
}

interface Seen {
  hasLargeNumber: boolean;
}

function inspectNumber(value: number, seen: Seen): Rejection | undefined {
  if (!(value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)) return undefined;
  if (!Number.isFinite(value)) return NUMBER_TOO_LARGE;
  seen.hasLargeNumber = true;
  return undefined;
}

const at = (key: string | number, rejection: Rejection): Rejection => ({
  ...rejection,
  pointer: reportedPointer(pointerStep(key) + (rejection.pointer ?? '')),
});

/** The engine's own message may quote the record, so only the place is taken from it. */
function notJson(error: unknown, length: number): Rejection {
  const message = error instanceof Error ? error.message : '';
  const place = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1];
  const where = place === String(length) || message.startsWith('Unexpected end') ? 'it ends too early' : undefined;
  return {
    code: 'malformed',
    message: `This is not JSON: ${where ?? (place === undefined ? 'it begins as no value does' : `wrong at character ${place}`)}`,
    expected: 'one JSON value',
    found: 'other text',
  };
}
