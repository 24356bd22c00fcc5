import type { Expression } from './ast.ts';

type Kind = Expression['kind'];
export type OfKind<K extends Kind> = Extract<Expression, { kind: K }>;

/** What is done with an expression, for each kind of it. */
export type ByKind<R, Args extends readonly unknown[] = []> = {
  readonly [K in Kind]: (expression: OfKind<K>, ...args: Args) => R;
};

/** Does it. */
export const doByKind = <R, Args extends readonly unknown[]>(
  all: ByKind<R, Args>,
  expression: Expression,
  ...args: Args
): R => (all[expression.kind] as (expression: Expression, ...args: Args) => R)(expression, ...args);
