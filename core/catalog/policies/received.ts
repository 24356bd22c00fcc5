import type { WrittenDestination } from '#core/activation/definition.ts';
import { SHARED_NAMESPACES } from '#core/activation/destinations/aam/identities.ts';
import { isEdgeDestination } from '#core/activation/edge-destinations/registry.ts';
import { isForms, namespacesOf } from '#core/activation/normalise/forms.ts';
import { isProfileDestination, typeOf } from '#core/activation/registry.ts';
import { isServedBy } from '#core/identity/hashing.ts';
import type { Received } from './lineage.ts';
import { receivedAtEdge } from './received-at-edge.ts';

/** What a destination gets of people, whatever its type. */
export function receivedBy(destination: WrittenDestination): Received {
  if (isEdgeDestination(destination)) return receivedAtEdge(destination);
  if (!isProfileDestination(destination)) {
    return { attributes: [], accepts: (namespace) => SHARED_NAMESPACES.includes(namespace) };
  }
  const type = typeOf(destination);
  const attributes = type.attributes(destination);
  const identities = type.identities(destination);
  const all = identities === 'all' || attributes.includes('identityMap');
  if (isForms(identities)) {
    const namespaces = new Set(namespacesOf(identities));
    return { attributes, accepts: (namespace) => all || namespaces.has(namespace) };
  }
  const accepted = typeof identities === 'string' ? [] : identities;
  return { attributes, accepts: (namespace) => all || accepted.some((each) => isServedBy(each, namespace)) };
}
