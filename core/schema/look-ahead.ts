import type { Steps } from './steps.ts';

/**
 * Patterns with look-ahead, which RE2 does not have, and some schemas of the XDM repository do. A pattern is made a graph
 * of steps and all ways through it are gone at once, so that no pattern takes longer than the text times its length,
 * and that for each character where it looks ahead. Whether quantifiers are greedy makes no difference to whether a
 * pattern matches.
 */
export interface LookAheadPattern {
  /** @throws TooComplexError */
  test(text: string, steps?: Pick<Steps, 'take'>): boolean;
}

/** Looking ahead from each character costs the square of the text. */
const MAX_AHEAD_TEXT_LENGTH = 512;
const MAX_STEPS_AHEAD = 1_000;
const MAX_TEXT_LENGTH = 8_192;
const MAX_STEPS = 10_000;
const TOO_LARGE = 'it is too large';
const UNCOUNTED: Pick<Steps, 'take'> = { take: () => {} };

type Step =
  | { readonly kind: 'match' }
  | { readonly kind: 'one'; readonly fits: (character: string) => boolean; next: number }
  | { readonly kind: 'split'; readonly to: number[] }
  | { readonly kind: 'start' | 'end' | 'word' | 'no-word'; next: number }
  | { readonly kind: 'ahead'; readonly entry: number; readonly isWanted: boolean; next: number };

/** @throws Error for a pattern that is none, that looks behind or refers back, or that is too large */
export function compileLookAhead(pattern: string): LookAheadPattern {
  const steps: Step[] = [];
  const flags = flagsOf(pattern);
  const entry = new Reader(pattern, flags, steps).read();
  const looksAhead = steps.some(({ kind }) => kind === 'ahead');
  if (looksAhead && steps.length > MAX_STEPS_AHEAD) throw new Error(TOO_LARGE);
  const longest = looksAhead ? MAX_AHEAD_TEXT_LENGTH : MAX_TEXT_LENGTH;
  const charactersOf = (text: string): readonly string[] => (flags === 'u' ? [...text] : text.split(''));
  return {
    test: (text, counted = UNCOUNTED) =>
      text.length <= longest && new Search(steps, charactersOf(text), counted).run(entry, 0, true),
  };
}

/** By ECMA-262, characters are whole ones with the flag `u`, and without it the halves that UTF-16 makes of some. */
type Flags = 'u' | '';

/** The engine's own parser knows what a pattern is; ours need only understand those. */
function flagsOf(pattern: string): Flags {
  try {
    new RegExp(pattern, 'u');
    return 'u';
  } catch {
    new RegExp(pattern);
    return '';
  }
}

class Search {
  readonly #steps: readonly Step[];
  readonly #text: readonly string[];
  readonly #counted: Pick<Steps, 'take'>;
  readonly #known = new Map<number, boolean>();

  constructor(steps: readonly Step[], text: readonly string[], counted: Pick<Steps, 'take'>) {
    this.#steps = steps;
    this.#text = text;
    this.#counted = counted;
  }

  /** Whether the steps from an entry match at a place of the text; when searching, there or further on. */
  run(from: number, at: number, isSearch = false): boolean {
    const key = from * (MAX_TEXT_LENGTH + 1) + at;
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    let here = new Set([from]);
    let found = false;
    for (let i = at; here.size > 0; i++) {
      const next = new Set<number>(isSearch ? [from] : []);
      found = this.#advance(here, i, next);
      this.#counted.take(1 + here.size);
      if (found || i >= this.#text.length) break;
      here = next;
    }
    this.#known.set(key, found);
    return found;
  }

  /** @param next is given the steps that follow behind the character at this place @returns whether the end is reached */
  #advance(here: Set<number>, at: number, next: Set<number>): boolean {
    // A set that grows while it is gone through: steps that take no character lead on at the same place.
    for (const id of here) {
      const step = this.#steps[id]!;
      if (step.kind === 'match') return true;
      if (step.kind === 'split') for (const to of step.to) here.add(to);
      else if (this.#holds(step, at)) (step.kind === 'one' ? next : here).add(step.next);
    }
    return false;
  }

  #holds(step: Exclude<Step, { kind: 'match' | 'split' }>, at: number): boolean {
    if (step.kind === 'one') return at < this.#text.length && step.fits(this.#text[at]!);
    if (step.kind === 'start') return at === 0;
    if (step.kind === 'end') return at === this.#text.length;
    if (step.kind === 'ahead') return this.run(step.entry, at) === step.isWanted;
    const isBorder = isWord(this.#text[at - 1]) !== isWord(this.#text[at]);
    return isBorder === (step.kind === 'word');
  }
}

const isWord = (character: string | undefined): boolean => character !== undefined && /^\w$/.test(character);

/** Reads a pattern. Each part becomes steps when it is told the one that follows. */
class Reader {
  readonly #pattern: string;
  readonly #flags: Flags;
  readonly #steps: Step[];
  #at = 0;

