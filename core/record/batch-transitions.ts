/** What can be done with a batch of files, or become of it, besides that its files are read. */
export const BATCH_TRANSITIONS = ['completed', 'aborted', 'failed', 'reverting', 'reverted'] as const;
export type BatchTransition = (typeof BATCH_TRANSITIONS)[number];

/** Transition → when it was made first, in epoch ms. */
export type BatchTransitions = { readonly [transition in BatchTransition]?: number };

/**
 * What a transition cannot follow (aep.md §2.2). Each is made by one conditional write, so of two that exclude each other
 * exactly one is made, whoever asks for them at once. One that was made already may be asked for again.
 */
export const EXCLUDED_BY: Readonly<Record<BatchTransition, readonly BatchTransition[]>> = {
  completed: ['aborted', 'failed', 'reverting', 'reverted'],
  aborted: ['completed', 'failed', 'reverting', 'reverted'],
  failed: ['completed', 'aborted', 'reverting', 'reverted'],
  reverting: ['aborted', 'failed', 'reverted'],
  reverted: [],
};

/** A batch that was never completed is taken back at once, as long as it stays so. */
export const UNLESS_COMPLETED: readonly BatchTransition[] = ['completed', 'reverting'];

/** Whether files can still be added. */
export const isOpen = (transitions: BatchTransitions): boolean =>
  BATCH_TRANSITIONS.every((transition) => transitions[transition] === undefined);
