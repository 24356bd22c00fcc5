import * as z from 'zod';
import type { FourEyesScope } from './scopes.ts';
import { signInSettings } from './sign-in.ts';

/**
 * What every Lambda function of the platform is called and which environment it needs. The constructs in `lib/` set the
 * environment from these schemas and each `index.ts` parses it with the same one, so neither can drift from the other.
 */

const resource = z.string().min(1);
const number = z
  .string()
  .regex(/^[1-9]\d*$/, 'expected a whole number above 0')
  .transform(Number);
/** A JSON object in an environment variable, e.g. the URL of the queue of every connection. */
const jsonMap = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a JSON object' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.string()));

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Who may call, beside the clients of the stage: see `stages/`. */
const callers = {
  ORG_ID: resource,
  SIGN_IN: z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(signInSettings),
};

/** Where it is written who read which person, and for how many days. */
const audit = { AUDIT_TABLE: resource, AUDIT_SECRET: resource, AUDIT_DAYS: number };

const catalog = { STAGE: resource, OPERATIONS_TABLE: resource, CATALOG_BUCKET: resource };
const records = {
  ...catalog,
  PROFILES_TABLE: resource,
  TIMELINE_TABLE: resource,
  LAKE_BUCKET: resource,
  QUARANTINE_BUCKET: resource,
};
const suppression = { SUPPRESSION_SECRET: resource };
/** Who starts a job over all profiles, and who works on its parts. */
const starter = { PARTITIONS: number };
const worker = { WORK_SECONDS: number };
const evaluation = { EVALUATION_QUEUE_URL: resource };
const expiry = { EXPIRY_QUEUE_URL: resource };
const deletion = { DELETION_QUEUE_URL: resource };
const erasure = { ERASURE_QUEUE_URL: resource };
/** What orders identities to be routed anew. */
const reroutes = { REROUTES_QUEUE_URL: resource };
/** Which queue it works off, and where it puts what it gives up. */
const lane = { QUEUE_URL: resource, DEAD_LETTERS_URL: resource };
/** Queues of the stage's own lanes, the first queue of the pool and the one of files; empty where there is no pool. */
const lanes = { DESTINATION_QUEUES: jsonMap, LANE_QUEUE_URL: z.string(), FILES_QUEUE_URL: z.string() };
/** The pool of delivery lanes, and the function that works them off. */
const pool = { LANE_POOL: jsonMap, POOL_FUNCTION: resource };
/** What is looked at before somebody is sent a text, and where it goes that they want none any more. */
const textPermission = {
  PROFILES_TABLE: resource,
  MEMBERSHIPS_TABLE: resource,
  COLLECTION_STREAM: resource,
  TEXTS_SECRET: resource,
};
const memberships = { ...catalog, PROFILES_TABLE: resource, MEMBERSHIPS_TABLE: resource };

/** Copies of profiles for the edge: none are made (`off`), they are made (`written`), answers come from them too (`read`). */
const edgeProfiles = { EDGE_PROFILES_TABLE: resource, EDGE_PROFILES: z.enum(['off', 'written', 'read']) };

