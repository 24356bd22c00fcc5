import type { FieldTree } from '#core/schema/field-tree.ts';
import type { Relationship } from '#core/schema/relationship.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { ChainStep, Expression, TimeCondition } from '../ast.ts';
import { type ByKind, doByKind, type OfKind } from '../by-kind.ts';
import { ITEM_METHODS } from '../parse/names.ts';
import { asAllowed } from './allowed.ts';
import {
  asArgument,
  asCompared,
  asCondition,
  asMeasured,
  asMember,
  asObject,
  asOperand,
  asSource,
  asTime,
  ofCall,
  ofLiteral,
  type PqlProblem,
  resultOf,
} from './operations.ts';
import { fieldOf, itemOf, kindOf, listOf, namesBeside, UNKNOWN, type Value, worked } from './values.ts';

/** Something in a PQL text that the union schema speaks against. */
export interface PositionedProblem extends PqlProblem {
  /** UTF-16 offset into the PQL text. */
  readonly offset: number;
}

/** What profiles and events hold; undefined where schemas don't say. */
export interface Unions {
  readonly profile: FieldTree | undefined;
  readonly event: FieldTree | undefined;
  /** What is looked up by which field. @default nothing */
  readonly lookups?: readonly (Relationship & { readonly tree: FieldTree | 'open' })[];
}

/** Names, and what is in scope without a name, innermost first: as the compiler resolves them. */
interface Scope {
  readonly here: readonly Value[];
  readonly variables: ReadonlyMap<string, Value>;
}

/** A field that an expression reads. */
export interface FieldRead {
  readonly of: Value['of'];
  /** Of a record that is looked up: the `$id` of its schema. */
  readonly entity?: string;
  /** Dotted. */
  readonly path: string;
}

/**
 * Finds what does not fit the union schema (aep.md §1.1): fields that are in no schema of Profile, values of different
 * kinds that are compared, operations on what they do not work on, and a rule that is no condition.
 */
export const problemsOfFields = (expression: Expression, unions: Unions): PositionedProblem[] =>
  lookUpFields(expression, unions).problems;

/**
 * Finds what may be meant so, but is likely to be a slip: a value that a field is compared with and that all schemas rule
 * out, so that the comparison never holds, or always.
 */
export const doubtsOfFields = (expression: Expression, unions: Unions): PositionedProblem[] =>
  lookUpFields(expression, unions).doubts;

/** Every field that an expression reads, those on the way to it included, each once. */
export const fieldsRead = (expression: Expression, unions: Unions): FieldRead[] => [
  ...lookUpFields(expression, unions).read.values(),
];

