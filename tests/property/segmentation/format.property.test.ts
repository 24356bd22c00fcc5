import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { runs } from '#tests/harness/runs.ts';
import { chain, rule } from './generators.ts';
import { syntaxTree, withoutSpans } from './syntax-trees.ts';

describe('formatting PQL', () => {
  it('gives text that parses to the same tree', () => {
    fc.assert(
      fc.property(syntaxTree, (tree) => {
        expect(withoutSpans(parsePql(formatPql(tree)))).toEqual(withoutSpans(tree));
      }),
      runs(2, 1_000),
    );
  });

  it('keeps what a parsed text means, and is the same when done again', () => {
    fc.assert(
      fc.property(fc.oneof(rule, chain), (text) => {
        const tree = parsePql(text);
        const formatted = formatPql(tree);
        expect(withoutSpans(parsePql(formatted))).toEqual(withoutSpans(tree));
        expect(formatPql(parsePql(formatted))).toBe(formatted);
      }),
    );
  });

  it('places every part inside the text that it was parsed from', () => {
    fc.assert(
      fc.property(fc.oneof(rule, chain), (text) => {
        const visit = (value: unknown): void => {
          if (typeof value !== 'object' || value === null) return;
          const { span } = value as { span?: { start: number; end: number } };
          if (span !== undefined) {
            expect(span.start).toBeGreaterThanOrEqual(0);
            expect(span.end).toBeLessThanOrEqual(text.length);
            expect(span.start).toBeLessThan(span.end);
          }
          for (const inner of Object.values(value)) visit(inner);
        };
        visit(parsePql(text));
      }),
    );
  });
});

describe('parsing anything', () => {
  const words = fc.constantFrom(
    'xEvent',
    '[',
    ']',
    '(',
    ')',
    'and',
    'not',
    'exists',
    'E',
    'from',
    'where',
    '.',
    'count',
    '>',
    '3',
    'days',
    'before',
    'now',
    'occurs',
    'CHAIN',
    'WHAT',
    ',',
    '"a"',
    'let',
    '=',
    'in',
    '$1',
    '^',
    '`',
    '=>',
    '-',
    'this',
    'month',
  );

  it('either gives a tree or says where it is wrong', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 20 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            expect(parsePql(text)).toHaveProperty('kind');
          } catch (error) {
            expect(error).toBeInstanceOf(PqlError);
            const { line, column } = error as PqlError;
            const lines = text.split('\n');
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
          }
        },
      ),
      runs(2, 500),
    );
  });
});
