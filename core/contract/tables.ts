import { hash } from 'node:crypto';

/** Attribute names, indexes and key builders of the DynamoDB tables: what the stacks create and the adapters use. */

/** Every table has this string partition key. */
export const PARTITION_KEY = 'pk';
/**
 * Two tables have a sort key: the `timeline` the id of a record under the identity it belongs to, `audit` the instant of a
 * read on its day.
 */
export const SORT_KEY = 'sk';

/**
 * `memberships` carries a sparse index over the instant at which a membership can next change with time alone.
 * The partition is one of `DUE_SHARDS` buckets so that a sweep can read them side by side.
 */
export const DUE_INDEX = { name: 'due', partitionKey: 'dueShard', sortKey: 'dueAt' } as const;
export const DUE_SHARDS = 8;

/**
 * Into how many items a count of the guard is divided. Entries are counted once an invocation, exits one by one and only up
 * to the guard's limit.
 */
export const GUARD_SHARDS = 8;

/**
 * Into how many items the counts of an activity are divided: at 200,000 events a second, a third of them displays of one
 * activity, each is written 85 times a second.
 */
export const ACTIVITY_SHARDS = 32;

/**
 * Into how many items the counts of a series are divided. Each function that counts does so once for many changes, so a shard
 * of a stream writes a few times a second; a transaction that meets another one is tried again on another item.
 */
export const COUNT_SHARDS = 8;

/** Into how many items the errors of a destination and hour are divided, and how many each has room for. */
export const ERROR_SHARDS = 8;
export const ERRORS_PER_SHARD = 25;

/** The attribute that DynamoDB's time-to-live looks at, in epoch seconds, on every table. */
export const TTL_ATTRIBUTE = 'expiresAt';

/** Into how many keys the audit records of a day are divided. */
export const AUDIT_SHARDS = 8;
/** The key of audit records of a day (`2026-01-31`), in one of some shards. */
export const auditKey = (day: string, shard: number): string => `${day}#${shard}`;

