import { z } from 'zod';
import { DESTINATION_KINDS, lanesOf } from '#core/contract/delivery-lanes.ts';
import { FUNCTION_NAMES, type FunctionName } from '#core/contract/functions.ts';
import { MAX_RETENTION_DAYS } from '#core/contract/retentions.ts';

/**
 * Everything that may differ between the stages. Constructs read this object and nothing else: no environment
 * variable, no context, so that a template is the same wherever it is made.
 */

/** The variables of a function hold the URL of every queue and may not exceed 4 KB together. */
export const MAX_LANES = 20;

const destination = z.strictObject({
  id: z
    .string()
    .max(32)
    .regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens, starting with a letter'),
  type: z.enum(DESTINATION_KINDS),
  /** How many messages batches of each delivery lane are worked on at once: the destination's share of the account. */
  maxConcurrency: z.int().min(2).max(1000).default(5),
});
export type DestinationConfig = z.output<typeof destination>;

export const destinationsSchema = z.array(destination).superRefine((destinations, context) => {
  const seen = new Set<string>();
  for (const [index, { id }] of destinations.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is used twice` });
    seen.add(id);
  }
  const lanes = destinations.flatMap(lanesOf).length;
  if (lanes > MAX_LANES) {
    context.addIssue({ code: 'custom', message: `${lanes} delivery lanes; one stage holds at most ${MAX_LANES}` });
  }
});

const collection = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('on-demand'), retentionHours: z.int().min(24).max(8760) }),
  z.strictObject({
    mode: z.literal('provisioned'),
    shards: z.int().min(1).max(200),
    retentionHours: z.int().min(24).max(8760),
  }),
]);

const functionSize = z.strictObject({
  memoryMb: z.int().min(128).max(10_240),
  timeoutSeconds: z.int().min(1).max(900),
});
export type FunctionSize = z.output<typeof functionSize>;

const scheduleExpression = z
  .string()
  .regex(/^(rate|cron)\(.+\)$/, 'expected an EventBridge expression such as "rate(1 minute)" or "cron(0 1 * * ? *)"');

/** The periods that CloudWatch Logs accepts and that make sense here. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 731] as const;

export const stageConfigSchema = z
  .strictObject({
    stage: z.enum(['dev', 'prod', 'local']),
    /** Without account and region the templates fit any account and region. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'expected the 12 digits of an AWS account')
      .optional(),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected the name of an AWS region such as eu-central-1')
      .optional(),
    /** What happens to the data when a stack is deleted. */
    removal: z.enum(['retain', 'destroy']),
    /** Whether deleting a stack first empties its buckets, by a function of the CDK. Only with `removal: destroy`. */
    emptyBuckets: z.boolean(),
    /** Termination protection of the stacks and deletion protection of the tables. */
    deletionProtection: z.boolean(),
    pointInTimeRecovery: z.boolean(),
    versionedBuckets: z.boolean(),
    /** Server access logs of the buckets, in a bucket of their own. */
    accessLogs: z.boolean(),
    tracing: z.boolean(),
    dashboard: z.boolean(),
    /** The lake as a table of Athena. */
    lakeQueries: z.boolean(),
    logRetentionDays: z.literal(LOG_RETENTION_DAYS),
    /** Who is told about alarms; without it alarms only change their state. Protected stages need somebody. */
    alarmEmail: z.email().optional(),
    /** Where docs/runbook.md is read by whoever is told, e.g. on the web page of your repository: alarms link to its headings. */
    runbookUrl: z
      .url({
        protocol: /^https$/,
        error: 'expected an address such as https://git.example.com/tributary/docs/runbook.md',
      })
      .regex(/^[^#]*$/, 'expected no "#": alarms add the heading')
      .optional(),
    /** Alarms on several metrics together; not every emulator can make them. */
    combinedAlarms: z.boolean(),
    /** How many calls of functions the account may have at once, by its quota in this region; an alarm warns before. */
    lambdaConcurrency: z.int().min(10).max(1_000_000),
    architecture: z.enum(['arm64', 'x86_64']),
    /** How stacks refer to each other: `strong` are exports, `weak` are reads of the other stack's outputs. */
    stackReferences: z.enum(['strong', 'weak']),
    /** Whether destinations may lie at private addresses: only where the outside world is a test server. */
    allowPrivateEndpoints: z.boolean(),
    collection,
    /** Batches of one shard that are worked on side by side, in order for each partition key. */
    streamParallelism: z.int().min(1).max(10),
    /** How requests come in: through an HTTP API, or, where there is none to have, through the URLs of functions. */
    http: z.discriminatedUnion('endpoint', [
      z.strictObject({
        endpoint: z.literal('api'),
        ratePerSecond: z.int().min(1).max(100_000),
        burst: z.int().min(1).max(100_000),
      }),
      z.strictObject({ endpoint: z.literal('function-urls') }),
    ]),
    /** How long deliveries are gathered before they are put into a file. */
    gatherSeconds: z.int().min(1).max(300),
    /** Into how many parts a job over all profiles is divided; as many are worked on side by side. */
    jobPartitions: z.int().min(2).max(200),
    /** Megabytes that a compacted object of the lake should have. */
    lakeObjectMb: z.int().min(16).max(512),
    erasure: z.strictObject({
      /**
       * Seconds after which every call that was running has ended, with a minute to spare: a pass that is to find what came
       * beside a deletion begins no sooner.
       */
      settleSeconds: z.int().min(1).max(86_400),
      /** By then deleted people are gone from every store, backups included: receipts say so. */
      goneWithinDays: z.int().min(1).max(MAX_RETENTION_DAYS),
    }),
    destinations: destinationsSchema,
    schedules: z.strictObject({
      reevaluateDue: scheduleExpression,
      expire: scheduleExpression,
      evaluateBatch: scheduleExpression,
      exportFiles: scheduleExpression,
      compactLake: scheduleExpression,
      erase: scheduleExpression,
    }),
    functions: z.record(z.enum(FUNCTION_NAMES as [FunctionName, ...FunctionName[]]), functionSize),
  })
  .superRefine((config, context) => {
    if (config.stage === 'prod' && config.removal !== 'retain') {
      context.addIssue({ code: 'custom', path: ['removal'], message: 'production data is always retained' });
    }
    if (config.deletionProtection && config.alarmEmail === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['alarmEmail'],
        message:
          'a stage with deletionProtection needs somebody who is told about its alarms: ' +
          `write alarmEmail: 'operations@example.com' into "${config.stage}" of lib/config/stages.ts, ` +
          'or add -c alarmEmail=operations@example.com to the command',
      });
    }
    if (config.emptyBuckets && config.removal !== 'destroy') {
      context.addIssue({ code: 'custom', path: ['emptyBuckets'], message: 'only together with removal: "destroy"' });
    }
    if (config.allowPrivateEndpoints && config.stage !== 'local') {
      context.addIssue({ code: 'custom', path: ['allowPrivateEndpoints'], message: 'only in stage "local"' });
    }
  });

export type StageConfig = z.output<typeof stageConfigSchema>;
export type StageConfigInput = z.input<typeof stageConfigSchema>;
export type StageName = StageConfig['stage'];
