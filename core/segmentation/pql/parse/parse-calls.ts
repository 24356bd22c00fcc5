import type { Expression } from '../ast.ts';
import { quantifiedBy } from './conditions.ts';
import { FUNCTIONS, MEMBERSHIPS, METHODS } from './names.ts';
import type { Parser } from './parser.ts';
import type { Token } from './tokens.ts';

type Arity = readonly [least: number, most: number];

/** Methods that become something else here, by how many arguments they take. */
const SUGAR: Readonly<Record<string, Arity>> = {
  in: [1, 1],
  notIn: [1, 1],
  like: [1, 1],
  filter: [1, 1],
  exists: [0, 1],
  forall: [1, 1],
};

/** `object.name(args)`; `start` is where the object begins. */
export function methodOf(
  parser: Parser,
  object: Expression,
  name: Token,
  args: readonly Expression[],
  start: number,
): Expression {
  const { cursor } = parser;
  const arity = arityOf(SUGAR, name.text) ?? arityOf(METHODS, name.text);
  if (arity === undefined)
    return cursor.fail(`there is no method "${name.text}"`, name, 'a method of PQL, such as count, sum or startsWith');
  checkArity(parser, name, args.length, arity);
  const span = cursor.spanFrom(start);
  const operator = MEMBERSHIPS.find((candidate) => candidate === name.text);
  if (operator !== undefined)
    return cursor.node({ kind: 'comparison', operator, left: object, right: args[0]!, span }, object, args[0]!);
  switch (name.text) {
    case 'filter': {
      const condition = parser.conditional(args[0]!);
      return cursor.node({ kind: 'filter', source: object, condition, span }, object, condition);
    }
    case 'exists':
    case 'forall':
      return cursor.node(quantifiedBy(name.text, object, args[0], span), object, ...args);
    default:
      return cursor.node({ kind: 'method', object, name: name.text, args, span }, object, ...args);
  }
}

/** `name(args)`: a function; those that are also methods become methods of their first argument. */
export function callOf(parser: Parser, name: Token, args: readonly Expression[]): Expression {
  const { cursor } = parser;
  const arity = arityOf(FUNCTIONS, name.text);
  if (arity !== undefined) {
    checkArity(parser, name, args.length, arity);
    const given = name.text === 'if' ? [parser.conditional(args[0]!), ...args.slice(1)] : args;
    return cursor.node({ kind: 'call', name: name.text, args: given, span: cursor.spanFrom(name.start) }, ...given);
  }
  if (!Object.hasOwn(SUGAR, name.text) && !Object.hasOwn(METHODS, name.text))
    return cursor.fail(`there is no function "${name.text}"`, name, 'a function of PQL, such as count, sum or date');
  const [object, ...rest] = args;
  if (object === undefined)
    return cursor.fail(`"${name.text}" is given no argument`, name, 'what it works on as the first argument');
  return methodOf(parser, object, name, rest, name.start);
}

const arityOf = (arities: Readonly<Record<string, Arity>>, name: string): Arity | undefined =>
  Object.hasOwn(arities, name) ? arities[name] : undefined;

function checkArity({ cursor }: Parser, name: Token, given: number, [least, most]: Arity): void {
  if (given >= least && given <= most) return;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  cursor.fail(
    `"${name.text}" is given ${given} argument${given === 1 ? '' : 's'}`,
    name,
    `${wanted} argument${wanted === '1' ? '' : 's'}`,
  );
}
