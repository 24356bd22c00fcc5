import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';

/** The same, rule by rule and column by column, as the documentation tells it. */
function naiveMapping(rules: readonly Rule[], row: ReadonlyMap<string, string>): object | string {
  const record = {};
  for (const { source, destination, type, transform } of rules) {
    let text = row.get(source) ?? '';
    if (transform.includes('trim')) text = text.trim();
    if (transform.includes('upper')) text = text.toUpperCase();
    if (text === '') continue;
    if (type === 'integer' && !/^-?\d+$/.test(text.trim())) return source;
    const names = destination.split('.');
    let fields: Record<string, unknown> = record;
    for (const name of names.slice(0, -1)) {
      fields[name] ??= {};
      fields = fields[name] as Record<string, unknown>;
    }
    fields[names.at(-1)!] = type === 'integer' ? Number(text) : text;
  }
  return record;
}

interface Rule {
  readonly source: string;
  readonly destination: string;
  readonly type: 'string' | 'integer';
  readonly transform: readonly ('trim' | 'upper')[];
}
const column = fc.constantFrom('a', 'b', 'c', 'no such column');
const rule: fc.Arbitrary<Rule> = fc.record({
  source: column,
  destination: fc.constantFrom('x', 'y', 'in.x', 'in.y', 'in.deep.x', 'z'),
  type: fc.constantFrom('string', 'integer'),
  transform: fc.subarray(['trim', 'upper'] as const),
});
const rules = fc.uniqueArray(rule, { minLength: 1, maxLength: 6, selector: ({ destination }) => destination });
const header = fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 1 });
const cell = fc.constantFrom('', ' ', '1', ' 2 ', 'ab', '1x');
const file = fc.record({ header, rows: fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1 }) });

describe('a mapping', () => {
  it('makes of every row of every file what its rules say', () => {
    fc.assert(
      fc.property(rules, fc.array(file, { maxLength: 4 }), (given, files) => {
        const { mapRow } = compileMapping(given.map((one) => mappingRule.parse(one)));
        for (const { header: names, rows } of files) {
          for (const row of rows) {
            const cells = row.slice(0, names.length);
            const mapped = mapRow(cells, names);
            const expected = naiveMapping(given, new Map(names.map((name, i) => [name, cells[i]!])));
            expect(mapped.rejection ? mapped.rejection.column : mapped.value).toEqual(expected);
          }
        }
      }),
    );
  });

  it('without rules makes fields of columns by their names', () => {
    const { mapRow } = compileMapping([]);
    expect(mapRow(['1', '2', ''], ['a.b', 'a.c', 'd'])).toEqual({ value: { a: { b: '1', c: '2' } } });
    expect(mapRow(['1', '2'], ['b', 'a'])).toEqual({ value: { a: '2', b: '1' } });
    expect(mapRow(['1', ''], ['a', 'a.b'])).toEqual({ value: { a: '1' } });
    expect(mapRow(['1', '2'], ['a', 'a.b'])).toMatchObject({ rejection: { code: 'mapping-failed', pointer: '/a/b' } });
  });
});
