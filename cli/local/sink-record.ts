import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** One request the outside world received, as it is kept in memory and as one line of NDJSON. */
export const sinkRequest = z.object({
  /** 1, 2, 3 ... since the sink was started or reset. */
  number: z.int().positive(),
  time: z.iso.datetime(),
  method: z.string(),
  host: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.array(z.string())),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** `base64` when the body is not text in UTF-8. */
  bodyEncoding: z.enum(['utf8', 'base64']),
  /** The body was longer than the sink takes; this is its beginning. */
  truncated: z.boolean(),
  /** What the sink answered. */
  status: z.int(),
});
export type SinkRequest = z.infer<typeof sinkRequest>;

const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|set-cookie)$|api-?key|token|secret|password/i;
const SECRET_PARAMETER = /^(key|sig|signature|auth)$|api_?key|token|secret|password|credential|^x-amz-signature$/i;
const REDACTED = '[redacted]';

/** Headers as they may be written down: credentials are replaced, so that the record can be shown to anybody. */
export function publicHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    shown[name] = SECRET_HEADER.test(name) ? REDACTED : Array.isArray(value) ? value.join(', ') : value;
  }
  return shown;
}

/** Query parameters, each with all its values, credentials replaced. */
export function publicQuery(parameters: URLSearchParams): Record<string, string[]> {
  const shown: Record<string, string[]> = Object.create(null);
  for (const name of new Set(parameters.keys())) {
    shown[name] = SECRET_PARAMETER.test(name) ? [REDACTED] : parameters.getAll(name);
  }
  return { ...shown };
}

/** Text as text; anything else in base64. A text that was cut may end inside a character, which is dropped. */
export function bodyText(body: Buffer, truncated: boolean): Pick<SinkRequest, 'body' | 'bodyEncoding' | 'truncated'> {
  const whole = truncated ? withoutHalfCharacter(body) : body;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole);
    return { body: text, bodyEncoding: 'utf8', truncated };
  } catch {
    return { body: body.toString('base64'), bodyEncoding: 'base64', truncated };
  }
}

function withoutHalfCharacter(body: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, body.length); back++) {
    const byte = body[body.length - back] ?? 0;
    if (byte < 0x80) return body;
    if (byte < 0xc0) continue; // inside a character: look for its first byte
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? body.subarray(0, body.length - back) : body;
  }
  return body;
}

/** Keeps requests in memory and in an NDJSON file. Beyond `maxBytes` the oldest leave memory; the file has them all. */
export class SinkRecord {
  readonly #file: string;
  readonly #maxBytes: number;
  #requests: { readonly request: SinkRequest; readonly bytes: number }[] = [];
  #bytes = 0;
  #count = 0;

  constructor(file: string, maxBytes = 256 * 1024 * 1024) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.reset();
  }

  get count(): number {
    return this.#count;
  }

  /** How many are still in memory. */
  get kept(): number {
    return this.#requests.length;
  }

  add(request: Omit<SinkRequest, 'number'>): SinkRequest {
    this.#count += 1;
    const numbered = { number: this.#count, ...request };
    const line = JSON.stringify(numbered);
    appendFileSync(this.#file, `${line}\n`);
    this.#requests.push({ request: numbered, bytes: line.length });
    this.#bytes += line.length;
    while (this.#bytes > this.#maxBytes && this.#requests.length > 1) this.#bytes -= this.#requests.shift()?.bytes ?? 0;
    return numbered;
  }

  /** Those after number `since` whose path begins with `prefix`, oldest first. */
  list(since: number, prefix: string): SinkRequest[] {
    return this.#requests
      .map(({ request }) => request)
      .filter((request) => request.number > since && request.path.startsWith(prefix));
  }

  reset(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, '');
    this.#requests = [];
    this.#bytes = 0;
    this.#count = 0;
  }
}
