import { Carry, isBlank, type RawRecord, type Splitter, textStart } from './splitter.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A record a line, for NDJSON. Lines end with `\n` or `\r\n`; blank ones are no records. */
export class LineSplitter implements Splitter {
  readonly #carry = new Carry();
  #offset: number;

  /** @param offset where in the text the first piece begins */
  constructor(offset: number) {
    this.#offset = offset;
  }

  push(block: Uint8Array): RawRecord[] {
    const records: RawRecord[] = [];
    let start = textStart(block, this.#offset);
    for (let at = block.indexOf(NEWLINE, start); at >= 0; at = block.indexOf(NEWLINE, start)) {
      this.#finish(block.subarray(start, at), this.#offset + at + 1, records);
      start = at + 1;
    }
    if (start < block.length) this.#carry.add(block.subarray(start));
    this.#offset += block.length;
    return records;
  }

  end(): RawRecord[] {
    const records: RawRecord[] = [];
    if (!this.#carry.isEmpty) this.#finish(new Uint8Array(0), this.#offset, records);
    return records;
  }

  #finish(last: Uint8Array, end: number, records: RawRecord[]): void {
    const record = this.#carry.take(last, end);
    if (isBlank(record)) return;
    const { bytes } = record;
    records.push(bytes.at(-1) === RETURN ? { ...record, bytes: bytes.subarray(0, -1) } : record);
  }
}
