import { hashIdentity } from '#core/identity/hashing.ts';
import { type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { AnyDestination } from './destination-base.ts';
import type { AcceptedIdentities } from './destination-type.ts';
import { isForms, makeIdentities } from './normalise/forms.ts';
import { isProfileDestination, typeOf } from './registry.ts';

/**
 * How identities of a person may be written in what was routed to a destination: as they are, hashed, and as the vendor's
 * own rules make them.
 * @param destination as the catalog has it; one that has left the catalog is unknown
 * @param accepts which identities a destination is sent; the registry's where it is omitted
 */
export function spellings(
  identities: Iterable<IdentityKey>,
  destination: unknown,
  accepts: (destination: AnyDestination) => AcceptedIdentities | undefined = acceptedBy,
): IdentityKey[] {
  const keys = [...identities];
  const written = keys.flatMap((key) => {
    const hashed = hashIdentity(parseIdentityKey(key));
    return hashed ? [key, identityKey(hashed)] : [key];
  });
  const accepted = typeof destination === 'object' && destination ? accepts(destination as AnyDestination) : undefined;
  return [...new Set([...written, ...madeOf(keys, accepted)])];
}

const acceptedBy = (destination: AnyDestination): AcceptedIdentities | undefined =>
  isProfileDestination(destination) ? typeOf(destination).identities(destination) : undefined;

function madeOf(keys: readonly IdentityKey[], accepted: AcceptedIdentities | undefined): IdentityKey[] {
  if (accepted === undefined || !isForms(accepted)) return [];
  // One by one: a raw value hides the stored hash of itself, and where the first form is enough the others are hidden.
  return keys.flatMap((key) =>
    makeIdentities({ ...accepted, take: 'all' }, [parseIdentityKey(key)]).identities.map(identityKey),
  );
}
