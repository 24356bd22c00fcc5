import { type Matcher, RE2JS } from 're2js';
import type { Apply, EagerFunction, Functions, Parameter, Written } from '../function.ts';
import { BOOLEAN, listOf, type StaticType, TEXT } from '../types.ts';
import type { Budget } from '../values.ts';

const TEXT_ARGUMENT: Parameter = { name: 'text', takes: 'text' };
const PATTERN: Parameter = { name: 'pattern', takes: 'text', literal: true };

/**
 * A pattern in RE2's syntax, which goes through a text in linear time; to look for one match after the other may go
 * through all of the rest each time.
 */
class Pattern {
  readonly #compiled: RE2JS;
  readonly #budget: Budget;
  /** Steps for a character of a text. */
  readonly #cost: number;
  readonly #isBounded: boolean;

  /** @throws Error when it is none */
  constructor(pattern: string, budget: Budget) {
    this.#compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    this.#budget = budget;
    this.#cost = Math.max(1, this.#compiled.programSize() / FEW_INSTRUCTIONS);
    this.#isBounded = !/[*+{]/.test(pattern);
  }

  isWhole(text: string): boolean {
    this.#spend(text.length);
    return this.#compiled.matches(text);
  }

  /** The first match and its groups. */
  first(text: string): Matcher | undefined {
    this.#spend(text.length);
    const matcher = this.#compiled.matcher(text);
    return matcher.find() ? matcher : undefined;
  }

  /** What stands before, between and after the matches that are not empty. */
  partsAround(text: string): string[] {
    this.#spend(text.length);
    const matcher = this.#compiled.matcher(text);
    const parts: string[] = [];
    let at = 0;
    while (matcher.find()) {
      if (!this.#isBounded) this.#spend(REPEATED * (text.length - at));
      if (matcher.end() === matcher.start()) continue;
      parts.push(text.slice(at, matcher.start()));
      at = matcher.end();
    }
    parts.push(text.slice(at));
    return parts;
  }

  #spend(characters: number): void {
    this.#budget.spend(1 + Math.ceil(characters * this.#cost));
  }
}

const FEW_INSTRUCTIONS = 16;
/** A search for the next match takes that much more of the budget, for it may be in vain. */
const REPEATED = 4;

/** A function of a text and of a pattern that is written out. */
const withPattern = (
  parameters: readonly Parameter[],
  result: StaticType,
  make: (pattern: Pattern, budget: Budget) => Apply,
): EagerFunction => ({
  parameters,
  result,
  make: (written) => make(compile(written), written.budget),
});

function compile({ literals, fail, budget }: Written): Pattern {
  try {
    return new Pattern((literals[1] as string | undefined) ?? ',', budget);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fail(1, `the pattern can't be used: ${reason}`, 'a regular expression of RE2, without look-around');
  }
}

export const PATTERN_FUNCTIONS: Functions = {
  matches_regex: withPattern([TEXT_ARGUMENT, PATTERN], BOOLEAN, (pattern) => {
    return ([text]) => pattern.isWhole(text as string);
  }),
  extract_regex: withPattern([TEXT_ARGUMENT, PATTERN], listOf(TEXT), (pattern) => {
    return ([text]) => {
      const match = pattern.first(text as string);
      return match ? Array.from({ length: match.groupCount() + 1 }, (_, i) => match.group(i) ?? null) : null;
    };
  }),
  replace_regex: withPattern(
    [TEXT_ARGUMENT, PATTERN, { name: 'replacement', takes: 'text' }],
    TEXT,
    (pattern, budget) => {
      return ([text, , replacement]) => {
        const parts = pattern.partsAround(text as string);
        budget.spend((text as string).length + (parts.length - 1) * (replacement as string).length);
        return parts.join(replacement as string);
      };
    },
  ),
  explode: withPattern([TEXT_ARGUMENT, { ...PATTERN, optional: true }], listOf(TEXT), (pattern) => {
    return ([text]) => pattern.partsAround(text as string);
  }),
};
