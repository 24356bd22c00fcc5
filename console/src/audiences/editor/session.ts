import { pqlOf } from '#core/segmentation/blocks/print.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { PqlError } from '#core/segmentation/pql/parse/errors.ts';
import { formatPql } from '#core/segmentation/pql/parse/format.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { tokenize } from '#core/segmentation/pql/parse/tokens.ts';
import { blockOf, type Edit, edited, type GroupNode, treeOf } from './tree.ts';

/** A rule that is being edited. The text is what counts; the tree shows it in blocks as far as it can be read. */
export interface RuleSession {
  readonly text: string;
  readonly tree: GroupNode;
  /** Why text and tree are not the same rule: the text, or a block of PQL, cannot be read. */
  readonly mistake: PqlError | undefined;
  /** Whether comments and lines of the author went with the last edit of a block. */
  readonly hasDropped: boolean;
  readonly past: readonly Moment[];
  readonly future: readonly Moment[];
  readonly nextId: number;
}

type Moment = Pick<RuleSession, 'text' | 'tree' | 'mistake' | 'hasDropped'> & { readonly by: 'text' | 'blocks' };

export type Step =
  | { readonly type: 'edit'; readonly edit: Edit }
  | { readonly type: 'write'; readonly text: string }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  /** Begins anew: what was read from the stage. */
  | { readonly type: 'open'; readonly text: string };

/** So many steps can be undone. */
const MAX_PAST = 200;

export function openSession(text: string): RuleSession {
  const ids = idsFrom(0);
  const { block, mistake } = read(text);
  const tree = treeOf(block, ids.next);
  return { text, tree, mistake, hasDropped: false, past: [], future: [], nextId: ids.used() };
}

/** The session after a step. Undoing gives back exactly what was there, comments of the author included. */
export function stepped(session: RuleSession, step: Step): RuleSession {
  switch (step.type) {
    case 'open':
      return openSession(step.text);
    case 'edit':
      return editBlocks(session, step.edit);
    case 'write':
      return step.text === session.text ? session : writeText(session, step.text);
    case 'undo':
      return back(session, 'past', 'future');
    case 'redo':
      return back(session, 'future', 'past');
  }
}

function editBlocks(session: RuleSession, edit: Edit): RuleSession {
  const ids = idsFrom(session.nextId);
  const tree = edited(session.tree, edit, ids.next);
  if (tree === session.tree) return session;
  const { text = session.text, mistake } = print(tree);
  const hasDropped = isAuthored(session.text);
  return remembered(session, 'blocks', { text, tree, mistake, hasDropped }, ids.used());
}

function writeText(session: RuleSession, text: string): RuleSession {
  const ids = idsFrom(session.nextId);
  const { block, mistake } = read(text);
  // What cannot be read leaves the blocks as they were, so that they do not flicker while somebody types.
  const tree = mistake ? session.tree : treeOf(block, ids.next);
  return remembered(session, 'text', { text, tree, mistake, hasDropped: false }, ids.used());
}

/** Letters that are typed one after the other are one step. */
function remembered(session: RuleSession, by: Moment['by'], next: Omit<Moment, 'by'>, nextId: number): RuleSession {
  const last = session.past.at(-1);
  const isTyping = by === 'text' && last?.by === 'text' && session.future.length === 0;
  const past = isTyping ? session.past : [...session.past, { ...momentOf(session), by }].slice(-MAX_PAST);
  return { ...next, past, future: [], nextId };
}

const momentOf = ({ text, tree, mistake, hasDropped }: RuleSession): Omit<Moment, 'by'> => ({
  text,
  tree,
  mistake,
  hasDropped,
});

function back(session: RuleSession, from: 'past' | 'future', to: 'past' | 'future'): RuleSession {
  const moment = session[from].at(-1);
  if (!moment) return session;
  const { by, ...shown } = moment;
  const left = session[from].slice(0, -1);
  const kept = [...session[to], { ...momentOf(session), by }];
  return { ...session, ...shown, ...(from === 'past' ? { past: left, future: kept } : { future: left, past: kept }) };
}

function read(text: string) {
  if (isEmpty(text)) return { block: undefined, mistake: undefined };
  try {
    return { block: blocksOf(text), mistake: undefined };
  } catch (error) {
    if (!(error instanceof PqlError)) throw error;
    return { block: undefined, mistake: error };
  }
}

/** @returns no text where a block cannot be printed */
function print(tree: GroupNode): { readonly text?: string; readonly mistake: PqlError | undefined } {
  const block = blockOf(tree);
  try {
    return { text: block ? pqlOf(block) : '', mistake: undefined };
  } catch (error) {
    if (!(error instanceof PqlError)) throw error;
    return { mistake: error };
  }
}

/** Whether there is more in a text than what it says: comments, and lines as its author broke them. */
function isAuthored(text: string): boolean {
  const { block, mistake } = read(text);
  return !mistake && block !== undefined && formatPql(parsePql(text)) !== text.trim() && hasComment(text);
}

/** Whether something but space stands between two tokens. */
function hasComment(text: string): boolean {
  let at = 0;
  for (const { start, end } of tokenize(text)) {
    if (text.slice(at, start).includes('//')) return true;
    at = end;
  }
  return false;
}

function isEmpty(text: string): boolean {
  return text.trim() === '';
}

function idsFrom(first: number) {
  let next = first;
  return { next: () => `b${next++}`, used: () => next };
}
