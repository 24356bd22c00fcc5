import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { FUNCTIONS } from '#core/ingestion/mapping/expression/functions/index.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';

const page = readFileSync('docs/ingestion/mapping.md', 'utf8');
const EXAMPLE = /^\|(?<usage>[^|]*\([^|]*)\| `(?<expression>[^`]+)` +\| `(?<gives>[^`]+)` +\|$/gm;
const examples = [...page.matchAll(EXAMPLE)].map(
  ({ groups }) => groups as Record<'usage' | 'expression' | 'gives', string>,
);

describe('the page about mappings', () => {
  it('has an example of every function', () => {
    const named = new Set(examples.flatMap(({ usage }) => [...usage.matchAll(/`(\w+)/g)].map(([, name]) => name)));
    expect([...named].sort()).toEqual(Object.keys(FUNCTIONS).sort());
  });

  it.each(examples)('$expression gives $gives', ({ expression, gives }) => {
    const mapped = compileMapping([mappingRule.parse({ expression, destination: 'x' })]).mapObject({});
    expect(mapped.value?.x).toEqual(JSON.parse(gives));
  });

  it('lists every key of a rule', () => {
    const keys = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, key]) => key);
    expect(keys.filter((key) => key! in mappingRule.shape).sort()).toEqual(Object.keys(mappingRule.shape).sort());
  });
});
