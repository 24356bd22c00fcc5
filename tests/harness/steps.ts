import { Session } from 'node:inspector';

/**
 * Counts what a piece of code does, so that tests can say how its cost grows without looking at a clock: every block of
 * JavaScript that is run, by V8's own coverage counters, and the characters and items that built-in functions go
 * through. Of regular expressions only the length of the text is counted: `npm run regexps` sees to it that they take no more.
 * What is counted has to be imported after {@link startCounting}: only then its blocks have counters.
 */
export interface StepCounter {
  /** The steps of one call; whether it throws makes no difference. */
  count(run: () => unknown): number;
  countAsync(run: () => Promise<unknown>): Promise<number>;
  stop(): void;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

/** Code that counts, and the code of the tests itself. */
const NOT_COUNTED = /^node:|\/tests\/|\/node_modules\/(?:vitest|@vitest|vite|tinyrainbow|chai)/;

export function startCounting(): StepCounter {
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}): unknown => {
    let answer: unknown;
    let failure: unknown;
    session.post(method, params, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure) throw failure;
    return answer;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  /** Blocks that were run since this was last asked. */
  const blocks = (): number => {
    let sum = 0;
    for (const { url, functions } of (post('Profiler.takePreciseCoverage') as Coverage).result) {
      if (NOT_COUNTED.test(url)) continue;
      for (const { ranges } of functions) for (const { count } of ranges) sum += count;
    }
    return sum;
  };
  return {
    count(run) {
      blocks();
      const natives = watchNatives();
      try {
        run();
      } catch {
        // An answer too.
      } finally {
        natives.stop();
      }
      return blocks() + natives.steps();
    },
    async countAsync(run) {
      blocks();
      const natives = watchNatives();
      try {
        await run();
      } catch {
        // An answer too.
      } finally {
        natives.stop();
      }
      return blocks() + natives.steps();
    },
    stop() {
      post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

type Method = (this: never, ...args: never[]) => unknown;
/** How much a call of a built-in function goes through, given the object, the result and the first two arguments. */
type Cost = (self: Self, result: unknown, first: unknown, second: unknown, lastIndex: number) => number;
type Self = { readonly length: number } & Partial<RegExp>;

const whole: Cost = ({ length }) => length;
const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) || ArrayBuffer.isView(value)
    ? (value as unknown as { length: number }).length
    : 1;
const result: Cost = (_, given) => lengthOf(given);
/** As far as it was found, or to the end. */
const search: Cost = ({ length }, found, _, from) => {
  const start = typeof from === 'number' ? from : 0;
  return Math.max(0, (typeof found === 'number' && found >= 0 ? found : length) - start);
};
const both: Cost = ({ length }, given) => length + lengthOf(given);
/** From where the expression begins to look. */
const matching: Cost = ({ sticky, global }, found, text, _, lastIndex) => {
  const match = found as RegExpExecArray | null;
  const start = sticky || global ? lastIndex : 0;
  if (match) return match.index + match[0].length - start + 1;
  return sticky ? 1 : Math.max(1, lengthOf(text) - start);
};

const WATCHED: readonly (readonly [object, Readonly<Record<string | symbol, Cost>>])[] = [
  [
    String.prototype,
    {
      ...{ indexOf: search, includes: whole, lastIndexOf: whole, split: both, replace: both, replaceAll: both },
      ...{ match: whole, trim: whole, trimStart: whole, trimEnd: whole, toLowerCase: whole, toUpperCase: whole },
      ...{ padStart: result, padEnd: result, repeat: result, concat: result, normalize: both },
    },
  ],
  [
    Array.prototype,
    {
      ...{ indexOf: search, includes: whole, lastIndexOf: whole, concat: result, slice: result, splice: whole },
      [Symbol.iterator]: whole,
      ...{ join: both, reverse: whole, flat: both, shift: () => 1, unshift: whole, with: whole, at: () => 1 },
    },
  ],
  [RegExp.prototype, { exec: matching }],
  [Buffer, { concat: (_, given) => lengthOf(given), from: (_, given) => lengthOf(given) }],
  [Uint8Array.prototype, { slice: result }],
  // What is spread, or gone through, is gone through to its end.
  [Set.prototype, { [Symbol.iterator]: (self) => (self as unknown as Set<unknown>).size }],
  [Map.prototype, { [Symbol.iterator]: (self) => (self as unknown as Set<unknown>).size }],
  [JSON, { parse: (_, __, text) => lengthOf(text), stringify: (_, given) => lengthOf(given) }],
];

function watchNatives(): { steps(): number; stop(): void } {
  let steps = 0;
  const originals: (() => void)[] = [];
  for (const [owner, methods] of WATCHED) {
    for (const name of Reflect.ownKeys(methods)) {
      const cost = methods[name]!;
      const descriptor = Object.getOwnPropertyDescriptor(owner, name);
      // A method of Node's that inherits what it does.
      if (!descriptor) continue;
      const original = descriptor.value as Method;
      const watched = function (this: never, ...args: never[]): unknown {
        const { lastIndex } = this as RegExp;
        const given = Reflect.apply(original, this, args);
        steps += cost(this, given, args[0], args[1], lastIndex);
        return given;
      };
      Object.defineProperty(owner, name, { ...descriptor, value: watched });
      originals.push(() => Object.defineProperty(owner, name, descriptor));
    }
  }
  return {
    steps: () => steps,
    stop: () => {
      for (const restore of originals) restore();
    },
  };
}

/**
 * How many times as many steps an input of four times the size takes, compared with four. 1 is linear, 4 quadratic.
 * @param make an input of a size
 */
export function growth<T>(counter: StepCounter, size: number, make: (size: number) => T, run: (input: T) => unknown) {
  const stepsOf = (of: number): number => {
    const input = make(of);
    return counter.count(() => run(input));
  };
  // What is done once only, such as compiling, is done here.
  stepsOf(size);
  return stepsOf(4 * size) / stepsOf(size) / 4;
}
