import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '#core/ingestion/text/json-bytes.ts';

/**
 * The messages of `{"messages": [ … ]}`, byte for byte. To parse and write them again would round their numbers, and one
 * that is nested too deeply to be written would take its neighbours with it.
 * @param json is JSON, and the array has at least one element; where the key is there twice the last one counts, as it
 * does for a parser
 */
export function cutMessages(json: Uint8Array): Uint8Array[] {
  let messages: Uint8Array[] = [];
  let depth = 0;
  /** The last text in the outermost object: where a value begins, its key. */
  let key = '';
  let start = -1;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) {
      const end = endOfString(json, i);
      if (depth === 1) key = JSON.parse(Buffer.from(json.subarray(i, end)).toString('utf8'));
      i = end - 1;
    } else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (depth === 1 && byte === OPEN_BRACKET && key === 'messages') {
        messages = [];
        start = i + 1;
      }
      depth++;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) {
      depth--;
      if (depth > 1 || start < 0) continue;
      messages.push(json.subarray(start, i));
      start = -1;
    } else if (byte === COMMA && depth === 2 && start >= 0) {
      messages.push(json.subarray(start, i));
      start = i + 1;
    }
  }
  return messages;
}

/** The index after the text that begins at `at`. */
function endOfString(json: Uint8Array, at: number): number {
  let i = at + 1;
  while (json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}
