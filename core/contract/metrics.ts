/** Names of the metrics that functions emit and alarms and dashboards watch. Dimensions never name a person. */
export const METRIC_NAMESPACE = 'Tributary';

export const METRICS = {
  recordsAccepted: 'RecordsAccepted',
  recordsRejected: 'RecordsRejected',
  recordsDuplicate: 'RecordsDuplicate',
  /** Accepted, kept in the lake, but without an identity that could name a profile. */
  recordsWithoutProfile: 'RecordsWithoutProfile',
  /** They name an identity of a person who was deleted: nothing of them is kept. */
  recordsSuppressed: 'RecordsSuppressed',
  /** Accepted for the profile, rejected for the identity graph. */
  graphRejections: 'GraphRejections',
  /** Values of accepted records that are no identities although they stand where one belongs. */
  identitiesOmitted: 'IdentitiesOmitted',
  /** Values that a mapping has left out of accepted records. */
  valuesOmitted: 'ValuesOmitted',
  /** Accepted events that have taken the place of an older version. */
  eventsAmended: 'EventsAmended',
  /** Accepted records whose stamp lay more than a day ahead: they count as of their arrival. */
  timestampsBounded: 'TimestampsBounded',
  /** Links that came later than the link history of who belongs together reaches: ingested with their own age. */
  lateLinks: 'LateLinks',
  chunksCompleted: 'ChunksCompleted',
  filesRejected: 'FilesRejected',
  /** They hold no data, such as the markers of tools that write many files. */
  filesIgnored: 'FilesIgnored',
  /** Too many of their records were rejected, or they could not be read to their end. */
  batchesFailed: 'BatchesFailed',
  eventsExpired: 'EventsExpired',
  profilesExpired: 'ProfilesExpired',
  membershipsEntered: 'MembershipsEntered',
  membershipsExited: 'MembershipsExited',
  /** Counted among the two above: the daily run had to change them although streaming should have done so before. */
  membershipsRepaired: 'MembershipsRepaired',
  /** Counters that were not what counting everything anew has found, and are now. */
  countsRepaired: 'CountsRepaired',
  /** Of the lake, that a compaction took away, and that it put in their place. */
  lakeObjectsBefore: 'LakeObjectsBefore',
  lakeObjectsAfter: 'LakeObjectsAfter',
  lakeBytesBefore: 'LakeBytesBefore',
  lakeBytesAfter: 'LakeBytesAfter',
  deliveriesQueued: 'DeliveriesQueued',
  deliveriesExcluded: 'DeliveriesExcluded',
  /** Destinations that their guard holds at present. */
  destinationsHeld: 'DestinationsHeld',
  deliveriesSent: 'DeliveriesSent',
  deliveriesFailed: 'DeliveriesFailed',
  /** Messages to people of which nobody knows whether they were taken; they are not sent again. */
  deliveriesUnknown: 'DeliveriesUnknown',
  /** Nothing goes to a destination until somebody signs in at the vendor again. */
  signInsExpired: 'SignInsExpired',
  /** Sent back to wait without a request: the destination's rate limit, or it asked for time. No attempt. */
  deliveriesHeldBack: 'DeliveriesHeldBack',
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS];
export const METRIC_DIMENSIONS = ['stage', 'function'] as const;
