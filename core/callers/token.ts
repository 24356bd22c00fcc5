import { type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Caller } from './caller.ts';
import { activeClient, type Client, type ClientList, covers } from './client.ts';

/** Tokens of the stage's own, which clients ask for with their secret. */

/** How long a token is good for. */
export const TOKEN_SECONDS = 3_600;
/** Longer ones are not looked at. */
export const MAX_TOKEN_LENGTH = 8_192;
const ALGORITHM = 'ES256';
/** RFC 9068: so that no other token of the same key is taken for one. */
const TYPE = 'at+jwt';

/** A key that tokens are signed with. */
export interface SigningKey {
  readonly kid: string;
  /** Private. */
  readonly jwk: JWK;
}

/** Who issues the tokens of a stage, and whom they are for. */
export const issuerOf = (stage: string): string => `urn:tributary:${stage}`;

/** A token of one hour. @param now epoch ms */
export const issueToken = (
  { kid, jwk }: SigningKey,
  client: Pick<Client, 'id'>,
  { stage, scopes, now }: { readonly stage: string; readonly scopes: readonly string[]; readonly now: number },
): Promise<string> =>
  new SignJWT({ scope: scopes.join(' '), client_id: client.id })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: TYPE })
    .setIssuer(issuerOf(stage))
    .setAudience(issuerOf(stage))
    .setSubject(client.id)
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.floor(now / 1_000) + TOKEN_SECONDS)
    .sign({ ...jwk, alg: ALGORITHM });

/**
 * Who shows a token of the stage's own: the client, with what both the token and the client may still do.
 * @returns undefined where it does not count: forged, expired, another stage's, of a client that was revoked
 */
export async function clientOfToken(
  token: string,
  { stage, now, list }: { readonly stage: string; readonly now: number; readonly list: ClientList },
): Promise<Caller | undefined> {
  const payload = await verified(token, { stage, now, list });
  const client = payload && activeClient(list, payload.sub);
  if (!client || typeof payload.scope !== 'string') return undefined;
  const scopes = payload.scope.split(' ').filter((scope) => covers(client.scopes, scope));
  return { id: client.id, name: client.name, kind: 'client', scopes };
}

async function verified(
  token: string,
  { stage, now, list }: { readonly stage: string; readonly now: number; readonly list: ClientList },
): Promise<JWTPayload | undefined> {
  const keyOf = ({ kid }: { kid?: string }): JWK => {
    const known = list.keys.find((key) => key.kid === kid);
    if (!known) throw new Error('The key is not known');
    return { ...known.key, alg: ALGORITHM };
  };
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: issuerOf(stage),
      audience: issuerOf(stage),
      requiredClaims: ['sub', 'iat', 'exp', 'scope'],
      maxTokenAge: TOKEN_SECONDS,
      // Another copy of the function, whose clock is a little ahead, may have issued it.
      clockTolerance: 5,
      currentDate: new Date(now),
    });
    return payload;
  } catch {
    return undefined;
  }
}
