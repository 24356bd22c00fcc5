import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readSourceFile } from '#core/catalog/source-file.ts';
import { runs } from '#tests/harness/runs.ts';
import { HERE, marks, placesOf, problemsOf } from './marked.ts';

const withValue = (value: string): string =>
  `id: new\nname: New\nexpression:\n  type: PQL\n  format: pql/text\n  value: ${value}\n`;

describe('the place of a mistake in PQL', () => {
  it.each([
    ['a plain line', `loyalty.${HERE}teir = "gold"`],
    ['single quotes', `'loyalty.${HERE}teir = "it''s"'`],
    ['single quotes, after an escaped one', `'"it''s" = loyalty.${HERE}teir'`],
    ['double quotes', `"\\"gold\\" = \\x6coyalty.${HERE}teir"`],
    ['double quotes with escaped lines', `"loyalty.tier = \\"gold\\"\\nor\\tloyalty.${HERE}teir = \\"x\\""`],
    ['a literal block', `|\n    true and\n      loyalty.${HERE}teir = "gold"`],
    ['a literal block that keeps its end', `|+\n    loyalty.${HERE}teir = "gold"\n\n`],
    ['a literal block with its indentation given', `|2\n    loyalty.${HERE}teir = "gold"`],
    ['a folded block', `>-\n    true\n    and\n\n    loyalty.${HERE}teir = "gold"`],
    ['a plain text over lines', `loyalty.tier = "gold"\n    or\n    loyalty.${HERE}teir = "gold"`],
    ['letters outside ASCII', `|\n    loyalty.tier = "größe 👟" or loyalty.${HERE}teir = "x"`],
    ['lines that end as on Windows', `|\r\n    true and\r\n    loyalty.${HERE}teir = "gold"\r\n`],
  ])('is found in %s', (_, value) => {
    const files = { 'segments/new.yaml': withValue(value) };
    expect(placesOf(problemsOf(files))).toEqual(marks(files));
  });

  it('is found in JSON', () => {
    const files = {
      'segments/new.json': `{\n\t"id": "new",\n\t"name": "New",\n\t"expression": { "type": "PQL", "format": "pql/text",\n\t\t"value": "loyalty.tier = \\"gold\\" and\\nloyalty.${HERE}teir = \\"x\\"" }\n}\n`,
    };
    expect(placesOf(problemsOf(files))).toEqual(marks(files));
  });

  it('is right for any text in any style', () => {
    const styles = fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
    const words = fc.array(fc.stringMatching(/^[a-z"'\\#:{}ü-]{1,6}$/), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(styles, words, fc.constantFrom(' ', '\n', '\n\n', '\n  '), fc.nat(), (style, parts, gap, choice) => {
        const marked = parts.map((word, i) => (i === choice % parts.length ? `Q${word}` : word)).join(gap);
        const text = stringify({ a: { b: marked } }, { defaultStringType: style as 'PLAIN', lineWidth: 30 });
        const file = readSourceFile('segments/x.yaml', text);
        expect((file.value as { a: { b: string } }).a.b).toBe(marked);
        const { line, column } = file.within(['a', 'b'], marked.indexOf('Q'));
        expect(text.split('\n')[line - 1]?.[column - 1]).toBe('Q');
      }),
      runs(1, 200),
    );
  }, 60_000);
});
