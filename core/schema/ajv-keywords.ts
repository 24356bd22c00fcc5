import { _, type CodeKeywordDefinition, type FuncKeywordDefinition, type Name } from 'ajv';
import stringify from 'safe-stable-stringify';
import { isMultipleOf } from '#core/util/decimal.ts';
import { COST, TEXT_COST } from './ajv-nodes.ts';
import { LARGE_ENUM } from './bundle.ts';
import { type Steps, stepsOfText } from './steps.ts';

/** `multipleOf`, exact, as the decimals are written; ajv's own has to choose how much a quotient may be off. */
export const MULTIPLE_OF: FuncKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  errors: false,
  validate: (divisor: number, value: number) => isMultipleOf(value, divisor),
};

/** `uniqueItems` as JSON Schema has it; ajv's own compares every item with every other. */
export const uniqueItems = (steps: Steps): FuncKeywordDefinition => ({
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  errors: false,
  validate: (isWanted: boolean, items: readonly unknown[]) =>
    !isWanted || new Set(items.map((item) => textOf(item, steps))).size === items.length,
});

/** `enum` with many values. */
export const largeEnum = (steps: Steps): FuncKeywordDefinition => ({
  keyword: LARGE_ENUM,
  schemaType: 'array',
  errors: false,
  compile: (allowed: readonly unknown[]) => {
    const known = new Set(allowed.map((value) => stringify(value)));
    return (value: unknown) => known.has(textOf(value, steps));
  },
});

function textOf(value: unknown, steps: Steps): string | undefined {
  const text = stringify(value);
  steps.take(stepsOfText(text?.length ?? 0));
  return text;
}

/** Takes the steps that a schema says, without a call. */
export const cost = (steps: Steps): CodeKeywordDefinition => ({
  keyword: COST,
  schemaType: 'number',
  code: ({ gen, schema }) => {
    gen.code(_`${gen.scopeValue('obj', { ref: steps })}.take(${schema as number})`);
  },
});

/** Takes a step for every 16 characters (UTF-16 units) of a text, without a call. */
export const textCost = (steps: Steps): CodeKeywordDefinition => ({
  keyword: TEXT_COST,
  type: 'string',
  schemaType: 'boolean',
  code: ({ gen, data }) => {
    gen.code(_`${gen.scopeValue('obj', { ref: steps })}.take(${data as Name}.length >> 4)`);
  },
});
