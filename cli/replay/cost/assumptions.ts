/** How stage `prod` is set (tests/infra/cost-page.test.ts compares): what is gathered, and how long things are kept. */
export const PROD = {
  windowSeconds: 1,
  parallelism: 4,
  recordsBatch: 500,
  changesBatch: 200,
  retentionDays: 7,
} as const;

/** What is assumed, where nothing can be counted. docs/cost.md names each. */
export const ASSUMED = {
  /** Days for which timelines keep events. */
  timelineDays: 90,
  /** Messages in one request to `/collection/batch`. */
  messagesARequest: 100,
  /** Units that a page view reads at the edge: a profile item of up to 12 KB, and its memberships. */
  edgeReadUnits: 4,
  /** Seconds of events that a producer puts into one file. */
  fileSeconds: 900,
  /** Partitions of a table on demand, each of which has a stream of its own: four, and as many as twice its writes need. */
  tablePartitions: 4,
  writesAPartition: 1_000,
  /** Calls of a delivery lane's function side by side, and how often each asks for messages in a second. */
  lanePolls: 50,
  /** KB that the envelope of a streamed record adds. */
  envelopeKb: 0.2,
  /** KB of an invocation's log: what Lambda writes, and one line; of a line that counts a metric; of one of the API's access log. */
  invocationLogKb: 0.87,
  metricLogKb: 0.26,
  accessLogKb: 0.35,
} as const;

/**
 * What a function call takes, in ms: processor time as `npm run bench` measures it, and waiting, with 5 ms for a call of
 * DynamoDB, 10 ms of Kinesis, 30 ms of S3 and 100 ms for a receiver, as many side by side as the code allows.
 */
export const TIMES = {
  edge: { memoryGb: 1.769, ms: 14 },
  collect: { memoryGb: 1, perCall: 12, perMessage: 0.1 },
  split: { memoryGb: 1.769, perCall: 150, perRecord: 0.01 },
  validate: { memoryGb: 1.769, perCall: 100, perRecord: 0.05 },
  stitch: { memoryGb: 1.769, perRecord: 0.15, perTimelineRound: 5, perUnitRound: 12, perPut: 30, perCall: 5 },
  evaluate: { memoryGb: 1, perCall: 2, perImage: 0.3, perChange: 1.5 },
  route: { memoryGb: 0.5, perCall: 10, perChange: 4 },
  deliver: { memoryGb: 0.5, perCall: 120 },
} as const;
