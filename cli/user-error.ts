/** Something the user can mend: the message says what was wrong and what to do; no stack is shown. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
