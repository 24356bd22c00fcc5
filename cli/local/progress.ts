/** Whoever tells it of every single item must not wait for a terminal. */
const REDRAW_AFTER_MS = 100;
const REPEAT_AFTER_MS = 3_000;

/** Progress for people: finished steps stay, the running one is written over where the output is a terminal. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #began = performance.now();
  #open = false;
  #lastText = '';
  #lastAt = this.#began;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** A line that stays. */
  step(text: string): void {
    this.clear();
    this.#out.write(`${this.#clock()}  ${text}\n`);
  }

  /** How far the running step has come. Where lines cannot be written over, one every few seconds. */
  running(text: string): void {
    if (this.#out.isTTY) {
      if (this.#open && performance.now() - this.#lastAt < REDRAW_AFTER_MS) return;
      this.#lastAt = performance.now();
      this.clear();
      this.#out.write(`${this.#clock()}  ${text}`.slice(0, this.#out.columns - 1));
      this.#open = true;
    } else if (text !== this.#lastText && performance.now() - this.#lastAt > REPEAT_AFTER_MS) {
      this.#lastText = text;
      this.#lastAt = performance.now();
      this.#out.write(`${this.#clock()}  … ${text}\n`);
    }
  }

  /** A line that stays, without the time. */
  line(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
  }

  /** Takes the line of the running step away. */
  clear(): void {
    if (this.#open) this.#out.write('\r\u001b[2K');
    this.#open = false;
  }

  #clock(): string {
    return `${((performance.now() - this.#began) / 1_000).toFixed(1)}s`.padStart(7);
  }
}