function lookUpFields(
  expression: Expression,
  unions: Unions,
): { problems: PositionedProblem[]; doubts: PositionedProblem[]; read: ReadonlyMap<string, FieldRead> } {
  const found: PositionedProblem[] = [];
  const doubts: PositionedProblem[] = [];
  const fields = new Map<string, FieldRead>();
  const events: Value = { tree: unions.event ?? 'open', of: 'events', path: [], many: true };
  const profile: Value = { tree: unions.profile ?? 'open', of: 'profiles', path: [], many: false };

  /** Where a field has a relationship, what stands after it is a field of the record. */
  const lookedUp = (value: Value): Value => {
    if (value.kind !== undefined || value.of === 'lookups') return value;
    const of = value.of === 'profiles' ? 'profile' : 'event';
    const found = unions.lookups?.find((one) => one.of === of && one.path.join('\0') === value.path.join('\0'));
    return found ? { tree: found.tree, of: 'lookups', entity: found.entity, path: [], many: value.many } : value;
  };
  const readField = (value: Value, name: string): Value | undefined => {
    const field = fieldOf(lookedUp(value), name);
    const path = field?.path.join('.') ?? '';
    if (field && path !== '') {
      const { of, entity } = field;
      fields.set(`${entity ?? of} ${path}`, { of, path, ...(entity !== undefined && { entity }) });
    }
    return field;
  };
  const note = (problem: PqlProblem | undefined, { span }: Expression): void => {
    if (problem) found.push({ ...problem, offset: span.start });
  };
  /** What a field is compared with: a literal, or a list of some. */
  const doubt = (value: Value, other: Expression, isCaseSensitive = true): void => {
    for (const one of other.kind === 'list' ? other.items : [other]) {
      const strange = one.kind === 'literal' ? asAllowed(value, one.value, isCaseSensitive) : undefined;
      if (strange) doubts.push({ ...strange, offset: one.span.start });
    }
  };
  const unknown = (value: Value, name: string, offset: number, elsewhere?: string): Value => {
    const holder = lookedUp(value);
    const path = [...holder.path, name].join('.');
    const names = namesBeside(holder, name);
    const hint = elsewhere ?? didYouMean(name, names) ?? listOfNames(names);
    found.push({ offset, message: `"${path}" is not a field of ${holder.entity ?? holder.of}`, ...(hint && { hint }) });
    return UNKNOWN;
  };
  const condition = (node: Expression, scope: Scope): Value => {
    note(asCondition(read(node, scope)), node);
    return worked('boolean');
  };
  /** What is evaluated for an item, which is in scope with or without a name. */
  const inside = (item: Value, body: Expression, scope: Scope, use: typeof read): Value => {
    const within = { ...scope, here: [item, ...scope.here] };
    if (body.kind !== 'lambda') return use(body, within);
    const { parameters } = body;
    const named = bind(within, parameters.at(-1)!, item);
    return use(body.body, parameters.length > 1 ? bind(named, parameters[0]!, UNKNOWN) : named);
  };
  const readTime = (when: TimeCondition, scope: Scope): void => {
    for (const one of when.kind === 'between' ? [when.from, when.to] : [when.reference]) {
      note(asTime(read(one, scope)), one);
    }
  };

  const always = (value: Value) => (): Value => value;
  const reads: ByKind<Value, [scope: Scope]> = {
    literal: ({ value }) => ofLiteral(value),
    moment: always(worked('time')),
    duration: always(worked('duration')),
    period: always(UNKNOWN),
    parameter: always(profile),
    outer: ({ levels }, { here }) => here[levels] ?? profile,
    name: ({ name, span }, scope) => readName(name, span.start, scope),
    member: readMember,
    filter(filter, scope) {
      const list = read(filter.source, scope);
      inside(itemOf(list), filter.condition, scope, condition);
      return listOf(list);
    },
    method: readMethod,
    quantifier(node, scope) {
      const source = read(node.source, scope);
      note(asSource(source), node.source);
      if (node.condition) condition(node.condition, bind(scope, node.variable, itemOf(source)));
      return node.quantifier === 'select' ? listOf(source) : worked('boolean');
    },
    let: ({ name, value, body }, scope) => read(body, bind(scope, name, read(value, scope))),
    chain: readChain,
    occurs({ time, when }, scope) {
      note(asTime(read(time, scope)), time);
      readTime(when, scope);
      return worked('boolean');
    },
    comparison: readComparison,
    arithmetic: readArithmetic,
    not: ({ operand }, scope) => condition(operand, scope),
    negate({ operand }, scope) {
      note(asOperand(read(operand, scope), ['number'], 'a number'), operand);
      return worked('number');
    },
    logical({ operands }, scope) {
      for (const operand of operands) condition(operand, scope);
      return worked('boolean');
    },
    list({ items }, scope) {
      const kinds = new Set(items.map((item) => kindOf(read(item, scope))));
      return kinds.size === 1 && !kinds.has(undefined) ? worked([...kinds][0]!, true) : listOf(UNKNOWN);
    },
    call: readCall,
    lambda({ parameters, body }, scope) {
      read(body, bind(scope, parameters[0]!, UNKNOWN));
      return UNKNOWN;
    },
  };

  function read(node: Expression, scope: Scope): Value {
    return doByKind(reads, node, scope);
  }

  function readMember({ object: holder, name, span }: OfKind<'member'>, scope: Scope): Value {
    const object = read(holder, scope);
    if (object === profile && name === 'xEvent') return events;
    const at = Math.max(span.start, span.end - name.length);
    return readField(object, name) ?? unknown(object, name, at);
  }

  function readChain({ source, steps, condition: ofSteps }: OfKind<'chain'>, scope: Scope): Value {
    const item = itemOf(read(source, scope));
    for (const [index, step] of steps.entries()) readStep(steps, index, step, item, scope);
    const known = steps.filter(({ count }) => count > 0);
    if (ofSteps) condition(ofSteps, bindSteps(scope, known, item));
    return worked('boolean');
  }

  /** A variable, `xEvent`, or a field of the innermost item: nothing is looked for further out. */
  function readName(name: string, offset: number, { here, variables }: Scope): Value {
    const variable = variables.get(name);
    if (variable) return variable;
    if (name === 'xEvent') return events;
    const field = readField(here[0]!, name);
    if (field) return field;
    const out = here.findIndex((value) => fieldOf(value, name) !== undefined);
    const holder = [...variables].find(([, value]) => value.path.length === 0 && fieldOf(value, name) !== undefined);
    const meant =
      out > 0 ? `${'^'.repeat(out)}.${name}` : holder && holder[1].tree !== 'open' && `${holder[0]}.${name}`;
    return unknown(here[0]!, name, offset, meant ? `did you mean ${meant}?` : undefined);
  }

  function readMethod(node: OfKind<'method'>, scope: Scope): Value {
    const object = read(node.object, scope);
    note(asObject(node.name, object), node.object);
    return ITEM_METHODS.has(node.name) ? readItemMethod(node, object, scope) : readPlainMethod(node, object, scope);
  }

  /** A method whose argument is evaluated for every item. */
  function readItemMethod({ name, args, object: of }: OfKind<'method'>, object: Value, scope: Scope): Value {
    const [first, second] = args;
    const each = first && inside(itemOf(object), first, scope, read);
    if (each) note(asMeasured(name, each), first);
    else if (name !== 'count') note(asMeasured(name, object), of);
    if (second) note(asOperand(read(second, scope), ['number'], `a number of items for ${name}`), second);
    return resultOf(name, object, each) ?? listOf(object);
  }

  function readPlainMethod({ name, args }: OfKind<'method'>, object: Value, scope: Scope): Value {
    const [first, second] = args;
    const values = args.map((argument) => read(argument, scope));
    if (first) note(asArgument(name, object, values[0]!), first);
    if (second && name !== 'regexGroup') note(asCondition(values[1]!), second);
    if (first && WHOLE_VALUES.has(name)) doubt(object, first, !isFalse(second));
    const key = name === 'get' && first?.kind === 'literal' ? first.value : undefined;
    const isField = typeof key === 'string' && object.kind === undefined;
    return isField ? (readField(object, key) ?? UNKNOWN) : resultOfPlain(name, object);
  }

  function readComparison(node: OfKind<'comparison'>, scope: Scope): Value {
    const { operator } = node;
    const [left, right] = [read(node.left, scope), read(node.right, scope)];
    if (operator === 'like') {
      note(asOperand(left, ['text'], 'a text for like'), node.left);
      note(asOperand(right, ['text'], 'a pattern for like'), node.right);
    } else if (operator === 'in' || operator === 'notIn') note(asMember(left, right), node.right);
    else note(asCompared(operator, left, right), node.right);
    if (EQUALITIES.has(operator)) {
      doubt(left, node.right);
      doubt(right, node.left);
    }
    return worked('boolean');
  }

  function readArithmetic(node: OfKind<'arithmetic'>, scope: Scope): Value {
    const [left, right] = [read(node.left, scope), read(node.right, scope)];
    const [a, b] = [kindOf(left), kindOf(right)];
    if (a === 'duration' || b === 'duration') return worked('time');
    if (node.operator === '+' && (a === 'text' || b === 'text')) return worked('text');
    if (node.operator === '-' && (a === 'time' || b === 'time')) return UNKNOWN;
    note(asOperand(left, ['number'], `a number for ${node.operator}`), node.left);
    note(asOperand(right, ['number'], `a number for ${node.operator}`), node.right);
    return a === undefined && b === undefined ? UNKNOWN : worked('number');
  }

  function readCall(node: OfKind<'call'>, scope: Scope): Value {
    const [first, second] = node.args;
    const values = node.args.map((argument) => read(argument, scope));
    if (node.name === 'if') {
      note(asCondition(values[0]!), first!);
      const [a, b] = [values[1]!, values[2]!];
      return kindOf(a) === kindOf(b) && kindOf(a) !== undefined && a.many === b.many && second
        ? worked(kindOf(a)!, a.many)
        : UNKNOWN;
    }
    return ofCall(node.name);
  }

  function readStep(steps: readonly ChainStep[], index: number, step: ChainStep, item: Value, scope: Scope): void {
    const following = steps.findIndex(({ count }, at) => at > index && count > 0);
    const known = steps.filter(({ count }, at) => count > 0 && (at < index || (step.count === 0 && at === following)));
    const outside = bindSteps(scope, known, item);
    if (step.what) inside(item, step.what, bind(outside, step.name, item), condition);
    for (const when of step.when) readTime(when, outside);
  }

  const start: Scope = { here: [profile], variables: new Map() };
  if (expression.kind === 'lambda') condition(expression.body, bind(start, expression.parameters[0]!, profile));
  else condition(expression, start);
  const inOrder = (x: PositionedProblem, y: PositionedProblem): number => x.offset - y.offset;
  return { problems: found.sort(inOrder), doubts: doubts.sort(inOrder), read: fields };
}

function resultOfPlain(method: string, object: Value): Value {
  if (method === 'head') return itemOf(object);
  if (method === 'distinct' || method === 'intersection') return listOf(object);
  return resultOf(method, object, undefined) ?? UNKNOWN;
}

const isFalse = (node: Expression | undefined): boolean => node?.kind === 'literal' && node.value === false;

/** Comparisons and methods that ask whether a value is another one, or one of several. */
const EQUALITIES: ReadonlySet<string> = new Set(['=', '!=', 'in', 'notIn']);
const WHOLE_VALUES: ReadonlySet<string> = new Set([
  ...['equals', 'notEqualTo', 'includes', 'intersects', 'intersection', 'subsetOf', 'supersetOf'],
]);

/** What else there is, where that is not much. */
const listOfNames = (names: readonly string[]): string | undefined =>
  names.length > 0 && names.length <= 12 ? `the fields there are ${[...names].sort().join(', ')}` : undefined;

const bind = (scope: Scope, name: string, value: Value): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, [name, value]]),
});

const bindSteps = (scope: Scope, steps: readonly ChainStep[], item: Value): Scope =>
  steps.reduce((inner, { name }) => bind(inner, name, item), scope);
