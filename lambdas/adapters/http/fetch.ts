import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpClient, HttpRequest } from '#core/activation/http/client.ts';
import { BLOCKED, guarded, isPublicAddress } from '#lambdas/runtime/address-guard.ts';

/** What is read of an answer; the rest is not of interest. */
const MAX_ANSWER_BYTES = 64 * 1024;
const CLOSED_WHILE_IDLE: HttpOutcome = { kind: 'network', code: 'ECONNRESET' };

export interface HttpClientOptions {
  /** Lets requests reach private addresses and go without TLS: for a laptop, never for a real stage. */
  readonly allowPrivate: boolean;
  /** @default the resolver of the system */
  readonly lookup?: LookupFunction;
}

/**
 * Requests to destinations. The address is looked at where the connection is made, so that a name cannot lead outside
 * when it is checked and inside when it is used. On `node:https` rather than `fetch`, which has no such place.
 */
export function createHttpClient({ allowPrivate, lookup = resolve as LookupFunction }: HttpClientOptions): HttpClient {
  const agentsOf = (keepAlive: boolean) => {
    const connection = { keepAlive, lookup: allowPrivate ? lookup : guarded(lookup) };
    return { 'http:': new HttpAgent(connection), 'https:': new HttpsAgent(connection) };
  };
  const [kept, single] = [agentsOf(true), agentsOf(false)];

  return async (request) => {
    const url = new URL(request.url);
    if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) {
      return { kind: 'blocked', reason: 'not-https' };
    }
    // An address in the place of a name is connected to without any lookup.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) {
      return { kind: 'blocked', reason: 'private-address' };
    }
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    if (request.once) return send(url, request, open, single[url.protocol]);
    const outcome = await send(url, request, open, kept[url.protocol]);
    // The other side may close a connection that was kept just when it is used again: nothing was wrong with the request.
    return outcome === CLOSED_WHILE_IDLE ? send(url, request, open, single[url.protocol]) : outcome;
  };
}

function send(
  url: URL,
  { method, headers, body, timeoutMs, maxAnswerBytes = MAX_ANSWER_BYTES }: HttpRequest,
  open: typeof httpsRequest,
  agent: HttpAgent | HttpsAgent,
): Promise<HttpOutcome> {
  return new Promise((done) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: NodeJS.ErrnoException): void => {
      if (signal.aborted) done({ kind: 'timeout' });
      else if (error.code === BLOCKED) done({ kind: 'blocked', reason: 'private-address' });
      else if (error.code === 'ECONNRESET' && outgoing.reusedSocket) done(CLOSED_WHILE_IDLE);
      else done({ kind: 'network', code: error.code ?? 'UNKNOWN' });
    };
    const length = String(Buffer.byteLength(body));
    const outgoing = open(
      url,
      { method, agent, signal, headers: { ...headers, 'content-length': length } },
      (answer) => {
        const retryAfterMs = retryAfter(answer.headers['retry-after']);
        const status = answer.statusCode ?? 0;
        read(answer, maxAnswerBytes).then(
          (text) =>
            done({
              kind: 'response',
              status,
              body: text,
              headers: headersOf(answer),
              ...(retryAfterMs !== undefined && { retryAfterMs }),
            }),
          fail,
        );
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

async function read(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

/** Seconds, or a date (RFC 9110 §10.2.3), as milliseconds from now. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
