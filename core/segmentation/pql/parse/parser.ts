import type { Expression } from '../ast.ts';
import type { Cursor } from './cursor.ts';

/** What the parts of the grammar need of each other. */
export interface Parser {
  readonly cursor: Cursor;
  expression(): Expression;
  /** Without `in`, which ends the value of `let`. */
  expressionBeforeIn(): Expression;
  /** A condition to the right of a word; inside the value of a `let`, an unparenthesised `in` still ends it. */
  condition(): Expression;
  /** What was parsed where something true or false is needed. */
  conditional(expression: Expression): Expression;
  /** Sums, products, paths: what a comparison compares. */
  operand(): Expression;
}
