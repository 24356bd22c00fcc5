import * as z from 'zod';
import { isObject } from '#core/util/is-object.ts';
import type { Expression, TimeCondition } from '../ast.ts';
import { PqlError } from '../parse/errors.ts';
import { formatPql } from '../parse/format.ts';
import { FUNCTIONS, METHODS } from '../parse/names.ts';
import { CALENDAR_UNITS } from '../time.ts';

const MAX_LEVELS = 64;
const MAX_NODES = 10_000;

/**
 * The PQL text of a rule in `pql/json`. Nothing of it is taken over as text unless it is a name or a value, so that a tree
 * says what it shows and nothing else.
 * @throws PqlError for what is no such tree
 */
export function pqlFromJson(tree: unknown): string {
  let nodes = 0;
  const read = (node: unknown, level: number): Expression => {
    nodes += 1;
    if (level > MAX_LEVELS || nodes > MAX_NODES)
      fail(`at most ${MAX_LEVELS} levels and ${MAX_NODES} nodes are possible`);
    if (!isObject(node) || typeof node.nodeType !== 'string') fail('expected nodes with a nodeType');
    const reader = Object.hasOwn(READERS, node.nodeType) ? READERS[node.nodeType] : undefined;
    if (!reader)
      fail(`there is no nodeType "${node.nodeType.slice(0, 40)}"; there are ${Object.keys(READERS).join(', ')}`);
    return reader(node, (inner) => read(inner, level + 1));
  };
  return formatPql(read(tree, 0));
}

function fail(message: string): never {
  throw new PqlError(message, '', 0);
}

type Read = (node: unknown) => Expression;
type Node = Readonly<Record<string, unknown>>;

const span = { start: 0, end: 0 };

function shaped<T>(shape: z.ZodType<T>, node: unknown): T {
  const parsed = shape.safeParse(node);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return fail(`${[(isObject(node) && node.nodeType) || 'node', ...issue!.path].join('.')}: ${issue!.message}`);
}

const name = z.string().min(1).max(200);
const amount = z.number().min(0).max(1e9);
const unit = z.enum(CALENDAR_UNITS);
const any = z.unknown();
const list = z.array(any).max(1_000);
const comparison = z.enum(['=', '!=', '<', '<=', '>', '>=']);

const READERS: Readonly<Record<string, (node: Node, read: Read) => Expression>> = {
  literal: readLiteral,
  fieldLookup: (node, read) => {
    const { fieldName, object } = shaped(z.object({ fieldName: name, object: any }), node);
    const isInScope = isObject(object) && object.nodeType === 'parameterReference';
    return isInScope
      ? { kind: 'name', name: fieldName, span }
      : { kind: 'member', object: read(object), name: fieldName, span };
  },
  variableReference: (node) => ({ kind: 'name', name: shaped(z.object({ varName: name }), node).varName, span }),
  inputParameter: (node) => ({
    kind: 'parameter',
    ...shaped(z.object({ index: z.int().min(0).max(1_000) }), node),
    span,
  }),
  outerReference: (node) => ({ kind: 'outer', ...shaped(z.object({ levels: z.int().min(1).max(16) }), node), span }),
  fnApply: readApplication,
  lambda: (node, read) => {
    const { parameters, body } = shaped(z.object({ parameters: z.array(name).max(10), body: any }), node);
    return { kind: 'lambda', parameters, body: read(body), span };
  },
  let: (node, read) => {
    const { varName, value, body } = shaped(z.object({ varName: name, value: any, body: any }), node);
    return { kind: 'let', name: varName, value: read(value), body: read(body), span };
  },
  quantifier: (node, read) => {
    const shape = z.object({
      quantifier: z.enum(['exists', 'forall', 'select']),
      varName: name,
      source: any,
      condition: any,
    });
    const { quantifier, varName: variable, source, condition } = shaped(shape, { condition: undefined, ...node });
    return { kind: 'quantifier', quantifier, variable, source: read(source), condition: readOr(condition, read), span };
  },
  duration: (node) => ({ kind: 'duration', ...shaped(z.object({ amount, unit }), node), span }),
  moment: (node) => ({
    kind: 'moment',
    ...shaped(z.object({ name: z.enum(['now', 'today', 'yesterday', 'tomorrow']) }), node),
    span,
  }),
  period: (node) => ({
    kind: 'period',
    ...shaped(z.object({ which: z.enum(['this', 'last', 'next']), unit }), node),
    span,
  }),
  occurs: (node, read) => {
    const { time, when } = shaped(z.object({ time: any, when: any }), node);
    return { kind: 'occurs', time: read(time), when: readCondition(when, read), span };
  },
  chain: (node, read) => {
    const step = z.object({ name, what: any, when: list, count: z.int().min(0).max(1_000) });
    const shape = z.object({
      source: any,
      steps: z.array(z.preprocess(withWhat, step)).min(1).max(50),
      condition: any,
    });
    const { source, steps, condition } = shaped(shape, { condition: undefined, ...node });
    const read1 = steps.map(({ what, when, ...rest }) => ({
      ...rest,
      what: readOr(what, read),
      when: when.map((one) => readCondition(one, read)),
      span,
    }));
    return { kind: 'chain', source: read(source), steps: read1, condition: readOr(condition, read), span };
  },
};

