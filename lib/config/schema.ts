import { z } from 'zod';
import { LANE_KINDS, lanesOf, MAX_POOL_LANES } from '#core/contract/delivery-lanes.ts';
import { FUNCTION_NAMES, type FunctionName } from '#core/contract/functions.ts';
import { MAX_RETENTION_DAYS } from '#core/contract/retentions.ts';
import { FOUR_EYES_SCOPES } from '#core/contract/scopes.ts';
import { signInSettings } from '#core/contract/sign-in.ts';
import { FUNCTION_SIZES, SCHEDULES } from './defaults.ts';

/**
 * What the file of a stage may say: `stages/<name>.yaml`, described setting by setting in docs/operations/stages.md, which
 * a test compares with this. Constructs read the result and nothing else: no environment variable, no context, so that a
 * template is the same wherever it is made.
 */

/** The variables of a function hold the URL of every queue and may not exceed 4 KB together. */
export const MAX_LANES = 20;

/** What deliveries may put to by themselves, without a role of its account: never a queue of the platform's own. */
const DESTINATION_RESOURCE =
  /^arn:aws[a-z-]*:(kinesis:[a-z0-9-]+:\d{12}:stream\/|sqs:[a-z0-9-]+:\d{12}:|events:[a-z0-9-]+:\d{12}:event-bus\/|kms:[a-z0-9-]+:\d{12}:key\/|sms-voice:[a-z0-9-]+:\d{12}:(pool|phone-number|sender-id|configuration-set)\/)(?!tributary-)[\w./-]+$/;

/** Stacks, alarms, tables of Athena and parameters are called after the stage. */
export const STAGE_NAME = /^[a-z][a-z0-9-]{0,23}$/;

const destination = z.strictObject({
  id: z
    .string()
    .max(32)
    .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens, starting with a letter'),
  type: z.enum(LANE_KINDS),
  /** How many messages batches of each delivery lane are worked on at once: the destination's share of the account. */
  maxConcurrency: z.int().min(2).max(1000).default(5),
  /** Instead of the stage's; of files only. */
  gatherSeconds: z.int().min(1).max(300).optional(),
});
export type DestinationConfig = z.output<typeof destination>;

const destinationsSchema = z.array(destination).superRefine((destinations, context) => {
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

const retentionHours = z.int().min(24).max(8760).default(24);
const collection = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('on-demand'), retentionHours }),
    z.strictObject({ mode: z.literal('provisioned'), shards: z.int().min(1).max(200).default(1), retentionHours }),
  ])
  // One shard costs a third of an idle on-demand stream.
  .prefault({ mode: 'provisioned' });

/** How requests come in: through an HTTP API, or, where there is none to have, through the URLs of functions. */
const http = z
  .discriminatedUnion('endpoint', [
    z.strictObject({
      endpoint: z.literal('api'),
      ratePerSecond: z.int().min(1).max(100_000).default(1_000),
      burst: z.int().min(1).max(100_000).default(2_000),
    }),
    z.strictObject({ endpoint: z.literal('function-urls') }),
  ])
  .prefault({ endpoint: 'api' });

const regionName = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'the name of an AWS region such as eu-central-1');

/** CloudFront in front of the edge host: names of your own, and a limit for each address that holds everywhere. */
const cdn = z.strictObject({
  domains: z
    .array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'the name of a host such as edge.shop.example'))
    .min(1)
    .max(10),
  certificateArn: z
    .string()
    .regex(/^arn:[a-z-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate in us-east-1'),
  /** Pages that can read the answers of API Gateway itself. */
  pageOrigins: z
    .array(z.string().regex(/^https:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'an origin such as https://*.shop.example'))
    .min(1)
    .max(100),
  webAcl: z.strictObject({ requestsPerAddress: z.int().min(10).max(2_000_000_000).default(3_000) }).optional(),
});

