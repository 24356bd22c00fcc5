import { addExactly, multiplyExactly } from '#core/util/decimal.ts';
import { isUnsafeKey } from '../../text/decode-json.ts';
import { Rejected } from '../mapped.ts';
import { Items, type Read, type SourcePath } from '../source-path.ts';
import type { Binary, Call, Node } from './ast.ts';
import { functionOf, parameterAt, TypeCheck } from './check.ts';
import { childrenOf } from './children.ts';
import { compileEquality, compileOrder } from './equality.ts';
import { ExpressionError } from './error.ts';
import type { Apply, EagerFunction, Evaluate, FunctionDefinition } from './function.ts';
import { holds } from './functions/logic.ts';
import { parseExpression } from './parse.ts';
import { pathsIn } from './paths.ts';
import type { StaticType, Wanted } from './types.ts';
import { asBoolean, asList, asNumber, asObject, asScalar, asText, type Budget, Unusable } from './values.ts';

/** What the records of a form give for a path: nothing, where the form has nothing of this name. */
export type Reader<S> = (path: SourcePath) => Read<S> | undefined;

/** An expression that is right, ready for records of any form. */
export interface CompiledExpression {
  readonly type: StaticType;
  /** What it reads, each once. */
  readonly paths: readonly SourcePath[];
  /**
   * @returns what works out the value for a record: null where there is none, dates as they are. It throws
   * {@link Unusable} or {@link Rejected}, and nothing else
   */
  bind<S>(reader: Reader<S>): Evaluate<S>;
}

export interface ExpressionOptions {
  /** The zone of times that name none. @default UTC */
  readonly timeZone?: string | undefined;
  readonly budget: Budget;
  /** Lists that are gone through item by item, see {@link TypeCheck}. @default 0 */
  readonly lists?: number;
}

/** @throws ExpressionError */
export function compileExpression(
  source: string,
  { timeZone = 'UTC', budget, lists = 0 }: ExpressionOptions,
): CompiledExpression {
  const node = parseExpression(source);
  const check = new TypeCheck(lists);
  const type = check.typeOf(node);
  // What the functions do with what is written out is worked out once, whatever form records come in.
  const applied = new Map<Call, Apply>();
  visit(node, (one) => {
    if (one.kind === 'call') prepare(one, applied, check, { timeZone, budget });
  });
  return {
    type,
    paths: pathsIn(node),
    bind: <S>(reader: Reader<S>) => new Compiler<S>(reader, applied, check, budget).compile(node),
  };
}

function prepare(
  call: Call,
  applied: Map<Call, Apply>,
  check: TypeCheck,
  options: { readonly timeZone: string; readonly budget: Budget },
): void {
  const definition = functionOf(call);
  if (!('make' in definition)) return;
  const apply = definition.make({
    ...options,
    literals: call.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined)),
    types: call.args.map((arg) => check.typeOf(arg)),
    fail: (argument, message, expected) =>
      new ExpressionError(
        message,
        call.args[argument]?.start ?? call.start,
        expected === undefined ? {} : { expected },
      ),
  });
  applied.set(call, apply);
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const child of childrenOf(node)) visit(child, see);
}

/** Makes closures of an expression; each gives a value, never undefined, with null for none. */
class Compiler<S> {
  readonly #reader: Reader<S>;
  readonly #applied: ReadonlyMap<Call, Apply>;
  readonly #check: TypeCheck;
  readonly #budget: Budget;

  constructor(reader: Reader<S>, applied: ReadonlyMap<Call, Apply>, check: TypeCheck, budget: Budget) {
    this.#reader = reader;
    this.#applied = applied;
    this.#check = check;
    this.#budget = budget;
  }

  compile(node: Node): Evaluate<S> {
    switch (node.kind) {
      case 'literal':
        return () => node.value;
      case 'path':
        return this.#path(node.path);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node.items.map((item) => this.compile(item)));
      case 'object':
        return this.#object(node.entries.map(({ key, value }) => [key, this.compile(value)]));
      case 'member':
        return this.#member(this.compile(node.object), node.name);
      case 'index':
        return this.#index(this.compile(node.list), node.index);
      case 'not':
        return not(this.compile(node.operand));
      case 'negate':
        return ofNumber(this.compile(node.operand), (value) => 0 - value);
      case 'choice':
        return this.#choice(this.compile(node.condition), this.compile(node.then), this.compile(node.otherwise));
      case 'binary':
        return this.#binary(node);
    }
  }

