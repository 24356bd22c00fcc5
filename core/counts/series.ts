import { fnv1a } from '#core/util/fnv.ts';

/** Which counters there are, and what they are called. */

/** How records came; `replay` has what replays of rejected records have changed, whichever way they had come. */
export const INGESTION_METHODS = ['stream', 'batch', 'replay'] as const;
export type IngestionMethod = (typeof INGESTION_METHODS)[number];

/**
 * Audiences are counted in so many series: one write has room for several of them, and is no larger than it has to be. With
 * 100 audiences a series has a dozen, well below the kilobyte that a write unit holds.
 */
const AUDIENCE_SERIES = 8;

export const SERIES = {
  profiles: 'profiles',
  audiences: (segmentId: string): string => `audiences:${fnv1a(segmentId) % AUDIENCE_SERIES}`,
  allAudiences: Array.from({ length: AUDIENCE_SERIES }, (_, n) => `audiences:${n}`) as readonly string[],
  destination: (destinationId: string): string => `destination:${destinationId}`,
  records: (method: IngestionMethod, datasetId: string): string => `records:${method}:${datasetId}`,
} as const;

/** Before the number of batches of a status, among the records of a dataset that came in batches. */
export const OF_BATCHES = 'batches:';

/** Names of the numbers of a destination; what follows the colon is a segment, a segment and a route, or a reason. */
export const OF_DESTINATION = {
  /** Identities that are members of a segment, as last routed. */
  members: 'members:',
  /** The same, of devices at Audience Manager, by `<segment>|<route>`. */
  route: 'route:',
  /** Memberships that are not routed, by reason. */
  excluded: 'excluded:',
  /** Identities that have left, of which the exit is remembered. */
  exits: 'exits',
  /** Messages that are decided and not on their queue yet. */
  unsent: 'unsent',
} as const;
