import { Buffer } from 'node:buffer';
import { importPKCS8, SignJWT } from 'jose';
import { failed } from '#core/activation/item-results.ts';
import type { Failure } from '../destination-type.ts';
import type { HttpRequest } from './client.ts';
import { type Credentials, credential, type TokenAuthentication } from './credentials.ts';

export const TOKEN_TIMEOUT_MS = 5_000;
/** Longest that Google takes for an assertion; others take less for granted. */
const ASSERTION_S = 3_600;
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The secret lacks a key. */
export const missing = (key: string): Failure => failed('stop', `secret-without-${key}`);

/**
 * The request for an access token (RFC 6749 §4.4, RFC 6749 §6, RFC 7523 §2.1).
 * @param refreshToken the newest one, where the vendor gives a new one with every token
 * @param now epoch ms
 */
export async function tokenRequest(
  how: TokenAuthentication,
  credentials: Credentials,
  refreshToken: string | undefined,
  now: number,
): Promise<HttpRequest | Failure> {
  const url = how.tokenUrl ?? credential(credentials, 'tokenUrl');
  if (url === undefined) return missing('tokenUrl');
  const grant = await grantOf(how, url, credentials, refreshToken, now);
  if (isFailure(grant)) return grant;
  const { clientAuthentication = 'header', scope, parameters = {} } = how;
  const client = how.type === 'oauth2Jwt' ? undefined : clientOf(credentials);
  if (client && 'reason' in client) return client;
  const inBody =
    client && clientAuthentication !== 'header' ? { client_id: client.id, client_secret: client.secret } : {};
  const named = Object.fromEntries(
    Object.entries(parameters).map(([name, key]) => [name, credential(credentials, key) ?? key]),
  );
  const asks = how.type !== 'oauth2Jwt' && scope !== undefined ? { scope } : {};
  const fields = { ...grant, ...asks, ...inBody, ...named };
  const isJson = clientAuthentication === 'json';
  return {
    method: 'POST',
    url,
    body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    timeoutMs: TOKEN_TIMEOUT_MS,
    headers: {
      accept: 'application/json',
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(client && clientAuthentication === 'header' && { authorization: basicOf(client.id, client.secret) }),
    },
  };
}

type Fields = Readonly<Record<string, string>>;

async function grantOf(
  how: TokenAuthentication,
  url: string,
  credentials: Credentials,
  refreshToken: string | undefined,
  now: number,
): Promise<Fields | Failure> {
  switch (how.type) {
    case 'oauth2ClientCredentials':
      return { grant_type: 'client_credentials' };
    case 'oauth2RefreshToken': {
      const newest = refreshToken ?? credential(credentials, 'refreshToken');
      return newest === undefined ? missing('refreshToken') : { grant_type: 'refresh_token', refresh_token: newest };
    }
    case 'oauth2Jwt': {
      const assertion = await assertionOf(url, how.scope, credentials, now);
      return typeof assertion === 'string' ? { grant_type: JWT_GRANT, assertion } : assertion;
    }
  }
}

/** Signed by the key of a service account, whose key file is the secret: `client_email`, `private_key`. */
async function assertionOf(
  url: string,
  scope: string | undefined,
  credentials: Credentials,
  now: number,
): Promise<string | Failure> {
  const [issuer, pem, kid] = ['client_email', 'private_key', 'private_key_id'].map((key) =>
    credential(credentials, key),
  );
  if (issuer === undefined) return missing('client_email');
  if (pem === undefined) return missing('private_key');
  const seconds = Math.floor(now / 1000);
  try {
    return await new SignJWT(scope === undefined ? {} : { scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
      .setIssuer(issuer)
      .setAudience(url)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ASSERTION_S)
      .sign(await importPKCS8(pem, 'RS256'));
  } catch {
    return failed('stop', 'secret-unusable-private_key');
  }
}

function clientOf(credentials: Credentials): { readonly id: string; readonly secret: string } | Failure {
  const [id, secret] = [credential(credentials, 'clientId'), credential(credentials, 'clientSecret')];
  if (id === undefined) return missing('clientId');
  return secret === undefined ? missing('clientSecret') : { id, secret };
}

const basicOf = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

const isFailure = (grant: Fields | Failure): grant is Failure => grant.delivered === false;
