import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { nonce } from '#console/nonce.ts';
import { texts } from '#console/texts/index.ts';
import type { RuleCheck } from '../model.ts';
import { pqlHighlight } from './highlight.ts';

export interface PqlEditorProps {
  readonly text: string;
  readonly write: (text: string) => void;
  readonly mistakes: RuleCheck['problems'];
  readonly doubts: RuleCheck['problems'];
  readonly isReadOnly: boolean;
}

const look = EditorView.theme({
  '&': { border: '1px solid var(--border)', borderRadius: '6px', fontSize: '13px', background: 'var(--body)' },
  '&.cm-focused': { outline: '2px solid var(--primary)', outlineOffset: '2px' },
  '.cm-content': { fontFamily: 'var(--mantine-font-family-monospace)', caretColor: 'var(--text)', minHeight: '160px' },
  '.cm-gutters': { background: 'var(--surface)', color: 'var(--muted)', borderRight: '1px solid var(--divider)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-tooltip': { background: 'var(--body)', color: 'var(--text)', border: '1px solid var(--border)' },
  '.pql-word': { color: 'var(--primary)', fontWeight: '600' },
  '.pql-string': { color: 'var(--ok)' },
  '.pql-number': { color: 'var(--warning)' },
  '.pql-comment': { color: 'var(--muted)', fontStyle: 'italic' },
});

/** A rule as text. Tab leaves it, as any other field. */
export default function PqlEditor({ text, write, mistakes, doubts, isReadOnly }: PqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(write);
  latest.current = write;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is put into an editor that is there, below
  useEffect(() => {
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          lineNumbers(),
          history(),
          lintGutter(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorState.readOnly.of(isReadOnly),
          EditorView.contentAttributes.of({ 'aria-label': texts.rules.forms.pql, spellcheck: 'false' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current(state.doc.toString());
          }),
          pqlHighlight,
          look,
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [isReadOnly]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const all = [...mistakes.map(asDiagnostic('error', editor)), ...doubts.map(asDiagnostic('warning', editor))];
    editor.dispatch(setDiagnostics(editor.state, all));
  }, [mistakes, doubts]);
  return <div ref={place} />;
}

const asDiagnostic =
  (severity: Diagnostic['severity'], { state: { doc } }: EditorView) =>
  ({ line, column, message, hint, expected }: RuleCheck['problems'][number]): Diagnostic => {
    const { from: start, to: end } = doc.line(Math.min(line, doc.lines));
    const from = Math.min(start + column - 1, end);
    const word = /^[\p{L}\p{N}_.]*/u.exec(doc.sliceString(from, end))?.[0].length ?? 0;
    const more = [expected && `expected ${expected}`, hint].filter(Boolean).join('. ');
    return {
      from,
      to: Math.min(end, from + Math.max(1, word)),
      severity,
      message: more ? `${message}. ${more}` : message,
    };
  };
