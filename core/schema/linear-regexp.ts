import { RE2JS } from 're2js';
import { compileLookAhead } from './look-ahead.ts';
import { type Steps, stepsOfText } from './steps.ts';

interface Pattern {
  /** @throws TooComplexError */
  test(text: string, steps: Steps): boolean;
}

/**
 * Patterns in schemas are written by users and run on the records of others: they must not be able to run for ever.
 * RE2's syntax is that of JavaScript without look-around and back-references; looking ahead is added here.
 * @throws Error for a pattern that looks behind or refers back, or is none
 */
function compileLinear(pattern: string, steps: Steps): { test(text: string): boolean; toString(): string } {
  const compiled = compileOrExplain(pattern);
  // The validator tells patterns apart by their text.
  return { test: (text) => compiled.test(text, steps), toString: () => `/${pattern}/` };
}

function compileOrExplain(pattern: string): Pattern {
  try {
    return LOOKS_AHEAD.test(pattern) ? compileLookAhead(pattern) : compileRe2(pattern);
  } catch (error) {
    throw new Error(
      `the pattern ${JSON.stringify(pattern)} is not accepted (${(error as Error).message}); ` +
        'look-behind and back-references are not, because they may run without end',
      { cause: error },
    );
  }
}

/** What RE2 does not take, such as more than a thousand repetitions, may still be one that ends. */
function compileRe2(pattern: string): Pattern {
  try {
    const compiled = RE2JS.compile(withSpaces(RE2JS.translateRegExp(pattern)));
    const size = compiled.programSize();
    return {
      test: (text, steps) => {
        // A large pattern may go through all of itself at each character.
        steps.take(size < FEW_INSTRUCTIONS ? stepsOfText(text.length) : Math.ceil((text.length * size) / 4));
        return compiled.test(text);
      },
    };
  } catch {
    return compileLookAhead(pattern);
  }
}

const FEW_INSTRUCTIONS = 16;

/** White space that JavaScript's `\s` has, and RE2's has not. */
const MORE_SPACES = '\\x{b}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

/** @throws Error for a class with `\S` in it, which RE2 can't be told */
function withSpaces(pattern: string): string {
  let isInClass = false;
  return pattern.replace(/\\[\s\S]|[[\]]/g, (token) => {
    if (token === '[' || token === ']') isInClass = token === '[';
    else if (token === '\\s') return isInClass ? `\\s${MORE_SPACES}` : `[\\s${MORE_SPACES}]`;
    else if (token === '\\S' && isInClass) throw new Error('a class with "\\S"');
    else if (token === '\\S') return `[^\\s${MORE_SPACES}]`;
    return token;
  });
}

const LOOKS_AHEAD = /\(\?[=!]/;

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
export const linearRegExp = (steps: Steps) =>
  Object.assign((pattern: string) => compileLinear(pattern, steps), { code: 'linearRegExp' });
