/** A mistake in a PQL text: what, where (1-based line and column), and what was expected instead. */
export class PqlError extends Error {
  override readonly name = 'PqlError';
  readonly line: number;
  readonly column: number;
  readonly expected: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Set where the text is that of a segment. */
  segmentId?: string;
  readonly #sourceLine: string;

  /** `offset` counts UTF-16 units from the start of `source`. */
  constructor(message: string, source: string, offset: number, expected?: string, hint?: string) {
    super(message);
    const before = source.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    const lineEnd = source.indexOf('\n', offset);
    this.line = before.split('\n').length;
    this.column = offset - lineStart + 1;
    this.expected = expected;
    this.hint = hint;
    this.#sourceLine = source.slice(lineStart, lineEnd === -1 ? source.length : lineEnd).replace(/\r$/, '');
  }

  /** The line of the text with a caret under the place, and the message. Long lines are cut around the place. */
  render(): string {
    const from = Math.max(0, this.column - 1 - 80);
    const excerpt = this.#sourceLine.slice(from, from + 160);
    const caret = ' '.repeat(this.column - 1 - from);
    const segment = this.segmentId === undefined ? '' : `segment ${this.segmentId}: `;
    const expected = this.expected === undefined ? '' : `\nexpected ${this.expected}`;
    const hint = this.hint === undefined ? '' : `\nhint: ${this.hint}`;
    return `${segment}${this.message} (line ${this.line}, column ${this.column})\n${excerpt}\n${caret}^${expected}${hint}`;
  }
}
