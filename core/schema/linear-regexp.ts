import { RE2JS } from 're2js';

/**
 * Patterns in schemas are written by users and run on the records of others: they must not be able to run for ever.
 * RE2's syntax is that of JavaScript without look-around and back-references.
 * @throws Error for a pattern that needs those, or is none
 */
function compileLinear(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = compileOrExplain(pattern);
  // The validator tells patterns apart by their text.
  return { test: (text) => compiled.test(text), toString: () => `/${pattern}/` };
}

function compileOrExplain(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern)} is not accepted (${(error as Error).message}); ` +
        'look-around and back-references are not, because they may run for ever',
      { cause: error },
    );
  }
}

/** @returns why a pattern can't be used, if so */
export function checkPattern(pattern: string): string | undefined {
  try {
    compileOrExplain(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** For ajv's option `code.regExp`. */
export const linearRegExp = Object.assign(compileLinear, { code: 'linearRegExp' });