/** Keys of the `operations` table. */
export const operationsKey = {
  /** Which version of the catalog is active. */
  catalogPointer: (): string => 'CATALOG#current',
  /** That a version of the catalog became active at an instant (epoch ms). */
  catalogActivation: (at: number, version: string): string => `CATALOG#${new Date(at).toISOString()}#${version}`,
  /** A file on its way: how many chunks it has and what became of its records. */
  batch: (batchId: string): string => `BATCH#${batchId}`,
  /** A chunk that has been looked at. */
  validated: (batchId: string, index: number): string => `VALIDATED#${batchId}#${index}`,
  /** A chunk that has been counted home. */
  chunk: (batchId: string, index: number): string => `CHUNK#${batchId}#${index}`,
  /** What became of the records of a dataset that came by stream, as earlier releases counted them. */
  streamCounts: (datasetId: string): string => `STREAM#${datasetId}`,
  /** The counts of a series, in one of some shards. */
  counts: (series: string, shard: number): string => `${OPERATIONS_PREFIX.counts}${series}#${shard}`,
  /** Since when counters have all there is. */
  countsComplete: (): string => `${OPERATIONS_PREFIX.counts}complete`,
  /** Which batch of a dataset was received last. */
  lastBatch: (datasetId: string): string => `${OPERATIONS_PREFIX.lastBatch}${datasetId}`,
  /** That changes were counted, by the mark of the first. */
  countNote: (mark: string): string => `${OPERATIONS_PREFIX.countNote}${mark}`,
  /** What one call of a reader of a stream has counted, by the mark of the first record. */
  streamTally: (mark: string): string => `${OPERATIONS_PREFIX.streamTally}${mark}`,
  /** What was counted at the end of an hour (`2026-01-31T07`), or of a day (`2026-01-31`). */
  countsAt: (when: string): string => `${OPERATIONS_PREFIX.countsAt}${when}`,
  /** The recount that waits to be compared with the counters. */
  recountWaiting: (): string => `${OPERATIONS_PREFIX.recount}waiting`,
  /** What a job over all profiles finds when it counts anew, and what was counted when it began. */
  recount: (jobId: string, partition: number | 'begin'): string => `${OPERATIONS_PREFIX.recount}${jobId}#${partition}`,
  /** What each destination was last told about the people of one profile item. */
  deliveryState: (root: string): string => `DELIVERY#${root}`,
  /** What flowed to a destination in the hour that begins then (epoch ms). */
  dataflowRun: (destinationId: string, hour: number): string =>
    `RUN#${destinationId}#${new Date(hour).toISOString().slice(0, 13)}`,
  /** What a destination said about single people in the hour that begins then (epoch ms), in one of some shards. */
  deliveryErrors: (destinationId: string, hour: number, shard: number): string =>
    `${OPERATIONS_PREFIX.deliveryErrors}${destinationId}#${new Date(hour).toISOString().slice(0, 13)}#${shard}`,
  /** What a vendor said when it was asked to delete somebody, by the id of the request. */
  vendorDeletion: (requestId: string, destinationId: string): string =>
    `${OPERATIONS_PREFIX.vendorDeletion}${requestId}#${destinationId}`,
  /** Whether a destination is paused, and what its guard says. */
  destination: (destinationId: string): string => `${OPERATIONS_PREFIX.destination}${destinationId}`,
  /** Which retentions the timelines follow. */
  retentions: (): string => `${OPERATIONS_PREFIX.expiry}retentions`,
  /** How many pages of suppressed identities there are, and which revision each has. */
  suppressions: (): string => `${OPERATIONS_PREFIX.suppression}pages`,
  suppressionPage: (page: number): string => `${OPERATIONS_PREFIX.suppression}page#${page}`,
  /** Deletions that are under way. */
  erasures: (): string => `${OPERATIONS_PREFIX.erasure}under-way`,
  erasure: (requestId: string): string => `${OPERATIONS_PREFIX.erasure}request#${requestId}`,
  /** When a destination may be asked next. */
  rateLimit: (destinationId: string): string => `RATE#${destinationId}`,
  /** How many profiles an audience of a destination has, in one of some shards. */
  audience: (destinationId: string, segmentId: string, shard: number): string =>
    `AUDIENCE#${destinationId}#${segmentId}#${shard}`,
  /** How many have left it on a day since the last release. */
  exits: (destinationId: string, epoch: number, segmentId: string, day: number, shard: number | 'largest'): string =>
    `EXITS#${destinationId}#${epoch}#${segmentId}#${day}#${shard}`,
  /** What was counted of an activity, in one of some shards. */
  activityCounts: (activityId: string, shard: number): string => `ACTIVITY#${activityId}#${shard}`,
  /** That a record was counted. */
  counted: (mark: string): string => `COUNTED#${mark}`,
  /** What a device or person has seen of activities. */
  exposures: (identity: string): string => `${OPERATIONS_PREFIX.exposures}${identity}`,
  /** How often a message was tried to be delivered, by its id. */
  attempts: (messageId: string): string => `ATTEMPTS#${messageId}`,
  /** The id that a vendor gave to the audience of a segment. */
  audienceId: (destinationId: string, segmentId: string, kind: string): string =>
    `${OPERATIONS_PREFIX.vendor}audience#${destinationId}#${segmentId}#${kind}`,
  /** The clients of the API, and the keys that their tokens are verified with. */
  clients: (): string => `${OPERATIONS_PREFIX.callers}clients`,
  /** A change that waits for a second person. */
  approval: (id: string): string => `${OPERATIONS_PREFIX.approval}${id}`,
  /** Which changes were put before a second person of late. */
  approvals: (): string => `${OPERATIONS_PREFIX.approval}#list`,
  /** What is kept for a while for callers of the API. */
  note: (id: string): string => `${OPERATIONS_PREFIX.notes}${id}`,
  /** Which destination has which lane of the pool. */
  lanes: (): string => OPERATIONS_PREFIX.lanes,
  /** The access token of a destination, sealed with its secret. */
  tokens: (destinationId: string): string => `${OPERATIONS_PREFIX.vendor}tokens#${destinationId}`,
  /** A delivery that was handed in at a vendor and has no result yet, by a hash of the delivery. */
  submission: (key: string): string => `${OPERATIONS_PREFIX.vendor}submission#${key}`,
  /** A text to somebody because of an entry, by a hash of number, segment and entry. */
  text: (key: string): string => `${OPERATIONS_PREFIX.vendor}text#${key}`,
  /** How many texts somebody was sent on a day (`2026-01-31`), by a hash of the number. */
  textsOfDay: (person: string, day: string): string => `${OPERATIONS_PREFIX.vendor}texts#${person}#${day}`,
  /** A record of an entity that is no person and no event, by the `$id` of its schema, which may be long. */
  lookup: (entity: string, key: string): string => `LOOKUP#${hash('sha256', entity, 'base64url').slice(0, 16)}#${key}`,
} as const;

/** Keys of the records of one kind of job, in the `operations` table. */
export const jobKey = {
  /** Which job is the current one, and which finished last. */
  latest: (prefix: string): string => `${prefix}latest`,
  job: (prefix: string, id: string): string => `${prefix}JOB#${id}`,
} as const;

export const OPERATIONS_PREFIX = {
  batch: 'BATCH#',
  stream: 'STREAM#',
  counts: 'COUNTS#',
  countNote: 'COUNT-NOTE#',
  streamTally: 'STREAM-TALLY#',
  countsAt: 'COUNTS-AT#',
  lastBatch: 'LAST-BATCH#',
  recount: 'RECOUNT#',
  deliveryState: 'DELIVERY#',
  dataflowRun: 'RUN#',
  expiry: 'EXPIRY#',
  deliveryErrors: 'ERRORS#',
  vendorDeletion: 'DELETED#',
  rateLimit: 'RATE#',
  attempts: 'ATTEMPTS#',
  vendor: 'VENDOR#',
  lanes: 'LANES',
  destination: 'DESTINATION#',
  evaluation: 'EVALUATION#',
  deletion: 'DELETION#',
  suppression: 'SUPPRESSION#',
  erasure: 'ERASURE#',
  exposures: 'EXPOSURES#',
  callers: 'CALLERS#',
  notes: 'NOTES#',
  approval: 'APPROVAL#',
  catalog: 'CATALOG#',
} as const;

/** Of the keys of the deletions of one dataset. */
export const deletionPrefix = (datasetId: string): string => `${OPERATIONS_PREFIX.deletion}${datasetId}#`;
