export interface UserErrorOptions extends ErrorOptions {
  /** For scripts: stays as it is when the message is put in other words. */
  readonly code?: string;
  /** What `--json` tells besides. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Something the user can fix: the message says what was wrong and what to do; no stack is shown. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, { code, details = {}, ...options }: UserErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** The command did what it was asked, and the answer is no: exit code 1, and nothing more to say. */
export class NotAllAccepted extends Error {
  override readonly name = 'NotAllAccepted';
}
