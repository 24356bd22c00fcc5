import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { DestinationDefinition } from './definition.ts';
import { isProfileDestination, typeOf } from './registry.ts';

const VERSION_LENGTH = 8;

/**
 * Changes when a catalog has destinations told other things: other segments, identities or attributes, or nothing any
 * more. It is part of what evaluations compare, so that the next one of each profile, at the latest that of the day, has
 * it routed anew: that is the backfill of a first activation, and the removal of what is no longer activated.
 */
export function activationVersion(destinations: Iterable<DestinationDefinition>): string {
  const activations = [...destinations].map((destination) => {
    const { id, type, segments, enabled } = destination;
    const common = [id, type, [...segments].sort(), enabled];
    if (!isProfileDestination(destination)) return common;
    const declared = typeOf(destination);
    return [
      ...common,
      declared.identities(destination),
      declared.attributes(destination),
      declared.mandatory(destination),
      declared.sendsUpdates(destination),
      ...(declared.sendsAllMemberships?.(destination) ? ['all memberships'] : []),
    ];
  });
  return hash('sha256', stringify(activations.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)))).slice(
    0,
    VERSION_LENGTH,
  );
}
