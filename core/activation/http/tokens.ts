import { z } from 'zod';
import { askedToWait, classifyOutcome, type HttpOutcome, reasonOf } from '#core/activation/error-class.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { MINUTE_MS } from '#core/util/durations.ts';
import type { Failure } from '../destination-type.ts';
import type { StoredTokens, TokenStore } from '../ports/tokens.ts';
import type { HttpClient } from './client.ts';
import type { Credentials, TokenAuthentication } from './credentials.ts';
import { opened, sealed } from './sealed.ts';
import { tokenRequest } from './token-request.ts';

/** A token is replaced so long before it ends. */
const MARGIN_MS = MINUTE_MS;
const DEFAULT_LIFETIME_S = 300;
/** So long one function may take to fetch a token before another one tries. */
const CLAIM_MS = 20_000;
/** How soon those come again who have no token because another function is fetching it. */
const FETCHED_ELSEWHERE_MS = 2_000;
/** How often is looked whether somebody has signed in again. */
const SIGN_IN_MS = 15 * MINUTE_MS;

/** Why nothing goes until a person signs in at the vendor again. */
export const SIGN_IN_EXPIRED = 'sign-in-expired';

const storedToken = z.strictObject({
  accessToken: z.string(),
  /** Epoch ms. */
  refreshAt: z.number(),
  expiresAt: z.number(),
  refreshToken: z.string().optional(),
});
type Token = z.output<typeof storedToken>;

interface Known {
  readonly tokens: StoredTokens;
  readonly token: Token | undefined;
}

/**
 * Access tokens of destinations: fetched by one function for all, replaced before they end, and stored so that only who
 * has the destination's secret can read them. A new secret makes every stored token one of another destination.
 */
export class Tokens {
  readonly #http: HttpClient;
  readonly #store: TokenStore;
  readonly #now: () => number;
  readonly #known = new Map<string, Token>();
  /** Access tokens that the vendor did not take. */
  readonly #rejected = new Map<string, string>();
  readonly #running = new Map<string, Promise<string | Failure>>();

  constructor(http: HttpClient, store: TokenStore, now: () => number) {
    this.#http = http;
    this.#store = store;
    this.#now = now;
  }

  /** @returns an access token, or why there is none: never anything of the secret or the answer */
  get(destinationId: string, how: TokenAuthentication, credentials: Credentials): Promise<string | Failure> {
    const known = this.#known.get(destinationId);
    if (known && this.#now() < known.refreshAt) return Promise.resolve(known.accessToken);
    const running = this.#running.get(destinationId) ?? this.#provide(destinationId, how, credentials);
    this.#running.set(destinationId, running);
    return running.finally(() => this.#running.delete(destinationId));
  }

  /** The vendor does not take the token any more. @returns whether another one may help */
  reject(destinationId: string): boolean {
    const known = this.#known.get(destinationId);
    if (known) this.#rejected.set(destinationId, known.accessToken);
    return this.#known.delete(destinationId);
  }

  async #provide(destinationId: string, how: TokenAuthentication, credentials: Credentials): Promise<string | Failure> {
    const known = this.#read(await this.#store.get(destinationId), credentials);
    const isRejected = known.token?.accessToken === this.#rejected.get(destinationId);
    if (known.token && !isRejected && this.#now() < known.token.refreshAt)
      return this.#keep(destinationId, known.token);
    // Whoever is not the one to replace it uses it to its end.
    const stillGood = known.token && !isRejected && this.#now() < known.token.expiresAt ? known.token : undefined;
    const mayFetch = await this.#store.claim(destinationId, known.tokens.version, this.#now() + CLAIM_MS);
    if (!mayFetch) {
      return stillGood?.accessToken ?? failed('wait', 'token-in-making', { waitMs: FETCHED_ELSEWHERE_MS });
    }
    const fetched = await this.#fetch(how, credentials, known.token?.refreshToken);
    if ('reason' in fetched) {
      await this.#store.release(destinationId, known.tokens.version);
      return stillGood?.accessToken ?? fetched;
    }
    await this.#store.put(destinationId, known.tokens.version, sealed(JSON.stringify(fetched), credentials));
    return this.#keep(destinationId, fetched);
  }

  #keep(destinationId: string, token: Token): string {
    this.#known.set(destinationId, token);
    return token.accessToken;
  }

  #read(tokens: StoredTokens, credentials: Credentials): Known {
    const text = tokens.sealed === undefined ? undefined : opened(tokens.sealed, credentials);
    return { tokens, token: text === undefined ? undefined : storedToken.safeParse(JSON.parse(text)).data };
  }

  async #fetch(how: TokenAuthentication, credentials: Credentials, refreshToken?: string): Promise<Token | Failure> {
    const at = this.#now();
    const request = await tokenRequest(how, credentials, refreshToken, at);
    if ('reason' in request) return request;
    const outcome = await this.#http(request);
    const failure = failureOfToken(outcome, how);
    if (failure) return failure;
    const { tokenField = 'access_token' } = how;
    const body = z.looseObject({ expires_in: z.coerce.number().positive().optional() }).safeParse(bodyOf(outcome)).data;
    const accessToken = textAt(body, tokenField);
    if (accessToken === undefined) return failed('retry', 'token-malformed-answer');
    const lifetime = (body?.expires_in ?? how.lifetimeSeconds ?? DEFAULT_LIFETIME_S) * 1000;
    const newest = textAt(body, 'refresh_token') ?? refreshToken;
    return {
      accessToken,
      refreshAt: at + Math.max(lifetime - MARGIN_MS, lifetime / 2),
      expiresAt: at + lifetime,
      ...(newest !== undefined && { refreshToken: newest }),
    };
  }
}

const textAt = (body: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined => {
  const value = body?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

function failureOfToken(outcome: HttpOutcome, how: TokenAuthentication): Failure | undefined {
  const errorClass = classifyOutcome(outcome);
  if (!errorClass) return undefined;
  const error = textAt(bodyOf(outcome) as Readonly<Record<string, unknown>> | undefined, 'error');
  if (how.type === 'oauth2RefreshToken' && error === 'invalid_grant') {
    return failed('wait', SIGN_IN_EXPIRED, { waitMs: SIGN_IN_MS });
  }
  const reason = `token-${reasonOf(outcome)}`;
  if (errorClass === 'wait') return failed('wait', reason, { waitMs: askedToWait(outcome) });
  // A request for a token is about no person: what is rejected for good is rejected for all.
  return failed(errorClass === 'drop' ? 'stop' : errorClass, reason);
}
