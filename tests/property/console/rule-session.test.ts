import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockFor, newEvent, newMembership, newSequence } from '#console/audiences/editor/new-blocks.ts';
import { openSession, type RuleSession, type Step, stepped } from '#console/audiences/editor/session.ts';
import { blockOf, type Edit, type GroupNode, type Leaf, type Node } from '#console/audiences/editor/tree.ts';
import type { Field } from '#console/audiences/model.ts';
import { pqlOf } from '#core/segmentation/blocks/print.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { runs } from '#tests/harness/runs.ts';

const field = (path: string, more: Partial<Field> = {}): Field => ({
  of: 'profile',
  path: path.split('.'),
  types: ['string'],
  isList: false,
  ...more,
});

const LEAVES: readonly Leaf[] = [
  blockFor(field('loyalty.tier', { values: [{ value: 'gold' }] })),
  blockFor(field('a.odd name', { types: ['number'] })),
  blockFor(field('commerce.order.priceTotal', { of: 'event', types: ['number'] })),
  newEvent(),
  { ...newEvent(), measure: { fn: 'none' } },
  newMembership('gold-and-silver'),
  newSequence(),
  { kind: 'pql', text: 'a.b = c.d' },
];
const TEXTS = [
  '// who matters\nloyalty.tier = "gold" // the best\n  and inSegment("x")',
  'loyalty.tier in ["gold", "silver"] or not (a = 1 and b = 2)',
  'loyalty.tier =',
  '',
  'xEvent[eventType = "store.order" and timestamp occurs <= 90 days before now].count() >= 3',
];

const idsOf = (node: Node): string[] => [node.id, ...(node.kind === 'group' ? node.items.flatMap(idsOf) : [])];

/** An edit whose places are numbers: which of the nodes there are at that time. */
const anyEdit = fc.tuple(fc.nat(6), fc.nat(30), fc.nat(30)).map(([, place, which]) => ({ place, which }));
const anyStep = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.nat(9), anyEdit).map(([kind, at]) => ({ kind, ...at })) },
  { weight: 1, arbitrary: fc.constantFrom(...TEXTS).map((text) => ({ text })) },
);
type AnyStep = { readonly kind: number; readonly place: number; readonly which: number } | { readonly text: string };

function stepOf(any: AnyStep, { tree }: RuleSession): Step {
  if ('text' in any) return { type: 'write', text: any.text };
  const ids = idsOf(tree);
  const id = ids[any.place % ids.length]!;
  const leaf = LEAVES[any.which % LEAVES.length]!;
  const edits: readonly Edit[] = [
    { do: 'add', to: id, block: leaf },
    { do: 'add', to: tree.id, block: leaf },
    { do: 'addGroup', to: id },
    { do: 'replace', id, block: leaf },
    { do: 'remove', id },
    { do: 'join', id, join: any.which % 2 === 0 ? 'all' : 'any' },
    { do: 'not', id, not: any.which % 2 === 0 },
    { do: 'group', id },
    { do: 'ungroup', id },
    { do: 'move', id, by: any.which % 2 === 0 ? 1 : -1 },
  ];
  return { type: 'edit', edit: edits[any.kind]! };
}

const shown = ({ text, tree, mistake }: RuleSession) => ({ text, tree, mistake: mistake?.message });
const printed = (tree: GroupNode): string => {
  const block = blockOf(tree);
  return block ? pqlOf(block) : '';
};

describe('a rule that is edited', () => {
  it('prints, and reads back as the same rule, after any edits', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), fc.array(anyStep, { maxLength: 25 }), (start, steps) => {
        let session = openSession(start);
        for (const any of steps) {
          session = stepped(session, stepOf(any, session));
          expect(new Set(idsOf(session.tree)).size).toBe(idsOf(session.tree).length);
          if (session.mistake) continue;
          const text = printed(session.tree);
          // The text is what the blocks say; only its author's comments and spaces may be more.
          expect(session.text.trim() === '' ? '' : formatPql(parsePql(session.text))).toBe(text);
          if (text !== '') expect(pqlOf(blocksOf(text))).toBe(text);
        }
      }),
      runs(1, 150),
    );
  });

  it('is exactly what it was when everything is undone, and what it became when all is done again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), fc.array(anyStep, { maxLength: 20 }), (start, steps) => {
        let session = openSession(start);
        const before = shown(session);
        for (const any of steps) session = stepped(session, stepOf(any, session));
        const after = shown(session);
        const count = session.past.length;
        for (let i = 0; i < count; i++) session = stepped(session, { type: 'undo' });
        expect(shown(session)).toEqual(before);
        expect(stepped(session, { type: 'undo' })).toBe(session);
        for (let i = 0; i < count; i++) session = stepped(session, { type: 'redo' });
        expect(shown(session)).toEqual(after);
      }),
      runs(1, 150),
    );
  });

  it('keeps the comments of its author until a block is edited, says then that they went, and gives them back', () => {
    const [authored] = TEXTS;
    const opened = openSession(authored!);
    expect(opened.text).toBe(authored);
    const changed = stepped(opened, { type: 'edit', edit: { do: 'join', id: opened.tree.id, join: 'any' } });
    expect(changed).toMatchObject({ hasDropped: true, text: 'loyalty.tier = "gold" or inSegment("x")' });
    const undone = stepped(changed, { type: 'undo' });
    expect(undone).toMatchObject({ hasDropped: false, text: authored });
    const plain = openSession('a = 1 and b = "//"');
    expect(stepped(plain, { type: 'edit', edit: { do: 'join', id: plain.tree.id, join: 'any' } }).hasDropped).toBe(
      false,
    );
  });

  it('keeps its blocks while a text that cannot be read is typed, and typing is undone at once', () => {
    let session = openSession('a = 1');
    for (const text of ['a = 1 a', 'a = 1 an', 'a = 1 and', 'a = 1 and b = 2'])
      session = stepped(session, { type: 'write', text });
    expect(session.tree.items).toHaveLength(2);
    expect(session.past).toHaveLength(1);
    expect(stepped(session, { type: 'write', text: 'a =' })).toMatchObject({
      tree: session.tree,
      mistake: { line: 1 },
    });
    expect(stepped(session, { type: 'undo' }).text).toBe('a = 1');
  });

  it('is not written where a block of PQL is none', () => {
    const session = openSession('a = 1');
    const broken = stepped(session, {
      type: 'edit',
      edit: { do: 'add', to: session.tree.id, block: { kind: 'pql', text: 'b =' } },
    });
    expect(broken.mistake).toBeDefined();
    expect(broken.text).toBe('a = 1');
  });
});