  #path(path: SourcePath): Evaluate<S> {
    const read = this.#reader(path);
    if (!read) return () => null;
    const budget = this.#budget;
    return (source) => {
      const value = read(source);
      if (value === undefined || value === null || value === '') return null;
      if (typeof value !== 'object') return value;
      if (value instanceof Rejected) throw value;
      if (!(value instanceof Items)) return value;
      budget.spend(value.values.length);
      return value.values.map((item) => item ?? null);
    };
  }

  #call(call: Call): Evaluate<S> {
    const definition = functionOf(call);
    const args = call.args.map((arg, i) => coerced(this.compile(arg), parameterAt(definition, i).takes));
    if (!('make' in definition))
      return definition.combine(
        args,
        call.args.map((arg) => this.#check.typeOf(arg)),
      );
    return eager(definition, this.#applied.get(call)!, args);
  }

  #list(items: readonly Evaluate<S>[]): Evaluate<S> {
    const budget = this.#budget;
    return (source) => {
      budget.spend(items.length);
      return items.map((item) => item(source));
    };
  }

  #object(entries: readonly (readonly [string, Evaluate<S>])[]): Evaluate<S> {
    return (source) => {
      const fields: Record<string, unknown> = {};
      for (const [key, value] of entries) fields[key] = value(source);
      return fields;
    };
  }

  #member(object: Evaluate<S>, name: string): Evaluate<S> {
    return (source) => {
      const value = object(source);
      if (value === null) return null;
      const fields = asObject(value);
      return Object.hasOwn(fields, name) && !isUnsafeKey(name) ? (fields[name] ?? null) : null;
    };
  }

  #index(list: Evaluate<S>, index: number): Evaluate<S> {
    return (source) => {
      const value = list(source);
      return value === null ? null : (asList(value)[index] ?? null);
    };
  }

  #choice(condition: Evaluate<S>, then: Evaluate<S>, otherwise: Evaluate<S>): Evaluate<S> {
    return (source) => (holds(condition(source)) ? then(source) : otherwise(source));
  }

  #binary(node: Binary): Evaluate<S> {
    const { operator, left, right } = node;
    const [a, b] = [this.compile(left), this.compile(right)];
    const types = [this.#check.typeOf(left), this.#check.typeOf(right)];
    if (operator === 'and') return (source) => holds(a(source)) && holds(b(source));
    if (operator === 'or') return (source) => holds(a(source)) || holds(b(source));
    if (operator === '==' || operator === '!=') {
      const isEqual = compileEquality(types);
      return operator === '==' ? (source) => isEqual(a(source), b(source)) : (source) => !isEqual(a(source), b(source));
    }
    const holdsFor = Object.hasOwn(ORDERS, operator) ? ORDERS[operator] : undefined;
    if (holdsFor) return ordered(a, b, compileOrder(types), holdsFor);
    if (operator === '+' && this.#check.isConcatenation(node)) return this.#concatenation(a, b);
    return ofNumbers(a, b, ARITHMETIC[operator]!);
  }

  #concatenation(a: Evaluate<S>, b: Evaluate<S>): Evaluate<S> {
    const budget = this.#budget;
    return (source) => {
      const [x, y] = [a(source), b(source)];
      const text = (x === null ? '' : asText(x)) + (y === null ? '' : asText(y));
      budget.spend(text.length);
      return text;
    };
  }
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': addExactly,
  '-': (a, b) => addExactly(a, 0 - b),
  '*': multiplyExactly,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const COERCIONS: Readonly<Record<Wanted, (value: unknown) => unknown>> = {
  text: asText,
  number: asNumber,
  boolean: asBoolean,
  // In which zone a text is, the function knows.
  date: asScalar,
  list: asList,
  object: asObject,
  scalar: asScalar,
  any: (value) => value,
};

function coerced<S>(evaluate: Evaluate<S>, wanted: Wanted): Evaluate<S> {
  if (wanted === 'any') return evaluate;
  const coerce = COERCIONS[wanted];
  return (source) => {
    const value = evaluate(source);
    return value === null ? null : coerce(value);
  };
}

/** A function of null is null, unless it takes null for a value. */
function eager<S>(definition: EagerFunction, apply: Apply, given: readonly Evaluate<S>[]): Evaluate<S> {
  const { parameters, repeats = 0 } = definition;
  const missing = repeats > 0 ? 0 : Math.max(0, parameters.length - given.length);
  const args = [...given, ...Array.from({ length: missing }, () => () => null)];
  const isNullable = args.map((_, i) => takesNull(definition, i));
  return (source) => {
    const values: unknown[] = [];
    for (let i = 0; i < args.length; i++) {
      const value = args[i]!(source);
      if (value === null && !isNullable[i]) return null;
      values.push(value);
    }
    return apply(values) ?? null;
  };
}

function takesNull(definition: FunctionDefinition, argument: number): boolean {
  const { nullable, optional } = parameterAt(definition, argument);
  return nullable === true || optional === true;
}

const not =
  <S>(operand: Evaluate<S>): Evaluate<S> =>
  (source) =>
    !holds(operand(source));

const ofNumber =
  <S>(operand: Evaluate<S>, work: (value: number) => number): Evaluate<S> =>
  (source) => {
    const value = operand(source);
    return value === null ? null : work(asNumber(value));
  };

function ofNumbers<S>(a: Evaluate<S>, b: Evaluate<S>, work: (a: number, b: number) => number): Evaluate<S> {
  return (source) => {
    const [x, y] = [a(source), b(source)];
    if (x === null || y === null) return null;
    const result = work(asNumber(x), asNumber(y));
    if (!Number.isFinite(result))
      throw new Unusable('a finite number', 'a division by 0, or a number that is too large');
    // Never -0, which JSON does not tell from 0.
    return result + 0;
  };
}

function ordered<S>(
  a: Evaluate<S>,
  b: Evaluate<S>,
  order: (a: unknown, b: unknown) => number,
  holdsFor: (order: number) => boolean,
): Evaluate<S> {
  return (source) => {
    const [x, y] = [a(source), b(source)];
    return x !== null && y !== null && holdsFor(order(x, y));
  };
}
