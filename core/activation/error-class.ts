import { HOUR_MS } from '#core/util/durations.ts';
/**
 * What became of a request to a destination, as far as anybody can tell.
 * `blocked`: not sent at all, since the address lies inside (docs/architecture.md, "Hostile input").
 */
export type HttpOutcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly body: string;
      /** By their names in lower case. */
      readonly headers?: Readonly<Record<string, string>>;
      /** How long the destination asks to be left alone. */
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'network'; readonly code: string }
  | { readonly kind: 'blocked'; readonly reason: string };

/**
 * Why something was not delivered, and therefore what to do:
 * - `wait`: the destination asks for time; nothing is wrong, and waiting is no attempt;
 * - `retry`: it may work later, the same request is made again;
 * - `drop`: the destination will never take this item, the others are not concerned;
 * - `stop`: the configuration is wrong (address, credentials), nothing can be delivered until somebody fixes it;
 * - `skip`: nothing was to be sent, by a rule of ours; counted as excluded, with its reason;
 * - `unknown`: nobody knows whether it was taken, and it may not be taken twice: never made again, but reported.
 */
export type ErrorClass = 'wait' | 'retry' | 'drop' | 'stop' | 'skip' | 'unknown';

const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;
const RETRY = new Set([408, 425]);
/** Not allowed, not there, not this way, or somewhere else: redirects are not followed. */
const STOP = new Set([401, 402, 403, 404, 405, 406, 407, 410, 411, 415, 421, 426, 451, 501, 505]);

/** The class of an HTTP status, or undefined where the request succeeded. */
export function classifyStatus(status: number): ErrorClass | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === TOO_MANY_REQUESTS) return 'wait';
  if (RETRY.has(status)) return 'retry';
  if (STOP.has(status) || status < 400) return 'stop';
  return status >= 500 ? 'retry' : 'drop';
}

/** Failures below HTTP that no repetition fixes: the certificate, not the line. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|EPROTO/;

/** The class of an outcome, or undefined where the request succeeded. */
export function classifyOutcome(outcome: HttpOutcome): ErrorClass | undefined {
  switch (outcome.kind) {
    case 'response':
      // Who says when to come again is not broken.
      return outcome.status === UNAVAILABLE && outcome.retryAfterMs !== undefined
        ? 'wait'
        : classifyStatus(outcome.status);
    case 'timeout':
      return 'retry';
    case 'network':
      return CERTIFICATE.test(outcome.code) ? 'stop' : 'retry';
    case 'blocked':
      return 'stop';
  }
}

/** How long is waited where the destination does not say for how long, and longest, whatever it says: ms. */
const DEFAULT_WAIT_MS = 1_000;
const MAX_WAIT_MS = 12 * HOUR_MS;

/** For how long a destination asks to be left alone, in ms. */
export const askedToWait = (outcome: HttpOutcome): number =>
  Math.min(outcome.kind === 'response' ? (outcome.retryAfterMs ?? DEFAULT_WAIT_MS) : DEFAULT_WAIT_MS, MAX_WAIT_MS);

/** The outcome in a word for logs and metrics, e.g. `http-503`: nothing of the answer's text, it may name people. */
export function reasonOf(outcome: HttpOutcome): string {
  switch (outcome.kind) {
    case 'response':
      return `http-${outcome.status}`;
    case 'timeout':
      return 'timeout';
    case 'network':
      return `network-${outcome.code}`;
    case 'blocked':
      return outcome.reason;
  }
}
