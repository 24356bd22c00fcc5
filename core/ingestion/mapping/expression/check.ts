import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Binary, Call, Node } from './ast.ts';
import { ExpressionError } from './error.ts';
import type { FunctionDefinition, Parameter } from './function.ts';
import { FUNCTIONS, NOT_OFFERED } from './functions/index.ts';
import {
  ANY,
  BOOLEAN,
  listOf,
  mayBe,
  NULL,
  NUMBER,
  nameOfType,
  OBJECT,
  oneOf,
  type StaticType,
  TEXT,
  type Wanted,
} from './types.ts';

/**
 * Works out the type of expressions, as far as it is known before there is a record, and whether they are right: it throws
 * an {@link ExpressionError} for a function that there is not, or that does not take these arguments.
 */
export class TypeCheck {
  /** Without it, to know the type of a part would take twice as long a level further up. */
  readonly #known = new WeakMap<Node, StaticType>();
  readonly #lists: number;

  /** @param lists how many lists are gone through item by item: a path to an item of these is that of one value */
  constructor(lists: number) {
    this.#lists = lists;
  }

  typeOf(node: Node): StaticType {
    const before = this.#known.get(node);
    if (before) return before;
    const type = this.#workOut(node);
    this.#known.set(node, type);
    return type;
  }

  /** Whether `+` puts texts together: where one of them is known to be a text. */
  isConcatenation({ left, right }: Binary): boolean {
    return this.typeOf(left).kind === 'text' || this.typeOf(right).kind === 'text';
  }

  #workOut(node: Node): StaticType {
    switch (node.kind) {
      case 'literal':
        return ofLiteral(node.value);
      case 'path':
        return (node.path.steps ?? []).filter((step) => 'each' in step).length > this.#lists ? listOf(ANY) : ANY;
      case 'call':
        return this.#ofCall(node);
      case 'list':
        return listOf(oneOf(node.items.map((item) => this.typeOf(item))));
      case 'object':
        return {
          kind: 'object',
          fields: new Map(node.entries.map(({ key, start, value }) => [key, { type: this.typeOf(value), start }])),
        };
      case 'member':
        this.#expect(node.object, 'object');
        return this.typeOf(node.object).fields?.get(node.name)?.type ?? ANY;
      case 'index':
        this.#expect(node.list, 'list');
        return this.typeOf(node.list).item ?? ANY;
      case 'not':
        this.#expect(node.operand, 'boolean');
        return BOOLEAN;
      case 'negate':
        this.#expect(node.operand, 'number');
        return NUMBER;
      case 'choice':
        this.#expect(node.condition, 'boolean');
        return oneOf([this.typeOf(node.then), this.typeOf(node.otherwise)]);
      case 'binary':
        return this.#ofBinary(node);
    }
  }

  #expect(node: Node, wanted: Wanted): void {
    const { kind } = this.typeOf(node);
    if (mayBe({ kind }, wanted)) return;
    throw new ExpressionError(`this is ${nameOfType(kind)}`, node.start, { expected: nameOfType(wanted) });
  }

  #ofBinary(node: Binary): StaticType {
    const { operator, left, right } = node;
    const wanted: Wanted = LOGICAL.includes(operator) ? 'boolean' : COMPARING.includes(operator) ? 'scalar' : 'number';
    const isText = operator === '+' && this.isConcatenation(node);
    for (const side of [left, right]) this.#expect(side, isText ? 'text' : wanted);
    if (isText) return TEXT;
    return wanted === 'number' ? NUMBER : BOOLEAN;
  }

  #ofCall(call: Call): StaticType {
    const definition = functionOf(call);
    expectCount(call, definition);
    const types = call.args.map((arg) => this.typeOf(arg));
    for (const [i, arg] of call.args.entries()) expectArgument(call, arg, types[i]!, parameterAt(definition, i));
    if (call.name === 'to_object') return objectOf(call, types);
    return typeof definition.result === 'function' ? definition.result(types) : definition.result;
  }
}

function ofLiteral(value: string | number | boolean | null): StaticType {
  if (typeof value === 'string') return TEXT;
  if (typeof value === 'number') return NUMBER;
  return value === null ? NULL : BOOLEAN;
}

const LOGICAL: readonly Binary['operator'][] = ['and', 'or'];
const COMPARING: readonly Binary['operator'][] = ['==', '!=', '<', '<=', '>', '>='];

/** @throws ExpressionError */
export function functionOf({ name, start }: Call): FunctionDefinition {
  if (Object.hasOwn(FUNCTIONS, name)) return FUNCTIONS[name]!;
  const reason = Object.hasOwn(NOT_OFFERED, name) ? NOT_OFFERED[name] : undefined;
  if (reason !== undefined) throw new ExpressionError(`the function "${name}" is not offered`, start, { hint: reason });
  throw new ExpressionError(`there is no function "${name}"`, start, {
    hint: didYouMean(name, Object.keys(FUNCTIONS)),
  });
}

/** The parameter of an argument; the last ones may repeat. */
export function parameterAt({ parameters, repeats = 0 }: FunctionDefinition, argument: number): Parameter {
  const fixed = parameters.length - repeats;
  return argument < fixed || repeats === 0
    ? parameters[argument]!
    : parameters[fixed + ((argument - fixed) % repeats)]!;
}

function expectCount({ name, args, start }: Call, definition: FunctionDefinition): void {
  const { parameters, repeats = 0 } = definition;
  const least = parameters.filter(({ optional }) => !optional).length;
  const beyond = args.length - (parameters.length - repeats);
  const fits =
    repeats === 0
      ? args.length <= parameters.length
      : beyond % repeats === 0 || ('hasLast' in definition && definition.hasLast);
  if (args.length >= least && fits) return;
  throw new ExpressionError(`"${name}" has ${args.length} ${args.length === 1 ? 'argument' : 'arguments'}`, start, {
    expected: usageOf(name, definition),
  });
}

/** `lpad(text, length, padding?)`. */
export function usageOf(name: string, { parameters, repeats = 0 }: FunctionDefinition): string {
  const names = parameters.map((parameter) => `${parameter.name}${parameter.optional ? '?' : ''}`);
  return `${name}(${[...names, ...(repeats > 0 ? ['…'] : [])].join(', ')})`;
}

function expectArgument(
  { name }: Call,
  arg: Node,
  type: StaticType,
  { takes, literal, name: parameter }: Parameter,
): void {
  if (!mayBe(type, takes)) {
    throw new ExpressionError(
      `"${name}" takes ${nameOfType(takes)} as ${parameter}, and this is ${nameOfType(type.kind)}`,
      arg.start,
      {
        expected: nameOfType(takes),
      },
    );
  }
  if (arg.kind === 'literal' && takes === 'number' && typeof arg.value === 'string') {
    throw new ExpressionError(`"${name}" takes a number as ${parameter}`, arg.start, {
      expected: 'a number without quotes',
    });
  }
  if (!literal || (arg.kind === 'literal' && typeof arg.value === 'string')) return;
  throw new ExpressionError(`the ${parameter} of "${name}" has to be written out`, arg.start, {
    expected: 'a text in quotes',
  });
}

/** An object whose names are written out is known. */
function objectOf({ args }: Call, types: readonly StaticType[]): StaticType {
  const fields = new Map<string, { type: StaticType; start: number }>();
  for (let i = 0; i < args.length; i += 2) {
    const key = args[i]!;
    if (key.kind !== 'literal') return OBJECT;
    fields.set(String(key.value), { type: types[i + 1]!, start: key.start });
  }
  return { kind: 'object', fields };
}
