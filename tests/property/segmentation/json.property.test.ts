import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pqlFromJson } from '#core/segmentation/pql/json/from-json.ts';
import { pqlToJson } from '#core/segmentation/pql/json/to-json.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { runs } from '#tests/harness/runs.ts';
import { syntaxTree } from './syntax-trees.ts';

describe('rules as JSON', () => {
  it('say what their text says', () => {
    fc.assert(
      fc.property(syntaxTree, (tree) => {
        const json: unknown = JSON.parse(JSON.stringify(pqlToJson(tree)));
        expect(pqlFromJson(json)).toBe(formatPql(tree));
      }),
      runs(2, 1_000),
    );
  });

  it('are read in the form in which AEP shows them', () => {
    const field = (fieldName: string, object: object) => ({ nodeType: 'fieldLookup', fieldName, object });
    const profile = { nodeType: 'parameterReference', position: 1 };
    const country = field('countryCode', field('homeAddress', profile));
    const literal = { nodeType: 'literal', literalType: 'XDMString', value: 'CA' };
    const tree = { nodeType: 'fnApply', fnName: '=', params: [country, literal] };
    expect(pqlFromJson(tree)).toBe('homeAddress.countryCode = "CA"');
    const list = { nodeType: 'literal', literalType: 'List', value: ['CA', 'US'] };
    expect(pqlFromJson({ nodeType: 'fnApply', fnName: 'in', params: [country, list] })).toBe(
      'homeAddress.countryCode in ["CA", "US"]',
    );
  });

  it('never smuggle text into a rule: whatever a tree holds, it is an error or says the same again', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('a" or true or "', '`) or (true', '=', 'count', '__proto__', 'x) or (1=1'),
    );
    const leaf = fc.record({ nodeType: fc.constant('literal'), value: fc.oneof(text, fc.double(), fc.boolean()) });
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, leaf, tie('apply'), tie('lookup'), tie('bound')),
      apply: fc.record({
        nodeType: fc.constant('fnApply'),
        fnName: text,
        params: fc.array(tie('node'), { maxLength: 3 }),
      }),
      lookup: fc.record({
        nodeType: fc.constant('fieldLookup'),
        fieldName: text,
        object: fc.oneof(fc.constant({ nodeType: 'parameterReference', position: 1 }), tie('node')),
      }),
      bound: fc.record({
        nodeType: fc.constantFrom('lambda', 'let', 'quantifier', 'moment', 'no'),
        name: text,
        varName: text,
      }),
    }));
    fc.assert(
      fc.property(node, (tree) => {
        let rule: string;
        try {
          rule = pqlFromJson(tree);
        } catch (error) {
          expect(error).toBeInstanceOf(PqlError);
          return;
        }
        try {
          const again = pqlFromJson(JSON.parse(JSON.stringify(pqlToJson(parsePql(rule)))));
          expect(again).toBe(formatPql(parsePql(rule)));
        } catch (error) {
          // A tree may say what makes no sense in the language; then the text is none of it either.
          expect(error).toBeInstanceOf(PqlError);
        }
      }),
      runs(1, 500),
    );
  });
});
