/** What is wrong with the text of an expression, and where in it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** In UTF-16 units from the beginning of the expression. */
  readonly offset: number;
  readonly expected: string | undefined;
  readonly hint: string | undefined;

  constructor(
    message: string,
    offset: number,
    more: { readonly expected?: string; readonly hint?: string | undefined } = {},
  ) {
    super(message);
    this.offset = offset;
    this.expected = more.expected;
    this.hint = more.hint;
  }
}
