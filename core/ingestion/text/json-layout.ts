import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';
import { bomLength, isSpace } from './splitter.ts';

/** How the records of a JSON text lie: a line each, as an array or objects over several lines, or it is no JSON. */
export type JsonLayout = 'empty' | 'lines' | 'array-or-objects' | 'other';

const NEWLINE = 0x0a;
const COLON = 0x3a;
/** After one of these a value may go on in the next line. */
const GOES_ON = new Set([COMMA, COLON, OPEN_BRACKET, OPEN_BRACE]);

/** Looks as far as what follows the first object, or to where it goes on in a second line. */
export async function jsonLayout(blocks: AsyncIterable<Uint8Array>): Promise<JsonLayout> {
  const reader = new LayoutReader();
  let isFirstBlock = true;
  for await (const block of blocks) {
    for (let i = isFirstBlock ? bomLength(block) : 0; i < block.length; i++) {
      const layout = reader.step(block[i]!);
      if (layout) return layout;
    }
    isFirstBlock = false;
  }
  return reader.atEnd;
}

/** Told the bytes one by one until it knows. */
class LayoutReader {
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** The last byte that was no space. */
  #last = 0;
  #isSecondLine = false;
  /** The first object has ended in the line in which it began. */
  #isOver = false;

  get atEnd(): JsonLayout {
    if (this.#isOver) return 'lines';
    return this.#depth === 0 ? 'empty' : 'array-or-objects';
  }

  step(byte: number): JsonLayout | undefined {
    if (this.#isOver) return this.#after(byte);
    if (!this.#inString && isSpace(byte)) {
      if (byte === NEWLINE && this.#depth > 0) this.#isSecondLine = true;
      return undefined;
    }
    const layout = this.#read(byte);
    this.#last = byte;
    return layout;
  }

  #read(byte: number): JsonLayout | undefined {
    if (this.#inString) return this.#inText(byte);
    if (this.#depth === 0) return this.#begin(byte);
    if (this.#isSecondLine) return byte === OPEN_BRACE && !GOES_ON.has(this.#last) ? 'lines' : 'array-or-objects';
    return this.#inObject(byte);
  }

  /** Objects one behind the other, without line ends, as Firehose writes them, are no lines. */
  #after(byte: number): JsonLayout | undefined {
    if (byte === NEWLINE) return 'lines';
    if (isSpace(byte)) return undefined;
    return byte === OPEN_BRACE ? 'array-or-objects' : 'lines';
  }

  #begin(byte: number): JsonLayout | undefined {
    if (byte !== OPEN_BRACE) return byte === OPEN_BRACKET ? 'array-or-objects' : 'other';
    this.#depth = 1;
    return undefined;
  }

  #inText(byte: number): JsonLayout | undefined {
    // No string of JSON holds a line end, so this line is broken, and the next one is another record.
    if (byte === NEWLINE) return 'lines';
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else this.#inString = byte !== QUOTE;
    return undefined;
  }

  #inObject(byte: number): JsonLayout | undefined {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      this.#depth--;
      this.#isOver = this.#depth === 0;
    }
    return undefined;
  }
}
