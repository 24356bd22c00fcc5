import { closeSync, openSync, writeSync } from 'node:fs';

export interface TextShape {
  readonly head: string;
  /** Row `n`, from 0. */
  row(n: number): string;
  /** What stands between two rows. */
  readonly between: string;
  readonly tail: string;
}

const BLOCK = 1_048_576;

/** Writes a text piece by piece until it has as many bytes. @returns how many rows */
export function writeText(path: string, bytes: number, { head, row, between, tail }: TextShape): number {
  const file = openSync(path, 'w');
  let written = 0;
  let text = head;
  let n = 0;
  const flush = (): void => {
    written += writeSync(file, Buffer.from(text));
    text = '';
  };
  for (; written + text.length < bytes; n++) {
    text += (n === 0 ? '' : between) + row(n);
    if (text.length > BLOCK) flush();
  }
  text += tail;
  flush();
  closeSync(file);
  return n;
}
