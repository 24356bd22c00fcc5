import { importJWK, type JWK, jwtVerify } from 'jose';
import { PUBLIC_KEY_SIGNATURES } from '#core/util/public-key-signatures.ts';
import type { DatastreamDefinition } from './definition.ts';
import { type EdgeProblem, edgeProblem } from './problem.ts';
import { type EdgeIdentityMap, identityMap } from './request.ts';

/** The namespace of `identityMap` in which a page hands over the token that its site has signed. It is never kept. */
export const TOKEN_NAMESPACE = 'identityToken';

const CLOCK_TOLERANCE_SECONDS = 30;
const MAX_LENGTH = 4_096;

/** What a token may be used for besides who it is about. */
export interface TokenUse {
  readonly datastream: Pick<DatastreamDefinition, 'id' | 'identityTokens'>;
  /** The device that shows it. */
  readonly ecid: string | undefined;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * What a site has signed about the person: the claim `identities` is an `identityMap` of ids (`{"CRMID": ["C-1"]}`). The
 * token names the datastream as its audience, says when it was issued and when it expires, and where it names a device
 * (`ecid`) it counts for that one only.
 * @returns the identities, or why the token does not count
 */
export async function verifyIdentityToken(token: string, use: TokenUse): Promise<EdgeIdentityMap | EdgeProblem> {
  const { identityTokens: settings, id } = use.datastream;
  if (!settings) return invalid('the datastream has no key for tokens (identityTokens)');
  if (token.length > MAX_LENGTH) return invalid(`it is longer than ${MAX_LENGTH} characters`);
  for (const key of settings.keys) {
    const payload = await payloadOf(token, key, {
      audience: id,
      ...(settings.issuer !== undefined && { issuer: settings.issuer }),
      maxTokenAge: settings.maxAgeSeconds,
      now: use.now,
    });
    if (payload) return identitiesIn(payload, use.ecid);
  }
  return invalid('its signature, audience, issuer or time is not as the datastream wants it');
}

async function payloadOf(
  token: string,
  key: object,
  wanted: { readonly audience: string; readonly issuer?: string; readonly maxTokenAge: number; readonly now: number },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { now, ...claims } = wanted;
  try {
    const { kty, crv, alg } = key as JWK;
    const algorithm = alg ?? (kty === 'RSA' ? 'RS256' : kty === 'OKP' ? 'EdDSA' : EC_ALGORITHMS[crv ?? '']);
    const { payload } = await jwtVerify(token, await importJWK(key as JWK, algorithm), {
      ...claims,
      algorithms: PUBLIC_KEY_SIGNATURES,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'iat', 'aud'],
    });
    return payload;
  } catch {
    return undefined;
  }
}

const EC_ALGORITHMS: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
};

/** Ids are asserted by the site, so they are those of somebody who has signed in, unless it says otherwise. */
function identitiesIn(
  payload: Readonly<Record<string, unknown>>,
  ecid: string | undefined,
): EdgeIdentityMap | EdgeProblem {
  if (payload.ecid !== undefined && payload.ecid !== ecid) return invalid('it was made for another device');
  const { identities } = payload;
  if (typeof identities !== 'object' || identities === null || Array.isArray(identities)) return NO_IDENTITIES;
  const items = Object.entries(identities).map(([namespace, ids]): [string, unknown] => [
    namespace,
    Array.isArray(ids) ? ids.map(asItem) : ids,
  ]);
  const result = identityMap.safeParse(Object.fromEntries(items));
  return result.success ? result.data : NO_IDENTITIES;
}

const asItem = (id: unknown): unknown => (typeof id === 'string' ? { id, authenticatedState: 'authenticated' } : id);

const invalid = (why: string): EdgeProblem => edgeProblem('0305-400', `The identity token does not count: ${why}`);

const NO_IDENTITIES = invalid('its claim "identities" is no map of ids by namespace, such as {"CRMID": ["C-1"]}');
