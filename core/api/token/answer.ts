import { activeClient, scopesOf } from '#core/callers/client.ts';
import type { KnownClients } from '#core/callers/known-clients.ts';
import { isSecret } from '#core/callers/secret-hash.ts';
import { issueToken, type SigningKey, TOKEN_SECONDS } from '#core/callers/token.ts';
import type { RateLimiter } from '#core/ingestion/collection/rate-limit.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';

export interface TokenDeps {
  readonly clients: KnownClients;
  /** A key whose `kid` is one of those, which are the ones that others verify with; undefined where there is none. */
  signingKey(kids: readonly string[]): Promise<SigningKey | undefined>;
  readonly stage: string;
  readonly now: Clock;
}

const TOKEN_PATH = /\/ims\/token\/v[23]\/?$/;
const JWT_PATH = /\/ims\/exchange\/jwt\/?$/;
const MAX_BODY_BYTES = 8_192;
/** Tries of one client from one address: a client asks once an hour, and a few times when many of its copies start. */
const TRIES = { perSecond: 0.2, burst: 20 };
/** All that one copy of the function takes: each costs the time of a hash. */
const ALL_TRIES = { perSecond: 10, burst: 50 };

/**
 * Gives a client its token, as Adobe's IMS does (RFC 6749, client credentials): parameters in a form, in the address, or
 * id and secret in `Authorization: Basic`.
 */
export async function answerToken(call: HttpCall, limiter: RateLimiter, deps: TokenDeps): Promise<HttpAnswer> {
  if (JWT_PATH.test(call.path)) return NO_JWT;
  if (!TOKEN_PATH.test(call.path)) return oauthError(404, 'invalid_request', 'There is nothing at this address');
  if (call.method !== 'POST') return NOT_ALLOWED;
  const asked = readRequest(call);
  if (typeof asked === 'string') return oauthError(400, 'invalid_request', asked);
  if (asked.grantType !== 'client_credentials') return WRONG_GRANT;
  const wait = waitFor(call, asked.clientId, limiter, deps.now());
  if (wait > 0) return tooMany(wait);
  const known = await deps.clients.list();
  const list = activeClient(known, asked.clientId) ? known : await deps.clients.newerList();
  const client = activeClient(list, asked.clientId);
  if (!(await isSecret(asked.secret, client?.secret)) || !client) return WRONG_CLIENT;
  const scopes = scopesOf(client, asked.scope);
  if (!scopes) return WRONG_SCOPE;
  const key = await deps.signingKey(list.keys.map(({ kid }) => kid));
  if (!key) return NO_KEY;
  const { stage } = deps;
  const token = await issueToken(key, client, { stage, scopes, now: deps.now() });
  return {
    status: 200,
    headers: NOT_KEPT,
    body: { access_token: token, token_type: 'bearer', expires_in: TOKEN_SECONDS, scope: scopes.join(' ') },
  };
}

interface TokenRequest {
  readonly grantType: string;
  readonly clientId: string;
  readonly secret: string;
  readonly scope: string;
}

/** @returns what is wrong with it, in a sentence without any value */
function readRequest({ body, rawQuery, headers }: HttpCall): TokenRequest | string {
  if (body.length > MAX_BODY_BYTES) return `The body is larger than ${MAX_BODY_BYTES} bytes`;
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  const query = new URLSearchParams(rawQuery);
  const basic = basicOf(headers.authorization);
  const twice = ['grant_type', 'client_id', 'client_secret', 'scope'].find(
    (name) => form.getAll(name).length + query.getAll(name).length > 1,
  );
  if (twice !== undefined) return `${twice} is given several times`;
  const one = (name: string): string | undefined => form.get(name) ?? query.get(name) ?? undefined;
  const clientId = one('client_id') ?? basic?.id;
  const secret = one('client_secret') ?? basic?.secret;
  if (!clientId) return 'client_id is missing';
  if (!secret) return 'client_secret is missing';
  return { grantType: one('grant_type') ?? '', clientId, secret, scope: one('scope') ?? '' };
}

function basicOf(authorization = ''): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^basic +([\w+/=-]+)$/i.exec(authorization.trim())?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id, secret: secret.join(':') };
}

/** Guesses are counted in memory, of one client from one address: nobody can keep a client out from elsewhere. */
function waitFor({ sourceIp = '' }: HttpCall, clientId: string, limiter: RateLimiter, now: number): number {
  const key = `${clientId.slice(0, 64)} from ${sourceIp}`;
  return limiter.take(key, TRIES, now) || limiter.take('everybody', ALL_TRIES, now);
}

const NOT_KEPT = { 'cache-control': 'no-store' };

const oauthError = (status: number, error: string, description: string, headers = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...NOT_KEPT, ...headers },
  body: { error, error_description: description },
});

const tooMany = (wait: number): HttpAnswer =>
  oauthError(429, 'temporarily_unavailable', 'Too many requests', { 'retry-after': String(wait) });

const WRONG_CLIENT = oauthError(401, 'invalid_client', 'The client or its secret is not known, or it was revoked');
const WRONG_SCOPE = oauthError(400, 'invalid_scope', 'The client does not have one of the scopes that were asked for');
const WRONG_GRANT = oauthError(400, 'unsupported_grant_type', 'Expected grant_type=client_credentials');
const NOT_ALLOWED = oauthError(405, 'invalid_request', 'Only POST is possible here', { allow: 'POST' });
const NO_KEY = oauthError(
  503,
  'temporarily_unavailable',
  'There is no key to sign tokens with; make one: tributary client rotate-keys',
);
const NO_JWT = oauthError(
  501,
  'unsupported_grant_type',
  'Service accounts (JWT) are not supported; use grant_type=client_credentials at /ims/token/v3',
);
