import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { type IssuerKeys, IssuerUnavailableError } from '#core/callers/sign-in.ts';
import type { IssuerSettings } from '#core/contract/sign-in.ts';

const TIMEOUT_MS = 3_000;
/** How long keys, and where they are, are remembered. */
const KEPT_MS = 600_000;
/** For a key that is not known they are asked for again, but not more often than this. */
const COOLDOWN_MS = 30_000;
const MAX_DISCOVERY_BYTES = 65_536;

/** Public keys of issuers from their JWKS, which the discovery document names (OpenID Connect Discovery 1.0). */
export function createIssuerKeys(): IssuerKeys {
  const known = new Map<string, { readonly keys: Promise<JWTVerifyGetKey>; readonly until: number }>();
  const keysOf = (issuer: IssuerSettings): Promise<JWTVerifyGetKey> => {
    const found = known.get(issuer.issuer);
    if (found && Date.now() < found.until) return found.keys;
    const keys = remoteKeys(issuer);
    known.set(issuer.issuer, { keys, until: Date.now() + KEPT_MS });
    // One that failed is asked again.
    keys.catch(() => known.delete(issuer.issuer));
    return keys;
  };
  return (issuer) => async (header, token) => {
    const keys = await keysOf(issuer);
    try {
      return await keys(header, token);
    } catch (error) {
      // The key is none of theirs: the token does not count.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new IssuerUnavailableError(`The keys of ${issuer.issuer} cannot be read`, { cause: error });
    }
  };
}

async function remoteKeys(issuer: IssuerSettings): Promise<JWTVerifyGetKey> {
  const uri = issuer.jwksUri ?? (await discoveredUri(issuer));
  return createRemoteJWKSet(new URL(uri), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEPT_MS,
  });
}

async function discoveredUri({ issuer }: IssuerSettings): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await answer.text();
    if (!answer.ok || text.length > MAX_DISCOVERY_BYTES) throw new Error(`status ${answer.status}`);
    const { issuer: named, jwks_uri: uri } = JSON.parse(text) as { issuer?: unknown; jwks_uri?: unknown };
    if (named !== issuer) throw new Error('it names another issuer');
    if (typeof uri !== 'string' || !isSafe(uri, issuer))
      throw new Error('it has no jwks_uri that is as safe as its own');
    return uri;
  } catch (error) {
    throw new IssuerUnavailableError(`The discovery document of ${issuer} cannot be read`, { cause: error });
  }
}

/** Keys that come in clear from an issuer that is encrypted could be anybody's. */
const isSafe = (uri: string, issuer: string): boolean =>
  URL.canParse(uri) && (uri.startsWith('https://') || issuer.startsWith('http://'));
