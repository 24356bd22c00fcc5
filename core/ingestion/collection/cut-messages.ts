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
export const cutMessages = (json: Uint8Array): Uint8Array[] => new MessageCutter(json).cut();

class MessageCutter {
  readonly #json: Uint8Array;
  #messages: Uint8Array[] = [];
  #depth = 0;
  /** The last text in the outermost object: where a value begins, its key. */
  #key = '';
  /** Where the message begins that is gone through; -1 outside of the array. */
  #start = -1;

  constructor(json: Uint8Array) {
    this.#json = json;
  }

  cut(): Uint8Array[] {
    const json = this.#json;
    for (let i = 0; i < json.length; i++) {
      const byte = json[i]!;
      if (byte === QUOTE) i = this.#passText(i) - 1;
      else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) this.#open(byte, i);
      else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) this.#close(i);
      else if (byte === COMMA && this.#depth === 2 && this.#start >= 0) this.#end(i, i + 1);
    }
    return this.#messages;
  }

  /** @returns the index after the text */
  #passText(at: number): number {
    const end = endOfString(this.#json, at);
    if (this.#depth === 1) this.#key = JSON.parse(Buffer.from(this.#json.subarray(at, end)).toString('utf8'));
    return end;
  }

  #open(byte: number, at: number): void {
    if (this.#depth === 1 && byte === OPEN_BRACKET && this.#key === 'messages') {
      this.#messages = [];
      this.#start = at + 1;
    }
    this.#depth++;
  }

  #close(at: number): void {
    this.#depth--;
    if (this.#depth === 1 && this.#start >= 0) this.#end(at, -1);
  }

  #end(at: number, next: number): void {
    this.#messages.push(this.#json.subarray(this.#start, at));
    this.#start = next;
  }
}

/** The index after the text that begins at `at`. */
function endOfString(json: Uint8Array, at: number): number {
  let i = at + 1;
  while (json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}
