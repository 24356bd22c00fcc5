import type { FunctionName } from '#core/contract/functions.ts';

/** What a stage has where its file says nothing: docs/operations/stages.md. */

export interface FunctionSize {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

/** 1,769 MB is one full processor core; the functions that wait for others get less. */
export const FUNCTION_SIZES: Readonly<Record<FunctionName, FunctionSize>> = {
  'batch-api': { memoryMb: 1024, timeoutSeconds: 29 },
  collect: { memoryMb: 1024, timeoutSeconds: 15 },
  token: { memoryMb: 1024, timeoutSeconds: 10 },
  'origin-check': { memoryMb: 256, timeoutSeconds: 5 },
  // A page waits for it.
  edge: { memoryMb: 1769, timeoutSeconds: 10 },
  'collect-late': { memoryMb: 512, timeoutSeconds: 30 },
  'stitch-stream': { memoryMb: 1769, timeoutSeconds: 60 },
  // A large gzip is unpacked in one go.
  split: { memoryMb: 1769, timeoutSeconds: 900 },
  'validate-chunk': { memoryMb: 1769, timeoutSeconds: 300 },
  'stitch-chunk': { memoryMb: 1769, timeoutSeconds: 300 },
  // Holds all that the lake has of the people of some thousand records; hands itself on in the middle of its time.
  'revert-batch': { memoryMb: 3008, timeoutSeconds: 600 },
  evaluate: { memoryMb: 1024, timeoutSeconds: 60 },
  'project-edge': { memoryMb: 1024, timeoutSeconds: 60 },
  // Reads images, many at once, and nobody waits for it.
  count: { memoryMb: 512, timeoutSeconds: 60 },
  'reevaluate-due': { memoryMb: 1024, timeoutSeconds: 300 },
  'evaluate-batch': { memoryMb: 512, timeoutSeconds: 60 },
  // Those who work on the parts of a job hand them on before their time is over. A part that failed comes again after six times this.
  'evaluate-partition': { memoryMb: 1769, timeoutSeconds: 120 },
  route: { memoryMb: 512, timeoutSeconds: 60 },
  reroute: { memoryMb: 512, timeoutSeconds: 60 },
  'deliver-http': { memoryMb: 512, timeoutSeconds: 30 },
  'text-callback': { memoryMb: 512, timeoutSeconds: 15 },
  'text-events': { memoryMb: 512, timeoutSeconds: 30 },
  'deliver-s3-file': { memoryMb: 512, timeoutSeconds: 60 },
  // As in a lane of the pool, where `deliver-http` does it: a call that failed comes again after six times this.
  'deliver-aam-edge': { memoryMb: 512, timeoutSeconds: 30 },
  'deliver-aam-hub': { memoryMb: 512, timeoutSeconds: 60 },
  expire: { memoryMb: 512, timeoutSeconds: 60 },
  'expire-partition': { memoryMb: 1769, timeoutSeconds: 120 },
  'delete-dataset': { memoryMb: 512, timeoutSeconds: 60 },
  // The last one deletes what lies in buckets, and goes on where it was when its message comes again.
  'delete-dataset-partition': { memoryMb: 1769, timeoutSeconds: 300 },
  // It compiles the catalog, and counts people for estimates.
  management: { memoryMb: 1769, timeoutSeconds: 29 },
  // It stitches what was corrected, while somebody waits.
  'rejected-records': { memoryMb: 1769, timeoutSeconds: 29 },
  'destination-access': { memoryMb: 1024, timeoutSeconds: 29 },
  'profile-access': { memoryMb: 1024, timeoutSeconds: 30 },
  'erase-person': { memoryMb: 512, timeoutSeconds: 300 },
  erase: { memoryMb: 1769, timeoutSeconds: 900 },
  'erase-partition': { memoryMb: 1769, timeoutSeconds: 900 },
  'compact-lake': { memoryMb: 1769, timeoutSeconds: 900 },
  'export-files': { memoryMb: 1769, timeoutSeconds: 900 },
};

/** Audience Manager takes its files twice a day; the hourly run decides itself which destination is due. */
export const SCHEDULES = {
  reevaluateDue: 'rate(1 minute)',
  // Before the daily evaluation, so that it sees what is left.
  expire: 'cron(30 0 * * ? *)',
  evaluateBatch: 'cron(0 1 * * ? *)',
  exportFiles: 'cron(0 * * * ? *)',
  // Days that are over as soon as they are, and today where many small objects have come together.
  compactLake: 'cron(10 * * * ? *)',
  // At the end of each hour, for the hour.
  countHistory: 'cron(59 * * * ? *)',
  // One pass for all who have asked since the last, and one more that finds what came beside it.
  erase: 'rate(6 hours)',
};