export const ENVIRONMENT = {
  /** HTTP → Kinesis `collection` */
  collect: z.object({ ...catalog, ...callers, COLLECTION_STREAM: resource }),
  /** a client's id and secret → a token */
  token: z.object({ STAGE: resource, OPERATIONS_TABLE: resource, TOKEN_KEY_SECRET: resource }),
  /** a request to a host behind CloudFront → whether it came that way */
  'origin-check': z.object({ ORIGIN_SECRET: resource }),
  /** a call of a Web SDK → its answer, and its events on Kinesis `collection` */
  edge: z.object({
    ...memberships,
    ...edgeProfiles,
    COLLECTION_STREAM: resource,
    LATE_QUEUE_URL: resource,
    BEHIND_CDN: flag,
  }),
  /** records for which the stream had no room → Kinesis `collection` */
  'collect-late': z.object({ COLLECTION_STREAM: resource }),
  /** AEP's batch API → files of the landing bucket, and how they went */
  'batch-api': z.object({
    ...catalog,
    ...callers,
    LANDING_BUCKET: resource,
    QUARANTINE_BUCKET: resource,
    REVERTS_QUEUE_URL: resource,
  }),
  /** definitions and operation over HTTP, in AEP's shapes */
  management: z.object({
    FOUR_EYES: z.string().transform((text) => JSON.parse(text) as readonly FourEyesScope[]),
    ...memberships,
    ...callers,
    ...evaluation,
    ...starter,
    TIMELINE_TABLE: resource,
    LAKE_BUCKET: resource,
    DESTINATION_QUEUES: jsonMap,
    ...pool,
  }),
  /** rejected records over HTTP: shown, corrected, and ingested in the place that each had */
  'rejected-records': z.object({ ...records, ...callers, ...audit, ...suppression }),
  /** Kinesis `collection` → stitch */
  'stitch-stream': z.object({ ...records, ...suppression }),
  /** S3 `landing` notification → chunks */
  split: z.object({
    ...catalog,
    LANDING_BUCKET: resource,
    QUARANTINE_BUCKET: resource,
    VALIDATION_QUEUE_URL: resource,
  }),
  /** chunk → good or bad; the last one of a batch decides about it */
  'validate-chunk': z.object({
    ...catalog,
    ...suppression,
    LANDING_BUCKET: resource,
    QUARANTINE_BUCKET: resource,
    CHUNKS_QUEUE_URL: resource,
  }),
  /** chunk → stitch; with the last one of a batch those that it replaces are taken back */
  'stitch-chunk': z.object({ ...records, ...suppression, LANDING_BUCKET: resource, REVERTS_QUEUE_URL: resource }),
  /** a batch → it is taken back, as if it had never come */
  'revert-batch': z.object({
    ...records,
    ...suppression,
    ...worker,
    LANDING_BUCKET: resource,
    REVERTS_QUEUE_URL: resource,
  }),
  /** profile stream → membership */
  evaluate: z.object(memberships),
  /** profile stream, membership stream → what the edge knows of them */
  'project-edge': z.object({ ...memberships, EDGE_PROFILES_TABLE: resource }),
  /** stream of operations → counters; every hour → their history */
  count: z.object(catalog),
  /** clock → membership of the profiles that are due */
  'reevaluate-due': z.object(memberships),
  /** daily schedule → a job over all profiles, in parts */
  'evaluate-batch': z.object({ ...catalog, ...starter, ...evaluation }),
  /** part of a job → membership of its profiles */
  'evaluate-partition': z.object({
    ...memberships,
    ...edgeProfiles,
    ...worker,
    ...evaluation,
    TIMELINE_TABLE: resource,
  }),
  /** membership stream → destination queues */
  route: z.object({ ...memberships, ...lanes }),
  /** order of a delivery function → identities are routed anew to one destination */
  reroute: z.object({ ...memberships, ...lanes }),
  'deliver-http': z.object({
    ...catalog,
    ...lane,
    ...reroutes,
    ...textPermission,
    DESTINATION_SECRETS: jsonMap,
    DESTINATION_SECRETS_PREFIX: z.string(),
    ALLOW_PRIVATE_ENDPOINTS: flag,
  }),
  /** calls of vendors about texts → what became of them, and opt-outs on the stream */
  'text-callback': z.object({
    ...catalog,
    COLLECTION_STREAM: resource,
    TEXTS_SECRET: resource,
    DESTINATION_SECRETS_PREFIX: resource,
  }),
  /** what AWS End User Messaging SMS publishes → what became of texts, and opt-outs on the stream */
  'text-events': z.object({ ...catalog, COLLECTION_STREAM: resource, TEXTS_SECRET: resource }),
  'deliver-s3-file': z.object({ ...catalog, EXPORTS_BUCKET: resource }),
  'deliver-aam-edge': z.object({ ...catalog, ...lane, ...reroutes, ALLOW_PRIVATE_ENDPOINTS: flag }),
  'deliver-aam-hub': z.object({ ...catalog, EXPORTS_BUCKET: resource }),
  /** schedule → the files of `s3-file`, `sftp` and `aam-hub` destinations */
  'export-files': z.object({
    ...catalog,
    EXPORTS_BUCKET: resource,
    DESTINATION_SECRETS_PREFIX: z.string(),
    ALLOW_PRIVATE_ENDPOINTS: flag,
  }),
  /** daily schedule → a job over all profiles, in parts */
  expire: z.object({ ...catalog, ...starter, ...expiry }),
  /** part of a job → what has expired is gone */
  'expire-partition': z.object({
    ...catalog,
    ...worker,
    ...expiry,
    PROFILES_TABLE: resource,
    TIMELINE_TABLE: resource,
  }),
  /** a request → a job over all profiles, in parts: a dataset that has left the catalog is deleted */
  'delete-dataset': z.object({ ...catalog, ...starter, ...deletion }),
  /** part of a job → nothing of a dataset is left */
  'delete-dataset-partition': z.object({ ...records, ...worker, ...deletion, LANDING_BUCKET: resource }),
  /** schedule → partitions of the lake → few large objects of many small ones */
  'compact-lake': z.object({ ...catalog, LAKE_BUCKET: resource, COMPACTION_QUEUE_URL: resource, TARGET_MB: number }),
  /** HTTP → profiles and their events */
  'profile-access': z.object({ ...memberships, ...callers, ...audit, ...suppression, TIMELINE_TABLE: resource }),
  /** HTTP → secrets of destinations, and what vendors say to them */
  'destination-access': z.object({
    ...catalog,
    ...callers,
    DESTINATION_SECRETS: jsonMap,
    DESTINATION_SECRETS_PREFIX: resource,
    ALLOW_PRIVATE_ENDPOINTS: flag,
  }),
  /** a request → a person is suppressed, and gone from profiles; or a suppressed identity is readmitted */
  'erase-person': z.object({ ...catalog, ...suppression, PROFILES_TABLE: resource, TIMELINE_TABLE: resource }),
  /** schedule → deletions go on: a pass over all objects, in parts, and receipts */
  erase: z.object({
    ...memberships,
    ...edgeProfiles,
    ...suppression,
    ...starter,
    ...erasure,
    ...reroutes,
    TIMELINE_TABLE: resource,
    RECEIPT_SECRET: resource,
    SETTLE_SECONDS: number,
    /** Days by store, see `retentions.ts`. */
    RETENTION_DAYS: jsonMap,
  }),
  /** part of a pass → its objects hold nobody any more who was to be deleted */
  'erase-partition': z.object({
    ...catalog,
    ...worker,
    ...erasure,
    LAKE_BUCKET: resource,
    QUARANTINE_BUCKET: resource,
    EXPORTS_BUCKET: resource,
  }),
} as const;

/** How often the message of a part of a job is received before it is dead-lettered. */
export const PART_TRIES = 5;

export type FunctionName = keyof typeof ENVIRONMENT;
export type Environment<F extends FunctionName> = z.output<(typeof ENVIRONMENT)[F]>;
/** The variables as they are set on the function: strings. */
export type EnvironmentVariables<F extends FunctionName> = { [K in keyof Environment<F>]: string };

export const FUNCTION_NAMES = Object.keys(ENVIRONMENT) as FunctionName[];
/** Of stages with a distribution in front of a host only. */
export const OF_DISTRIBUTIONS: readonly FunctionName[] = ['origin-check'];

/** Where the entry of a function lies, relative to the root of the repository. */
export const functionEntry = (name: FunctionName): string => `lambdas/functions/${name}/index.ts`;

/**
 * Reads the environment of one function.
 * @throws Error naming every variable that is missing or malformed
 */
export function readEnvironment<F extends FunctionName>(
  name: F,
  variables: Readonly<Record<string, string | undefined>>,
): Environment<F> {
  const result = ENVIRONMENT[name].safeParse(variables);
  if (result.success) return result.data as Environment<F>;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new Error(`Environment of function "${name}" is incomplete: ${problems}`);
}
