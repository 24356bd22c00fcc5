/** Something the user can fix: the message says what was wrong and what to do; no stack is shown. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The command did what it was asked, and the answer is no: exit code 1, and nothing more to say. */
export class NotAllAccepted extends Error {
  override readonly name = 'NotAllAccepted';
}
