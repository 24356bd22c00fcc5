import { createHmac, hash } from 'node:crypto';
import type { HttpRequest } from '#core/activation/http/client.ts';

/** How long an endpoint may take to answer (aep.md §6.2). */
const TIMEOUT_MS = 2_000;

/**
 * A signed request of the HTTP API destination.
 * `x-tributary-signature: t=<epoch seconds>,v1=<hex HMAC-SHA-256 of "t.body">` proves who sent it and when;
 * `x-tributary-delivery` is the same whenever the same body is sent, so that a receiver can leave out repetitions.
 * @param signingKey without one the request is not signed
 * @param now epoch ms
 */
export function signedRequest(url: string, body: string, signingKey: string | undefined, now: number): HttpRequest {
  const seconds = Math.floor(now / 1000);
  return {
    method: 'POST',
    url,
    body,
    timeoutMs: TIMEOUT_MS,
    headers: {
      'content-type': 'application/json',
      'x-tributary-delivery': hash('sha256', body).slice(0, 32),
      ...(signingKey !== undefined && { 'x-tributary-signature': signature(body, signingKey, seconds) }),
    },
  };
}

const signature = (body: string, key: string, seconds: number): string =>
  `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
