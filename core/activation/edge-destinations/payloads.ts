import { consenting } from '#core/governance/consent.ts';
import type { Governance } from '#core/governance/governance.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
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

export interface EdgeTerms {
  /** Whether the caller has shown a key: a browser never has. */
  readonly isAuthenticated: boolean;
  readonly governance: EdgeGovernance | undefined;
}
/** What of the decisions of a catalog counts while somebody waits. */
export type EdgeGovernance = Omit<Governance, 'fingerprint'>;

/** Entries of the handles `activation:pull`, which the page's code reads, and `activation:push`, which the SDK carries out. */
interface EdgeEntries {
  readonly pull: readonly object[];
  readonly push: readonly object[];
}
const NOTHING: EdgeEntries = { pull: [], push: [] };

/** The destinations that are part of the answers of a datastream. */
export const answeringIn = (
  datastreamId: string,
  destinations: readonly EdgeDestinationDefinition[],
): readonly EdgeDestinationDefinition[] =>
  destinations.filter(({ enabled, datastreams }) => enabled && (datastreams?.includes(datastreamId) ?? true));

/**
 * What the destinations of the edge put into an answer: the payloads of `activation:pull` and `activation:push`
 * (docs/destinations/edge.md). Policies and consents count as for any destination.
 * @param destinations those of the datastream, see {@link answeringIn}
 * @param person undefined where nobody is known: then there is nothing
 */
export function edgePayloads(
  destinations: readonly EdgeDestinationDefinition[],
  person: EdgePerson | undefined,
  { isAuthenticated, governance }: EdgeTerms,
): EdgeEntries {
  if (!person) return NOTHING;
  const entriesIn = (handle: 'pull' | 'push'): readonly object[] =>
    destinations.flatMap((destination) => {
      const type = edgeTypeOf(destination);
      if (type.handle !== handle) return [];
      const segments = permittedSegments(destination, person, governance);
      const attribute = segments === undefined ? () => undefined : (path: string) => person.attribute(path);
      return type.entries(destination, { segments: segments ?? [], isAuthenticated, attribute });
    });
  return { pull: entriesIn('pull'), push: entriesIn('push') };
}

/** The segments of a destination that somebody is in and it may know of; undefined where it may know nothing of them. */
function permittedSegments(
  { id, segments }: EdgeDestinationDefinition,
  { identities, consents, isMember }: EdgePerson,
  governance: EdgeGovernance | undefined,
): readonly string[] | undefined {
  let agreeing = identities.map(parseIdentityKey);
  for (const policy of governance?.consents.get(id) ?? []) {
    agreeing = [...consenting(agreeing, consents, policy, governance!.normalForms)];
    if (agreeing.length === 0) return undefined;
  }
  const forbidden = governance?.forbidden.get(id);
  // What forbids every audience may be about the attributes.
  if (segments.every((segment) => forbidden?.has(segment))) return undefined;
  return segments.filter((segment) => isMember(segment) && !forbidden?.has(segment));
}
