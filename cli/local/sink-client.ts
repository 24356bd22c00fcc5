import { z } from 'zod';
import type { Behaviour } from './sink-answers.ts';
import { type SinkRequest, sinkRequest } from './sink-record.ts';
import type { AccountSettings, misbehaviour } from './vendor-server/account.ts';
import type { IncomingText } from './vendor-server/vendor.ts';

const counted = z.object({ count: z.int() });
const opened = z.object({ port: z.int(), hostKey: z.string().optional() });
const sent = z.object({ texts: z.array(z.object({ to: z.string(), body: z.string() })) });
const called = z.object({ called: z.int().nullable() });
const configured = z.object({ secret: z.record(z.string(), z.string()) });
const held = z.record(z.string(), z.array(z.string()));
const played = z.object({ vendors: z.array(z.object({ id: z.string(), held: z.record(z.string(), z.int()) })) });
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

  /** Has a vendor listen for a destination. @returns the port, and of an SSH server the fingerprint of its key */
  async openVendor(id: string, type: string): Promise<z.output<typeof opened>> {
    return opened.parse(await this.#call('POST', `/vendors/${encodeURIComponent(id)}`, { type }));
  }

  /** What a destination is to its vendor. @param origin where the vendor is for Lambdas @returns the secret that it gives */
  async configureVendor(origin: string, settings: AccountSettings): Promise<Readonly<Record<string, string>>> {
    const path = `/vendors/${encodeURIComponent(settings.destination.id)}`;
    return configured.parse(await this.#call('PUT', path, { origin, ...settings })).secret;
  }

  /** Who is in which audience of a destination: audience → identifiers as the vendor has them. */
  async held(id: string): Promise<Readonly<Record<string, readonly string[]>>> {
    return held.parse(await this.#call('GET', `/vendors/${encodeURIComponent(id)}/held`));
  }

  /** The vendors, and how many identifiers each of their audiences has. */
  async vendors(): Promise<readonly { readonly id: string; readonly held: Readonly<Record<string, number>> }[]> {
    return played.parse(await this.#call('GET', '/vendors')).vendors;
  }

  /** The texts that a vendor has sent, in order. */
  async texts(id: string): Promise<readonly { readonly to: string; readonly body: string }[]> {
    return sent.parse(await this.#call('GET', `/vendors/${encodeURIComponent(id)}/texts`)).texts;
  }

  /** Somebody answers a text. @returns the status that the vendor was answered with, which told its customer; null if it did not */
  async incoming(id: string, text: IncomingText): Promise<number | null> {
    return called.parse(await this.#call('POST', `/vendors/${encodeURIComponent(id)}/incoming`, text)).called;
  }

  /** Has a vendor misbehave. */
  async misbehave(id: string, order: z.input<typeof misbehaviour>): Promise<void> {
    await this.#call('POST', `/vendors/${encodeURIComponent(id)}/misbehaviour`, order);
  }

  /** Has a vendor behave again. */
  async behaveAgain(id: string): Promise<void> {
    await this.#call('DELETE', `/vendors/${encodeURIComponent(id)}/misbehaviour`);
  }

  /** Ends the access tokens that a vendor has given out. */
  async expireTokens(id: string): Promise<void> {
    await this.#call('POST', `/vendors/${encodeURIComponent(id)}/expire-tokens`);
  }

  /** Has all vendors forget everybody. */
  async resetVendors(): Promise<void> {
    await this.#call('POST', '/vendors/reset');
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
