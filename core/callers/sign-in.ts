import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { scopesGranted } from '#core/contract/roles.ts';
import type { IssuerSettings } from '#core/contract/sign-in.ts';
import { DAY_S } from '#core/util/durations.ts';
import { PUBLIC_KEY_SIGNATURES } from '#core/util/public-key-signatures.ts';
import type { Caller } from './caller.ts';

const CLOCK_TOLERANCE_SECONDS = 30;
/** A token of an issuer counts no longer than this, whatever it says: somebody may have left a group meanwhile. */
const MAX_AGE_SECONDS = DAY_S;
const MAX_GROUPS = 1_000;
const MAX_NAME = 200;

/** The public keys of issuers. */
export type IssuerKeys = (issuer: IssuerSettings) => JWTVerifyGetKey;

/** The keys of an issuer cannot be had at the moment. */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
}

/**
 * The person whom a configured issuer has signed in, with what their groups may do.
 * @param now epoch ms
 * @returns undefined where the token does not count
 * @throws IssuerUnavailableError
 */
export async function personOfToken(
  token: string,
  issuer: IssuerSettings,
  { keys, now }: { readonly keys: IssuerKeys; readonly now: number },
): Promise<Caller | undefined> {
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, keys(issuer), {
      algorithms: PUBLIC_KEY_SIGNATURES,
      issuer: issuer.issuer,
      audience: issuer.audience,
      requiredClaims: ['sub', 'iat', 'exp', 'aud'],
      maxTokenAge: MAX_AGE_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    }));
  } catch (error) {
    if (error instanceof IssuerUnavailableError) throw error;
    return undefined;
  }
  if (typeof payload.sub !== 'string' || payload.sub === '' || payload.sub.length > MAX_NAME) return undefined;
  return {
    id: `${issuer.issuer}#${payload.sub}`,
    name: nameOf(payload),
    kind: 'person',
    scopes: scopesOf(payload[issuer.groupsClaim], issuer.groups),
  };
}

/** What people know them by. */
function nameOf(payload: JWTPayload): string {
  const names = [payload.preferred_username, payload.email, payload.name, payload.sub];
  const name = names.find((each) => typeof each === 'string' && each.trim() !== '') as string;
  return name.slice(0, MAX_NAME);
}

function scopesOf(claim: unknown, groups: IssuerSettings['groups']): string[] {
  const named = typeof claim === 'string' ? [claim] : Array.isArray(claim) ? claim.slice(0, MAX_GROUPS) : [];
  const known = named.filter((group): group is string => typeof group === 'string' && Object.hasOwn(groups, group));
  return scopesGranted(known.flatMap((group) => groups[group]!));
}
