import { consenting } from '#core/governance/consent.ts';
import type { Governance } from '#core/governance/governance.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { EdgeEntries } from '../destination-type.ts';
import { type EdgeDestinationDefinition, edgeTypeOf } from './registry.ts';

/** Whom an answer is for, as far as the edge knows them. */
export interface EdgePerson {
  readonly identities: readonly IdentityKey[];
  readonly consents: ProfileView['consents'];
  /** Whether they are in a segment, with the very event of the call. */
  isMember(segmentId: string): boolean;
  /** The attribute at a dotted path. */
  attribute(path: string): unknown;
}

export interface EdgeCall {
  readonly datastreamId: string;
  /** Whether the caller has shown a key: a browser never has. */
  readonly isAuthenticated: boolean;
  readonly governance: Governance | undefined;
}

const NOTHING: EdgeEntries = { pull: [], push: [] };

/**
 * What the destinations of the edge put into an answer: the payloads of `activation:pull` and `activation:push`
 * (docs/destinations/edge.md). Policies and consents count as for any destination.
 * @param person undefined where nobody is known: then there is nothing
 */
export function edgePayloads(
  destinations: readonly EdgeDestinationDefinition[],
  person: EdgePerson | undefined,
  call: EdgeCall,
): EdgeEntries {
  if (!person) return NOTHING;
  const own = destinations.filter(
    ({ enabled, datastreams }) => enabled && (datastreams?.includes(call.datastreamId) ?? true),
  );
  const entries = own.map((destination) => {
    const segments = permittedSegments(destination, person, call.governance);
    const attribute = segments === undefined ? () => undefined : (path: string) => person.attribute(path);
    const { isAuthenticated } = call;
    return edgeTypeOf(destination).entries(destination, { segments: segments ?? [], isAuthenticated, attribute });
  });
  return { pull: entries.flatMap(({ pull }) => pull), push: entries.flatMap(({ push }) => push) };
}

/** The segments of a destination that somebody is in and it may know of; undefined where they have not consented to any. */
function permittedSegments(
  { id, segments }: EdgeDestinationDefinition,
  { identities, consents, isMember }: EdgePerson,
  governance: Governance | undefined,
): readonly string[] | undefined {
  let agreeing = identities.map(parseIdentityKey);
  for (const policy of governance?.consents.get(id) ?? []) {
    agreeing = [...consenting(agreeing, consents, policy, governance!.normalForms)];
    if (agreeing.length === 0) return undefined;
  }
  const forbidden = governance?.forbidden.get(id);
  return segments.filter((segment) => isMember(segment) && !forbidden?.has(segment));
}