/** Where pages call, and how soon they are answered. */
const edge = z
  .strictObject({
    /** Copies of the function that are started before anybody calls. */
    provisionedConcurrency: z.int().min(1).max(10_000).optional(),
    /** Copies of profiles for the edge: none, made for other regions, or made and answered from here too. */
    profiles: z.enum(['off', 'written', 'read']).default('off'),
    cdn: cdn.optional(),
  })
  .prefault({});

/** What stands in front of a host, and what it is called. */
const host = z
  .strictObject({
    distribution: z.boolean().default(false),
    webAclArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/,
        'the ARN of a web ACL for CloudFront (in us-east-1, "global")',
      )
      .optional(),
    domainName: z
      .string()
      .max(253)
      .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain name such as data.example.com')
      .optional(),
    certificateArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of a certificate of ACM')
      .optional(),
  })
  .prefault({});
export type HostConfig = z.output<typeof host>;
const hosts = z.strictObject({ edge: host, management: host }).prefault({});

/** Variables of a function may not exceed 4 KB together. */
const MAX_SIGN_IN_LENGTH = 2_500;
const signIn = signInSettings
  .default([])
  .refine(
    (issuers) => JSON.stringify(issuers).length <= MAX_SIGN_IN_LENGTH,
    `at most ${MAX_SIGN_IN_LENGTH} characters as JSON: give rights to fewer, larger groups`,
  );

const functionSettings = (name: FunctionName) =>
  z
    .strictObject({
      memoryMb: z.int().min(128).max(10_240).default(FUNCTION_SIZES[name].memoryMb),
      timeoutSeconds: z.int().min(1).max(900).default(FUNCTION_SIZES[name].timeoutSeconds),
      /** Calls that are kept for the function, and the most that it makes; without it, it shares the account's. */
      reservedConcurrency: z.int().min(1).max(1_000_000).optional(),
    })
    .prefault({});
type FunctionSettings = ReturnType<typeof functionSettings>;

const functions = z
  .strictObject(
    Object.fromEntries(FUNCTION_NAMES.map((name) => [name, functionSettings(name)])) as Record<
      FunctionName,
      FunctionSettings
    >,
  )
  .prefault({});

const scheduleExpression = z
  .string()
  .regex(/^(rate|cron)\(.+\)$/, 'an EventBridge expression such as "rate(1 minute)" or "cron(0 1 * * ? *)"');
const schedules = z
  .strictObject({
    reevaluateDue: scheduleExpression.default(SCHEDULES.reevaluateDue),
    expire: scheduleExpression.default(SCHEDULES.expire),
    evaluateBatch: scheduleExpression.default(SCHEDULES.evaluateBatch),
    exportFiles: scheduleExpression.default(SCHEDULES.exportFiles),
    compactLake: scheduleExpression.default(SCHEDULES.compactLake),
    countHistory: scheduleExpression.default(SCHEDULES.countHistory),
    erase: scheduleExpression.default(SCHEDULES.erase),
  })
  .prefault({});

/** The periods that CloudWatch Logs accepts and that make sense here. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 731] as const;

/** Those that every resource has anyway. */
const OWN_TAGS = ['project', 'stage'];
const tags = z
  .record(
    z
      .string()
      .regex(/^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/u, 'at most 128 letters, digits, spaces or _.:/=+@-, not "aws:…"')
      .refine((key) => !OWN_TAGS.includes(key), `another name: every resource has ${OWN_TAGS.join(' and ')} anyway`),
    z.string().max(256),
  )
  .default({});

