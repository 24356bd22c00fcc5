import { compileEquality } from '../equality.ts';
import type { Evaluate, Functions, LazyFunction, Parameter } from '../function.ts';
import { NULL, oneOf, type StaticType } from '../types.ts';
import { asBoolean } from '../values.ts';

const VALUE: Parameter = { name: 'value', takes: 'any', nullable: true };

/** Whether a condition holds; what is missing does not. */
export const holds = (value: unknown): boolean => value !== null && asBoolean(value);

const choice: LazyFunction = {
  parameters: [{ name: 'condition', takes: 'boolean', nullable: true }, VALUE, VALUE],
  result: ([, then, otherwise]) => oneOf([then!, otherwise!]),
  combine<S>([condition, then, otherwise]: readonly Evaluate<S>[]): Evaluate<S> {
    return (source) => (holds(condition!(source)) ? then!(source) : otherwise!(source));
  },
};

const coalesce: LazyFunction = {
  parameters: [VALUE],
  repeats: 1,
  result: (types) => oneOf(types),
  combine<S>(args: readonly Evaluate<S>[]): Evaluate<S> {
    return (source) => {
      for (const evaluate of args) {
        const value = evaluate(source);
        if (value !== null) return value;
      }
      return null;
    };
  },
};

/** `decode(key, "ca", "California", "pa", "Pennsylvania", "other")`. */
const decode: LazyFunction = {
  parameters: [VALUE, VALUE, VALUE],
  repeats: 2,
  hasLast: true,
  result(types) {
    const results = types.filter((_, i) => i > 0 && (i % 2 === 0 || i === types.length - 1));
    return oneOf([...results, ...(types.length % 2 === 1 ? [NULL] : [])]);
  },
  combine<S>([key, ...options]: readonly Evaluate<S>[], [keyType, ...types]: readonly StaticType[]): Evaluate<S> {
    const equal = types.map((type) => compileEquality([keyType!, type]));
    const pairs = Math.floor(options.length / 2);
    const last = options.length % 2 === 1 ? options.at(-1) : undefined;
    return (source) => {
      const wanted = key!(source);
      for (let i = 0; i < pairs; i++) {
        if (equal[2 * i]!(options[2 * i]!(source), wanted)) return options[2 * i + 1]!(source);
      }
      return last ? last(source) : null;
    };
  },
};

export const LOGIC_FUNCTIONS: Functions = {
  iif: choice,
  if: choice,
  coalesce,
  nvl: coalesce,
  decode,
  nullify: { parameters: [], result: NULL as StaticType, make: () => () => null },
};
