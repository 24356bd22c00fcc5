import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { VendorAccount } from './account.ts';

/** More than any vendor takes. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A request that a vendor was sent, and the status of its answer; 0 where it gave none. */
export interface Heard {
  readonly id: string;
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
  readonly status: number;
}

export interface VendorServerOptions {
  readonly id: string;
  /** Where the vendor is for those who are sent there. */
  readonly origin: () => string;
  readonly account: () => VendorAccount | undefined;
  readonly onHeard?: (heard: Heard) => void;
}

/** A vendor's API on a port. */
export function createVendorServer({ id, origin, account, onHeard }: VendorServerOptions): Server {
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const open = account();
    if (!open || body === undefined) {
      response.writeHead(body === undefined ? 413 : 503).end();
      return;
    }
    const { outcome, delayMs } = open.answer(requestOf(incoming, body, origin()));
    if (delayMs > 0) await delay(delayMs);
    onHeard?.({ id, incoming, body, status: outcome.kind === 'response' ? outcome.status : 0 });
    say(outcome, response);
  };
  return createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A request as senders make it. */
export function requestOf(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
  origin: string,
): HttpRequest {
  return {
    method: (METHODS.includes(method) ? method : 'GET') as HttpRequest['method'],
    url: `${origin}${url}`,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    body: body.toString('utf8'),
    timeoutMs: 0,
  };
}

/** A line that breaks is closed; whoever gets no answer waits until they have enough of it. */
function say(outcome: HttpOutcome, response: ServerResponse): void {
  if (outcome.kind === 'timeout') return;
  if (outcome.kind !== 'response') return void response.destroy();
  const { status, headers = {}, body, retryAfterMs } = outcome;
  const wait = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
  response.writeHead(status, { 'content-type': typeOf(body), ...wait, ...headers });
  response.end(body);
}

const typeOf = (body: string): string => (body.startsWith('<html') ? 'text/html' : 'application/json');

/** @returns nothing where it is too long */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}
