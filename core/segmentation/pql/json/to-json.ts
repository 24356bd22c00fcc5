import type { ChainStep, Expression, TimeCondition } from '../ast.ts';
import { type ByKind, doByKind } from '../by-kind.ts';

/** A node of `pql/json`, the form in which programs pass rules on. */
export type JsonNode = { readonly nodeType: string } & Readonly<Record<string, unknown>>;

/**
 * A rule as `pql/json` (docs/segments.md, "Rules as JSON"): what AEP names is named as there (`fnApply`, `fieldLookup`,
 * `parameterReference`, `literal`), the other parts of the language have node types of their own. `pqlFromJson` reads it.
 */
export const pqlToJson = (expression: Expression): JsonNode => doByKind(NODES, expression);

const IN_SCOPE: JsonNode = { nodeType: 'parameterReference', position: 1 };
const apply = (fnName: string, ...params: readonly JsonNode[]): JsonNode => ({ nodeType: 'fnApply', fnName, params });

const TYPES: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Double',
  boolean: 'Boolean',
  object: 'Null',
};

const NODES: ByKind<JsonNode> = {
  literal: ({ value }) => ({
    nodeType: 'literal',
    literalType: Number.isSafeInteger(value) ? 'Integer' : TYPES[typeof value]!,
    value: Object.is(value, -0) ? '-0' : value,
  }),
  list: ({ items }) => ({ nodeType: 'literal', literalType: 'List', value: items.map(pqlToJson) }),
  name: ({ name }) => ({ nodeType: 'fieldLookup', fieldName: name, object: IN_SCOPE }),
  parameter: ({ index }) => ({ nodeType: 'inputParameter', index }),
  outer: ({ levels }) => ({ nodeType: 'outerReference', levels }),
  member: ({ object, name }) => ({ nodeType: 'fieldLookup', fieldName: name, object: pqlToJson(object) }),
  filter: ({ source, condition }) => apply('filter', pqlToJson(source), pqlToJson(condition)),
  method: ({ object, name, args }) => apply(name, pqlToJson(object), ...args.map(pqlToJson)),
  call: ({ name, args }) => apply(name, ...args.map(pqlToJson)),
  not: ({ operand }) => apply('not', pqlToJson(operand)),
  negate: ({ operand }) => apply('negate', pqlToJson(operand)),
  logical: ({ operator, operands }) => apply(operator, ...operands.map(pqlToJson)),
  comparison: ({ operator, left, right }) => apply(operator, pqlToJson(left), pqlToJson(right)),
  arithmetic: ({ operator, left, right }) => apply(operator, pqlToJson(left), pqlToJson(right)),
  lambda: ({ parameters, body }) => ({ nodeType: 'lambda', parameters, body: pqlToJson(body) }),
  let: ({ name, value, body }) => ({ nodeType: 'let', varName: name, value: pqlToJson(value), body: pqlToJson(body) }),
  quantifier: ({ quantifier, variable, source, condition }) => ({
    nodeType: 'quantifier',
    quantifier,
    varName: variable,
    source: pqlToJson(source),
    ...(condition && { condition: pqlToJson(condition) }),
  }),
  duration: ({ amount, unit }) => ({ nodeType: 'duration', amount, unit }),
  moment: ({ name }) => ({ nodeType: 'moment', name }),
  period: ({ which, unit }) => ({ nodeType: 'period', which, unit }),
  occurs: ({ time, when }) => ({ nodeType: 'occurs', time: pqlToJson(time), when: conditionOf(when) }),
  chain: ({ source, steps, condition }) => ({
    nodeType: 'chain',
    source: pqlToJson(source),
    steps: steps.map(stepOf),
    ...(condition && { condition: pqlToJson(condition) }),
  }),
};

const stepOf = ({ name, what, when, count }: ChainStep) => ({
  name,
  ...(what && { what: pqlToJson(what) }),
  when: when.map(conditionOf),
  count,
});

function conditionOf({ span: _, ...when }: TimeCondition): object {
  const nodes = Object.entries(when).map(([name, value]) => [name, isNode(value) ? pqlToJson(value) : value]);
  return Object.fromEntries(nodes) as object;
}

const isNode = (value: unknown): value is Expression => typeof value === 'object' && value !== null && 'kind' in value;
