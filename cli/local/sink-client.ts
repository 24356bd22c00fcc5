import { z } from 'zod';
import type { Behaviour } from './sink-answers.ts';
import { type SinkRequest, sinkRequest } from './sink-record.ts';

const counted = z.object({ count: z.int() });
const listed = z.object({ requests: z.array(sinkRequest), count: z.int() });

/** Asks and tells a running sink. */
export class SinkClient {
  readonly #url: string;

  /** `url` is the sink's own address, e.g. http://127.0.0.1:4610 */
  constructor(url: string) {
    this.#url = url;
  }

  /** What it received: after number `since`, under paths that begin with `path`; everything by default. */
  async requests(filter: { readonly since?: number; readonly path?: string } = {}): Promise<SinkRequest[]> {
    const query = new URLSearchParams({ since: String(filter.since ?? 0), path: filter.path ?? '' });
    return listed.parse(await this.#call('GET', `/_sink/requests?${query}`)).requests;
  }

  /** How many requests it received since the start or the last reset. */
  async count(): Promise<number> {
    return counted.parse(await this.#call('GET', '/_sink/count')).count;
  }

  /** Forgets all requests and all ordered behaviour. */
  async reset(): Promise<void> {
    await this.#call('POST', '/_sink/reset');
  }

  /** Makes the next `times` answers under a path (all, until the next reset, without it) fail or come late. */
  async behave(order: Behaviour): Promise<void> {
    await this.#call('POST', '/_sink/behaviour', order);
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`the sink at ${this.#url} rejected ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}
