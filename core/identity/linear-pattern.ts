import { RE2JS } from 're2js';

/** Longest pattern. */
const MAX_LENGTH = 1_000;

export interface LinearPattern {
  /** Whether the whole text fits. */
  matches(text: string): boolean;
  /** @param by `$1` is what the first group found */
  replaceAll(text: string, by: string): string;
}

/**
 * Patterns of users run on the values of others: in linear time (RE2), so without looking around or back.
 * @throws Error for what is none
 */
export function compilePattern(pattern: string): LinearPattern {
  const compiled = compile(pattern);
  return {
    matches: (text) => compiled.matcher(text).matches(),
    replaceAll: (text, by) => compiled.matcher(text).replaceAll(by),
  };
}

function compile(pattern: string): RE2JS {
  if (pattern.length > MAX_LENGTH) throw new Error(`a pattern has at most ${MAX_LENGTH} characters`);
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern)} is not accepted (${(error as Error).message}); look-around and back-references are not`,
      { cause: error },
    );
  }
}
