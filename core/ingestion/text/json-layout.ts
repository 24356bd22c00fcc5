import { BACKSLASH, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';
import { bomLength, isSpace } from './splitter.ts';

/** How the records of a JSON text lie: a line each, as an array or objects over several lines, or it is no JSON. */
export type JsonLayout = 'empty' | 'lines' | 'array-or-objects' | 'other';

const NEWLINE = 0x0a;
const COLON = 0x3a;
/** After one of these a value may go on in the next line. */
const GOES_ON = new Set([COMMA, COLON, OPEN_BRACKET, OPEN_BRACE]);

/** Looks as far as the end of the first object, or to where it goes on in a second line. */
export async function jsonLayout(blocks: AsyncIterable<Uint8Array>): Promise<JsonLayout> {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let last = 0;
  let isSecondLine = false;
  let isFirstBlock = true;
  for await (const block of blocks) {
    for (let i = isFirstBlock ? bomLength(block) : 0; i < block.length; i++) {
      const byte = block[i]!;
      if (inString) {
        // No string of JSON holds a line end, so this line is broken, and the next one is another record.
        if (byte === NEWLINE) return 'lines';
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else inString = byte !== QUOTE;
      } else if (isSpace(byte)) {
        if (byte === NEWLINE && depth > 0) isSecondLine = true;
        continue;
      } else if (depth === 0) {
        if (byte !== OPEN_BRACE) return byte === OPEN_BRACKET ? 'array-or-objects' : 'other';
        depth = 1;
      } else if (isSecondLine) {
        return byte === OPEN_BRACE && !GOES_ON.has(last) ? 'lines' : 'array-or-objects';
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        depth--;
        if (depth === 0) return 'lines';
      }
      last = byte;
    }
    isFirstBlock = false;
  }
  return depth === 0 ? 'empty' : 'array-or-objects';
}
