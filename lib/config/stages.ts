import type { FunctionName } from '#core/contract/functions.ts';
import type { FunctionSize, StageConfigInput, StageName } from './schema.ts';

/** The stages as they are shipped. This is the file to edit to fit the platform to a company. */

/** 1,769 MB is one full processor core; the functions that wait for others get less. */
export const FUNCTIONS: Record<FunctionName, FunctionSize> = {
  'batch-api': { memoryMb: 1024, timeoutSeconds: 29 },
  collect: { memoryMb: 1024, timeoutSeconds: 15 },
  'stitch-stream': { memoryMb: 1769, timeoutSeconds: 60 },
  // A large gzip is unpacked in one go.
  split: { memoryMb: 1769, timeoutSeconds: 900 },
  'validate-chunk': { memoryMb: 1769, timeoutSeconds: 300 },
  'stitch-chunk': { memoryMb: 1769, timeoutSeconds: 300 },
  // Holds all that the lake has of the people of some thousand records; hands itself on in the middle of its time.
  'revert-batch': { memoryMb: 3008, timeoutSeconds: 600 },
  evaluate: { memoryMb: 1024, timeoutSeconds: 60 },
  'reevaluate-due': { memoryMb: 1024, timeoutSeconds: 300 },
  'evaluate-batch': { memoryMb: 512, timeoutSeconds: 60 },
  // Those who work on the parts of a job hand them on before their time is over. A part that failed comes again after six times this.
  'evaluate-partition': { memoryMb: 1769, timeoutSeconds: 120 },
  route: { memoryMb: 512, timeoutSeconds: 60 },
  reroute: { memoryMb: 512, timeoutSeconds: 60 },
  'deliver-http': { memoryMb: 512, timeoutSeconds: 30 },
  'deliver-s3-file': { memoryMb: 512, timeoutSeconds: 60 },
  'deliver-aam-edge': { memoryMb: 512, timeoutSeconds: 60 },
  'deliver-aam-hub': { memoryMb: 512, timeoutSeconds: 60 },
  expire: { memoryMb: 512, timeoutSeconds: 60 },
  'expire-partition': { memoryMb: 1769, timeoutSeconds: 120 },
  'delete-dataset': { memoryMb: 512, timeoutSeconds: 60 },
  // The last one deletes what lies in buckets, and goes on where it was when its message comes again.
  'delete-dataset-part': { memoryMb: 1769, timeoutSeconds: 300 },
  'profile-access': { memoryMb: 1024, timeoutSeconds: 30 },
  'erase-person': { memoryMb: 512, timeoutSeconds: 300 },
  erase: { memoryMb: 1769, timeoutSeconds: 900 },
  'erase-part': { memoryMb: 1769, timeoutSeconds: 900 },
  'compact-lake': { memoryMb: 1769, timeoutSeconds: 900 },
  'export-files': { memoryMb: 1769, timeoutSeconds: 900 },
};

/** Audience Manager takes its files twice a day; the hourly run decides itself which destination is due. */
const SCHEDULES = {
  reevaluateDue: 'rate(1 minute)',
  // Before the daily evaluation, so that it sees what is left.
  expire: 'cron(30 0 * * ? *)',
  evaluateBatch: 'cron(0 1 * * ? *)',
  exportFiles: 'cron(0 * * * ? *)',
  // Days that are over as soon as they are, and today where many small objects have come together.
  compactLake: 'cron(10 * * * ? *)',
  // One pass for all who have asked since the last, and one more that finds what came beside it.
  erase: 'rate(6 hours)',
};

const CONNECTIONS: StageConfigInput['destinations'] = [
  { id: 'webhook', type: 'http' },
  { id: 'crm-export', type: 's3-file' },
  { id: 'audience-manager', type: 'aam' },
];

const dev: StageConfigInput = {
  stage: 'dev',
  removal: 'destroy',
  emptyBuckets: true,
  deletionProtection: false,
  pointInTimeRecovery: false,
  versionedBuckets: false,
  accessLogs: true,
  tracing: true,
  dashboard: true,
  lakeQueries: true,
  logRetentionDays: 14,
  combinedAlarms: true,
  // What accounts have, once they are not new any more.
  lambdaConcurrency: 1_000,
  architecture: 'arm64',
  stackReferences: 'weak',
  allowPrivateEndpoints: false,
  // One shard costs a third of an idle on-demand stream.
  collection: { mode: 'provisioned', shards: 1, retentionHours: 24 },
  streamParallelism: 1,
  http: { endpoint: 'api', ratePerSecond: 1_000, burst: 2_000 },
  gatherSeconds: 60,
  jobPartitions: 4,
  lakeObjectMb: 128,
  erasure: { settleSeconds: 960, goneWithinDays: 35 },
  destinations: CONNECTIONS,
  schedules: SCHEDULES,
  functions: FUNCTIONS,
};

/** Protected, so that it also needs an `alarmEmail`: here, or with -c on the command line. */
const prod: StageConfigInput = {
  ...dev,
  stage: 'prod',
  removal: 'retain',
  emptyBuckets: false,
  deletionProtection: true,
  pointInTimeRecovery: true,
  versionedBuckets: true,
  logRetentionDays: 90,
  // Records of a failed batch are named, not carried, by its failure message: a long weekend must fit in between.
  collection: { mode: 'on-demand', retentionHours: 168 },
  streamParallelism: 4,
  jobPartitions: 16,
};

/** The same platform on an emulator. It leaves out only what emulators cannot create, or what they claim and ignore. */
const local: StageConfigInput = {
  ...dev,
  stage: 'local',
  // An emulator is thrown away whole, and the function that empties buckets needs an SDK some emulators lack.
  emptyBuckets: false,
  accessLogs: false,
  tracing: false,
  dashboard: false,
  combinedAlarms: false,
  lakeQueries: false,
  logRetentionDays: 1,
  // Functions run on this very machine, perhaps in a container.
  architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
  // Not every emulator knows Fn::GetStackOutput.
  stackReferences: 'strong',
  allowPrivateEndpoints: true,
  // LocalStack has no HTTP API unless it is paid for.
  http: { endpoint: 'function-urls' },
  gatherSeconds: 1,
  jobPartitions: 2,
  // Whoever tries it wants to see the end; calls are short there.
  erasure: { settleSeconds: 5, goneWithinDays: 35 },
};

export const STAGES: Readonly<Record<StageName, StageConfigInput>> = { dev, prod, local };