  constructor(pattern: string, flags: Flags, steps: Step[]) {
    this.#pattern = pattern;
    this.#flags = flags;
    this.#steps = steps;
  }

  read(): number {
    const whole = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new Error('it has a ")" too many');
    return whole(this.#put({ kind: 'match' }));
  }

  #put(step: Step): number {
    if (this.#steps.length >= MAX_STEPS) throw new Error(TOO_LARGE);
    return this.#steps.push(step) - 1;
  }

  #alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    if (parts.length === 1) return parts[0]!;
    return (next) => this.#put({ kind: 'split', to: parts.map((part) => part(next)) });
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at]!)) parts.push(this.#quantified());
    return (next) => parts.reduceRight((follows, part) => part(follows), next);
  }

  #quantified(): Part {
    const part = this.#atom();
    const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at));
    if (!quantifier) return part;
    this.#at += quantifier[0].length;
    const [sign, least, upTo, most] = quantifier;
    if (sign.startsWith('*')) return this.#repeat(part, 0, undefined);
    if (sign.startsWith('+')) return this.#repeat(part, 1, undefined);
    if (sign.startsWith('?')) return this.#repeat(part, 0, 1);
    const from = Number(least);
    return this.#repeat(part, from, upTo === undefined ? from : most === '' ? undefined : Number(most));
  }

  #repeat(part: Part, least: number, most: number | undefined): Part {
    if (least > MAX_STEPS || (most ?? 0) > MAX_STEPS) throw new Error(TOO_LARGE);
    return (next) => {
      let follows = next;
      if (most === undefined) {
        const loop: number[] = [next];
        follows = this.#put({ kind: 'split', to: loop });
        loop.push(part(follows));
      } else {
        for (let i = least; i < most; i++) follows = this.#put({ kind: 'split', to: [next, part(follows)] });
      }
      for (let i = 0; i < least; i++) follows = part(follows);
      return follows;
    };
  }

  #atom(): Part {
    if (this.#take('^')) return (next) => this.#put({ kind: 'start', next });
    if (this.#take('$')) return (next) => this.#put({ kind: 'end', next });
    if (this.#take('\\b')) return (next) => this.#put({ kind: 'word', next });
    if (this.#take('\\B')) return (next) => this.#put({ kind: 'no-word', next });
    if (this.#take('(?=')) return this.#ahead(true);
    if (this.#take('(?!')) return this.#ahead(false);
    if (this.#take('(?<=') || this.#take('(?<!')) throw new Error('it has look-behind');
    if (this.#take('(?:') || this.#take('(')) {
      const name = /^\?<[^>]+>/.exec(this.#pattern.slice(this.#at));
      if (name) this.#at += name[0].length;
      const part = this.#alternatives();
      this.#take(')');
      return part;
    }
    return this.#character();
  }

  #ahead(isWanted: boolean): Part {
    const part = this.#alternatives();
    this.#take(')');
    const entry = part(this.#put({ kind: 'match' }));
    return (next) => this.#put({ kind: 'ahead', entry, isWanted, next });
  }

  /** One character: itself, a class, or an escape. The engine's own expressions say which ones fit. */
  #character(): Part {
    const token = CHARACTER[this.#flags].exec(this.#pattern.slice(this.#at))?.[0];
    if (token === undefined || /^\\[1-9k]/.test(token)) throw new Error('it refers back');
    this.#at += token.length;
    const expression = new RegExp(`^${token}$`, this.#flags);
    return (next) => this.#put({ kind: 'one', fits: (character) => expression.test(character), next });
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

/** What stands for one character. Two escapes are one character with the flag, where they are its halves. */
const CHARACTER: Readonly<Record<Flags, RegExp>> = {
  u: /^(?:\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|c[A-Za-z]|[\s\S])|[\s\S])/u,
  '': /^(?:\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|c[A-Za-z]|0[0-7]{0,2}|[\s\S])|[\s\S])/,
};

/** A part of a pattern: given the step that follows, makes its own and tells the first. */
type Part = (next: number) => number;