const withWhat = (step: unknown): unknown => (isObject(step) ? { what: undefined, ...step } : step);
const readOr = (node: unknown, read: Read): Expression | undefined =>
  node === undefined || node === null ? undefined : read(node);

function readLiteral(node: Node, read: Read): Expression {
  const value = node.value;
  if (Array.isArray(value)) {
    const items = shaped(list, value).map((item) => read(isObject(item) ? item : { nodeType: 'literal', value: item }));
    return { kind: 'list', items, span };
  }
  const shape = z.union(
    [z.string(), z.number(), z.boolean(), z.null()],
    'expected text, a number, true, false or null',
  );
  const scalar = shaped(shape, value);
  const isNumber = node.literalType === 'Integer' || node.literalType === 'Double';
  if (isNumber && typeof scalar === 'string' && Number.isFinite(Number(scalar)) && scalar !== '') {
    return { kind: 'literal', value: Number(scalar), span };
  }
  return { kind: 'literal', value: scalar, span };
}

/** AEP has other words for some. */
const SAME_AS: ReadonlyMap<string, string> = new Map(
  Object.entries({ '==': '=', '!': 'not', '&&': 'and', '||': 'or' }),
);

function readApplication(node: Node, read: Read): Expression {
  const { fnName, params } = shaped(z.object({ fnName: z.string(), params: list }), node);
  const fn = SAME_AS.get(fnName) ?? fnName;
  const operands = params.map(read);
  const [first, ...others] = operands;
  const found = first && (unary(fn, first, others) ?? binary(fn, first, others));
  if (found) return found;
  if ((fn === 'and' || fn === 'or') && first) return logical(fn, operands);
  if (first && Object.hasOwn(METHODS, fn)) return { kind: 'method', object: first, name: fn, args: others, span };
  if (Object.hasOwn(FUNCTIONS, fn)) return { kind: 'call', name: fn, args: operands, span };
  return fail(`there is no function "${fn.slice(0, 40)}" of ${operands.length} parameters`);
}

const unary = (fn: string, operand: Expression, others: readonly Expression[]): Expression | undefined =>
  others.length === 0 && (fn === 'not' || fn === 'negate') ? { kind: fn, operand, span } : undefined;

const COMPARED = [...comparison.options, 'in', 'notIn', 'like'] as const;
const RECKONED = ['+', '-', '*', '/', '%'] as const;

function binary(fn: string, left: Expression, [right, ...more]: readonly Expression[]): Expression | undefined {
  if (!right || more.length > 0) return undefined;
  const compared = COMPARED.find((one) => one === fn);
  if (compared) return { kind: 'comparison', operator: compared, left, right, span };
  const reckoned = RECKONED.find((one) => one === fn);
  if (reckoned) return { kind: 'arithmetic', operator: reckoned, left, right, span };
  return fn === 'filter' ? { kind: 'filter', source: left, condition: right, span } : undefined;
}

function logical(operator: 'and' | 'or', operands: readonly Expression[]): Expression {
  const flat = operands.flatMap((one) => (one.kind === 'logical' && one.operator === operator ? one.operands : [one]));
  return flat.length === 1 ? flat[0]! : { kind: 'logical', operator, operands: flat, span };
}

function readCondition(node: unknown, read: Read): TimeCondition {
  const kind = isObject(node) ? node.kind : undefined;
  if (kind === 'distance') {
    const shape = z.object({
      operator: comparison,
      amount,
      unit,
      direction: z.enum(['before', 'after']),
      reference: any,
    });
    const { reference, ...rest } = shaped(shape, node);
    return { kind, ...rest, reference: read(reference), span };
  }
  if (kind === 'side') {
    const { direction, reference } = shaped(z.object({ direction: z.enum(['before', 'after']), reference: any }), node);
    return { kind, direction, reference: read(reference), span };
  }
  if (kind === 'on') return { kind, reference: read(shaped(z.object({ reference: any }), node).reference), span };
  if (kind !== 'between') return fail('expected a condition of kind distance, side, on or between');
  const { from, to } = shaped(z.object({ from: any, to: any }), node);
  return { kind, from: read(from), to: read(to), span };
}
