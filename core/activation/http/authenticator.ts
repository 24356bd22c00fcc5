import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { askedToWait, classifyOutcome, type ErrorClass, reasonOf } from '#core/activation/error-class.ts';
import type { HttpClient, HttpRequest } from './client.ts';
import { type Credentials, credential, type RequestAuthentication } from './credentials.ts';

export type Authorized =
  | { readonly headers: Readonly<Record<string, string>> }
  | {
      readonly errorClass: ErrorClass;
      readonly reason: string;
      /** Of `wait`: for how long, in ms. */
      readonly waitMs?: number;
    };

type Of<T extends RequestAuthentication['type']> = Extract<RequestAuthentication, { type: T }>;
type OAuth2 = Of<'oauth2ClientCredentials'>;

const TOKEN_TIMEOUT_MS = 5_000;
/** A token is given up so long before it ends. */
const MARGIN_MS = 60_000;
const DEFAULT_LIFETIME_S = 300;

const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().optional() });

/** Gives requests what they authenticate with; tokens are fetched when there is none or it ends, and kept. */
export class Authenticator {
  readonly #http: HttpClient;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly headers: Record<string, string>; readonly until: number }>();
  readonly #running = new Map<string, Promise<Authorized>>();

  constructor(http: HttpClient, now: () => number) {
    this.#http = http;
    this.#now = now;
  }

  /** @returns headers, or why there are none: never anything of the secret or the answer */
  async authorize(laneId: string, how: RequestAuthentication, credentials: Credentials): Promise<Authorized> {
    switch (how.type) {
      case 'none':
        return { headers: {} };
      case 'bearer':
        return credentials.bearerToken === undefined
          ? missing('bearerToken')
          : { headers: { authorization: `Bearer ${credentials.bearerToken}` } };
      case 'apiKey':
        return apiKey(how, credentials);
      case 'basic':
        return basic(how, credentials);
      case 'oauth2ClientCredentials': {
        const known = this.#tokens.get(laneId);
        if (known && this.#now() < known.until) return known;
        const running = this.#running.get(laneId) ?? this.#fetch(laneId, how, credentials);
        this.#running.set(laneId, running);
        return running.finally(() => this.#running.delete(laneId));
      }
    }
  }

  /** The destination does not take the token any more. @returns whether another one may help */
  reject(laneId: string): boolean {
    return this.#tokens.delete(laneId);
  }

  async #fetch(laneId: string, how: OAuth2, credentials: Credentials): Promise<Authorized> {
    const request = tokenRequest(how, credentials);
    if ('reason' in request) return request;
    const outcome = await this.#http(request);
    const failed = classifyOutcome(outcome);
    // A request for a token is about no person: what is rejected for good is rejected for all.
    if (failed) {
      const reason = `token-${reasonOf(outcome)}`;
      return failed === 'wait'
        ? { errorClass: failed, reason, waitMs: askedToWait(outcome) }
        : { errorClass: failed === 'drop' ? 'stop' : failed, reason };
    }
    const read = tokenAnswer.safeParse(outcome.kind === 'response' ? parseJson(outcome.body) : undefined);
    if (!read.success) return { errorClass: 'retry', reason: 'token-malformed-answer' };
    const lifetime = (read.data.expires_in ?? DEFAULT_LIFETIME_S) * 1000;
    const headers = { authorization: `Bearer ${read.data.access_token}` };
    this.#tokens.set(laneId, { headers, until: this.#now() + Math.max(lifetime - MARGIN_MS, lifetime / 2) });
    return { headers };
  }
}

function tokenRequest(how: OAuth2, credentials: Credentials): HttpRequest | Extract<Authorized, { reason: string }> {
  const { clientId, clientSecret } = credentials;
  const url = how.tokenUrl ?? credentials.tokenUrl;
  if (clientId === undefined) return missing('clientId');
  if (clientSecret === undefined) return missing('clientSecret');
  if (url === undefined) return missing('tokenUrl');
  const inHeader = how.clientAuthentication === 'header';
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(how.scope !== undefined && { scope: how.scope }),
    ...(!inHeader && { client_id: clientId, client_secret: clientSecret }),
  });
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
  return {
    method: 'POST',
    url,
    body: form.toString(),
    timeoutMs: TOKEN_TIMEOUT_MS,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(inHeader && { authorization: `Basic ${basic}` }),
    },
  };
}

function apiKey({ header, key, scheme }: Of<'apiKey'>, credentials: Credentials): Authorized {
  const value = credential(credentials, key);
  return value === undefined
    ? missing(key)
    : { headers: { [header]: scheme === undefined ? value : `${scheme} ${value}` } };
}

function basic({ user, password }: Of<'basic'>, credentials: Credentials): Authorized {
  const [name, secret] = [credential(credentials, user), credential(credentials, password)];
  if (name === undefined) return missing(user);
  if (secret === undefined) return missing(password);
  return { headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` } };
}

const missing = (key: string) => ({ errorClass: 'stop' as const, reason: `secret-without-${key}` });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