export const stageSettings = z.strictObject({
  account: z
    .string()
    .regex(/^\d{12}$/, 'the 12 digits of an AWS account, in quotation marks')
    .optional(),
  region: regionName.optional(),
  removal: z.enum(['retain', 'destroy']),
  deletionProtection: z.boolean(),
  emptyBuckets: z.boolean().default(false),
  pointInTimeRecovery: z.boolean().default(false),
  versionedBuckets: z.boolean().default(false),
  accessLogs: z.boolean().default(true),
  tags,
  permissionsBoundary: z
    .string()
    .regex(/^(arn:[a-z-]+:iam::(\d{12}|aws):policy\/)?[\w+=,.@/-]+$/, 'the name or the ARN of a managed policy of IAM')
    .optional(),
  alarmEmails: z.array(z.email('an e-mail address')).min(1).max(20).optional(),
  alarmTopicArn: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of a topic of SNS')
    .optional(),
  runbookUrl: z
    .url({ protocol: /^https$/, error: 'an address such as https://git.example.com/tributary/docs/runbook.md' })
    .regex(/^[^#]*$/, 'an address without "#": alarms add the heading')
    .optional(),
  combinedAlarms: z.boolean().default(true),
  dashboard: z.boolean().default(true),
  tracing: z.boolean().default(true),
  logRetentionDays: z.literal(LOG_RETENTION_DAYS).default(14),
  lakeQueries: z.boolean().default(true),
  // What accounts have, once they are not new any more.
  lambdaConcurrency: z.int().min(10).max(1_000_000).default(1_000),
  architecture: z.enum(['arm64', 'x86_64', 'host']).default('arm64'),
  stackReferences: z.enum(['strong', 'weak']).default('weak'),
  allowPrivateEndpoints: z.boolean().default(false),
  collection,
  streamParallelism: z.int().min(1).max(10).default(1),
  /** How long changes are gathered before they are counted: the longer, the fewer writes. */
  countSeconds: z.int().min(1).max(300).default(60),
  http,
  hosts,
  orgId: z
    .string()
    .regex(/^[\w.@-]{1,100}$/, 'letters, digits, "_", ".", "@" and "-"')
    .default('tributary'),
  signIn,
  fourEyes: z.array(z.enum(FOUR_EYES_SCOPES)).max(FOUR_EYES_SCOPES.length).default([]),
  auditDays: z.int().min(1).max(3_650).default(400),
  gatherSeconds: z.int().min(1).max(300).default(60),
  lanes: z.int().min(1).max(MAX_POOL_LANES).default(10),
  laneConcurrency: z.int().min(2).max(1000).default(5),
  destinationResources: z
    .array(
      z
        .string()
        .regex(
          DESTINATION_RESOURCE,
          'the ARN of a Kinesis stream, an SQS queue, an event bus, a KMS key, or a sender of texts',
        ),
    )
    .max(50)
    .default([]),
  textEventAccounts: z
    .array(z.string().regex(/^\d{12}$/, 'the 12 digits of an AWS account, in quotation marks'))
    .max(20)
    .default([]),
  jobPartitions: z.int().min(2).max(200).default(4),
  lakeObjectMb: z.int().min(16).max(512).default(128),
  erasure: z
    .strictObject({
      settleSeconds: z.int().min(1).max(86_400).default(960),
      goneWithinDays: z.int().min(1).max(MAX_RETENTION_DAYS).default(35),
    })
    .prefault({}),
  destinations: destinationsSchema.default([]),
  edge,
  edgeRegions: z.array(regionName).max(10).default([]),
  schedules,
  functions,
});

type Reject = (setting: string, message: string) => void;

function checkEdge(config: z.output<typeof stageSettings>, reject: Reject): void {
  const { edgeRegions, region } = config;
  if (edgeRegions.length > 0 && (region === undefined || edgeRegions.includes(region))) {
    reject('edgeRegions', 'other regions than that of the stage, which its file has to name: "region: eu-central-1"');
  }
  if (config.edge.cdn && (region === undefined || config.http.endpoint !== 'api')) {
    reject('edge', 'cdn needs "region" in the file of the stage, and an HTTP API (http.endpoint)');
  }
  if (new Set(edgeRegions).size < edgeRegions.length) reject('edgeRegions', 'each region once');
  const { provisionedConcurrency = 0 } = config.edge;
  if (provisionedConcurrency > (config.functions.edge.reservedConcurrency ?? config.lambdaConcurrency)) {
    reject('edge', 'provisionedConcurrency is at most what functions.edge.reservedConcurrency or the account admits');
  }
}

/** The settings of one stage, checked against each other. */
export const stageConfigSchema = stageSettings
  .superRefine((config, context) => {
    const reject: Reject = (setting, message) => context.addIssue({ code: 'custom', path: [setting], message });
    const { deletionProtection: isProtected, removal } = config;
    if (isProtected && removal !== 'retain') {
      reject('removal', 'a stage with deletionProtection keeps its data: write "removal: retain"');
    }
    if (isProtected && config.alarmEmails === undefined && config.alarmTopicArn === undefined) {
      reject(
        'alarmEmails',
        'a stage with deletionProtection needs somebody who is told about its alarms: ' +
          'write "alarmEmails: [operations@example.com]" or an alarmTopicArn into its file, ' +
          'or add -c alarmEmails=operations@example.com to the command',
      );
    }
    if (config.alarmEmails !== undefined && config.alarmTopicArn !== undefined) {
      reject('alarmTopicArn', 'not together with alarmEmails: subscribe the addresses to the topic, or leave it out');
    }
    for (const { path, message } of obstaclesToCallers(config)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    if (config.emptyBuckets && removal !== 'destroy') {
      reject('emptyBuckets', 'only together with "removal: destroy"');
    }
    checkEdge(config, reject);
    if (config.allowPrivateEndpoints && isProtected) {
      reject('allowPrivateEndpoints', 'not in a stage with deletionProtection: it is for test servers');
    }
  })
  .transform(({ architecture, edge: edgeSettings, ...config }) => ({
    ...config,
    // What is replicated has to be made.
    edge:
      config.edgeRegions.length > 0 && edgeSettings.profiles === 'off'
        ? { ...edgeSettings, profiles: 'written' as const }
        : edgeSettings,
    architecture: architecture === 'host' ? hostArchitecture() : architecture,
  }));

/** What does not fit together of hosts, and of who may call. */
function* obstaclesToCallers({
  hosts: settings,
  http: { endpoint },
  signIn: issuers,
  deletionProtection,
}: z.output<typeof stageSettings>): Iterable<{ readonly path: readonly string[]; readonly message: string }> {
  for (const [name, each] of Object.entries(settings)) {
    const message = obstacleToHost(each, endpoint);
    if (message !== undefined) yield { path: ['hosts', name], message };
  }
  if (deletionProtection && issuers.some(({ issuer }) => !issuer.startsWith('https:'))) {
    yield { path: ['signIn'], message: 'issuers of a stage with deletionProtection are at https addresses' };
  }
}

/** What does not fit together of the settings of a host. */
function obstacleToHost(
  { distribution, webAclArn, domainName, certificateArn }: HostConfig,
  endpoint: 'api' | 'function-urls',
): string | undefined {
  const isPlain = !distribution && webAclArn === undefined && domainName === undefined && certificateArn === undefined;
  if (isPlain) return undefined;
  if (endpoint !== 'api') return 'only with "http: { endpoint: api }"';
  if (webAclArn !== undefined && !distribution)
    return 'a web ACL needs "distribution: true": an HTTP API can have none';
  if ((domainName === undefined) !== (certificateArn === undefined)) {
    return 'a domainName and the certificateArn for it go together';
  }
  if (distribution && certificateArn !== undefined && certificateArn.split(':')[3] !== 'us-east-1') {
    return 'the certificate of a distribution has to be in us-east-1';
  }
  return undefined;
}

/** Of the machine that synthesises: emulators run functions on it. */
const hostArchitecture = (): 'arm64' | 'x86_64' => (process.arch === 'arm64' ? 'arm64' : 'x86_64');

/** What is said of a stage, with what it is called: the name of its file. */
export type StageConfig = z.output<typeof stageConfigSchema> & { readonly stage: string };
