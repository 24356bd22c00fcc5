import { hash } from 'node:crypto';
import { z } from 'zod';
import { bodyOf, failed, failureOf } from '#core/activation/item-results.ts';
import type { Failure } from '../destination-type.ts';
import type { HttpOutcome } from '../error-class.ts';
import type { HttpRequest } from './client.ts';
import { type Credentials, credential, type SignIn, type TokenAuthentication } from './credentials.ts';
import { missing, TOKEN_TIMEOUT_MS } from './token-request.ts';

type ByRefreshToken = Extract<TokenAuthentication, { type: 'oauth2RefreshToken' }>;

/** What one sign-in is recognised by; made anew for each, of something nobody can guess. */
export interface SignInAttempt {
  readonly redirectUri: string;
  readonly state: string;
  /** RFC 7636: 43 to 128 characters. */
  readonly verifier: string;
}

/** The address at which a person signs in (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export function signInUrl(
  { url, scope, parameters = {} }: SignIn,
  clientId: string,
  { redirectUri, state, verifier }: SignInAttempt,
): string {
  const address = new URL(url);
  const asked = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: hash('sha256', verifier, 'base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  return address.href;
}

/**
 * The code in the address at which a browser ended.
 * @returns the code, or what is wrong with the address in words
 */
export function codeIn(
  address: string,
  { state }: SignInAttempt,
): { readonly code: string } | { readonly problem: string } {
  const url = URL.parse(address.trim());
  if (!url) return { problem: 'this is no address; copy all of what the address bar of the browser shows' };
  const error = url.searchParams.get('error');
  if (error !== null) return { problem: `the vendor did not allow it: ${error.slice(0, 100)}` };
  if (url.searchParams.get('state') !== state) return { problem: 'the address is of another attempt to sign in' };
  const code = url.searchParams.get('code');
  return code ? { code } : { problem: 'the address has no "code"' };
}

/** The request that exchanges a code for tokens (RFC 6749 §4.1.3). */
export function codeRequest(
  how: ByRefreshToken,
  credentials: Credentials,
  code: string,
  { redirectUri, verifier }: SignInAttempt,
): HttpRequest | Failure {
  const url = how.tokenUrl ?? credential(credentials, 'tokenUrl');
  const [id, secret] = [credential(credentials, 'clientId'), credential(credentials, 'clientSecret')];
  if (url === undefined) return missing('tokenUrl');
  if (id === undefined) return missing('clientId');
  if (secret === undefined) return missing('clientSecret');
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
  return {
    method: 'POST',
    url,
    timeoutMs: TOKEN_TIMEOUT_MS,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, client_id: id, client_secret: secret }).toString(),
  };
}

/** The refresh token in the answer. */
export function refreshTokenIn(outcome: HttpOutcome): { readonly refreshToken: string } | Failure {
  const failure = failureOf(outcome);
  if (failure) return failure;
  const read = z.looseObject({ refresh_token: z.string().min(1) }).safeParse(bodyOf(outcome));
  return read.success ? { refreshToken: read.data.refresh_token } : failed('stop', 'no-refresh-token');
}
