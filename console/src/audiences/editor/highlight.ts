import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type Token, tokenize } from '#core/segmentation/pql/parse/tokens.ts';

const WORDS: ReadonlySet<string> = new Set(
  [
    'and or not in notIn like exists forall from where occurs before after between on now today yesterday tomorrow',
    'this last next let true false null if over select CHAIN WHAT WHEN COUNT WHERE inSegment date',
  ].flatMap((line) => line.split(' ')),
);

const marks = {
  word: Decoration.mark({ class: 'pql-word' }),
  string: Decoration.mark({ class: 'pql-string' }),
  number: Decoration.mark({ class: 'pql-number' }),
  comment: Decoration.mark({ class: 'pql-comment' }),
};

/** Colours a rule by the tokens of PQL's own parser, so that nothing is coloured as what it is not. */
export const pqlHighlight = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorated(view.state.doc.toString());
    }

    update({ docChanged, view }: ViewUpdate): void {
      if (docChanged) this.decorations = decorated(view.state.doc.toString());
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorated(text: string): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  let at = 0;
  for (const token of tokensOf(text)) {
    const comment = text.slice(at, token.start).indexOf('//');
    if (comment >= 0) builder.add(at + comment, token.start, marks.comment);
    const mark = markOf(token);
    if (mark && token.end > token.start) builder.add(token.start, token.end, mark);
    at = token.end;
  }
  return builder.finish();
}

/** While a text is typed that has no end, nothing is coloured. */
function tokensOf(text: string): readonly Token[] {
  try {
    return tokenize(text);
  } catch {
    return [];
  }
}

function markOf({ type, text }: Token): Decoration | undefined {
  if (type === 'string') return marks.string;
  if (type === 'number') return marks.number;
  return type === 'word' && WORDS.has(text) ? marks.word : undefined;
}
