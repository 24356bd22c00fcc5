import { createHmac } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { IdentityKey } from '#core/record/identity.ts';
import type { ProfileDelivery } from '../delivery.ts';
import type { Failure } from '../destination-type.ts';
import type { ErrorClass } from '../error-class.ts';
import { type Credentials, credential } from '../http/credentials.ts';
import { maskedIdentity, maskedWords } from './mask-words.ts';

/** Why a destination did not take one person, without saying who they are (docs/destinations.md, "Errors"). */
export interface DeliveryError {
  /** A keyed hash of the profile item, which only tells who it is of to whom has the destination's secret; `-` where there is none. */
  readonly profile: string;
  /** Identities as they were sent, masked. */
  readonly identities: readonly string[];
  readonly reason: string;
  readonly errorClass: ErrorClass;
  /** The vendor's words, masked. */
  readonly detail?: string;
  /** Epoch ms: the first and the last time. */
  readonly first: number;
  readonly last: number;
  readonly times: number;
}

const MAX_IDENTITIES = 3;
const MAX_REASON = 64;

/**
 * By which key a destination's errors refer to people; undefined where its secret holds nothing. A signing key stays when
 * other secrets are renewed.
 */
export const referenceKey = (credentials: Credentials): string | undefined =>
  credential(credentials, 'signingKey') ?? (Object.keys(credentials).length > 0 ? stringify(credentials) : undefined);

/** How errors refer to a profile item. */
export const profileReference = (canonicalKey: IdentityKey, key: string): string =>
  createHmac('sha256', key).update(`delivery error\n${canonicalKey}`).digest('base64url').slice(0, 22);

/** @param at epoch ms; @param key without one nobody is referred to */
export function deliveryError(
  delivery: ProfileDelivery,
  failure: Failure,
  at: number,
  key: string | undefined,
): DeliveryError {
  const { canonicalKey, identities } = delivery;
  const detail = failure.detail === undefined ? '' : maskedWords(failure.detail, delivery);
  return {
    profile: key === undefined ? '-' : profileReference(canonicalKey, key),
    identities: identities.slice(0, MAX_IDENTITIES).map(maskedIdentity),
    reason: failure.reason.slice(0, MAX_REASON),
    errorClass: failure.errorClass,
    ...(detail !== '' && { detail }),
    first: at,
    last: at,
    times: 1,
  };
}

/** Under which name an error is counted: the same person for the same reason. */
export const errorName = ({ profile, reason, errorClass }: DeliveryError): string =>
  `${profile} ${errorClass} ${reason}`;

/** Errors with those of one name together, the newest first. */
export function mergedErrors(errors: readonly DeliveryError[]): DeliveryError[] {
  const merged = new Map<string, DeliveryError>();
  for (const error of errors) {
    const name = errorName(error);
    const known = merged.get(name);
    const latest = known && known.last > error.last ? known : error;
    merged.set(
      name,
      known
        ? {
            ...latest,
            first: Math.min(known.first, error.first),
            last: Math.max(known.last, error.last),
            times: known.times + error.times,
          }
        : error,
    );
  }
  return [...merged.values()].sort((a, b) => b.last - a.last || (errorName(a) < errorName(b) ? -1 : 1));
}
