import { Duration } from 'aws-cdk-lib';
import { destinationSecretPrefix, poolQueueName, TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
import { ROUTES } from '#core/contract/routes.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource } from '#lib/constructs/event-sources.ts';
import { generatedSecret } from '#lib/constructs/generated-secret.ts';
import {
  countMessages,
  countMessagesUnder,
  deleteObjects,
  eraseItems,
  listObjects,
  listVersions,
  makeSecretsUnder,
  putItemsUnder,
  putRecords,
  queryItems,
  readItems,
  readItemsUnder,
  readObjects,
  readSecretsUnder,
  readVersions,
  scanItems,
  switchSourcesOf,
  updateItemsUnder,
  uploadObjects,
  writeItems,
  writeObjects,
  writeSecretsUnder,
} from '#lib/constructs/grants.ts';
import { HttpEndpoint } from '#lib/constructs/http-endpoint.ts';
import type { OriginCheck } from '#lib/constructs/origin-check.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

export type Urls = Readonly<
  Record<
    | 'collection-url'
    | 'edge-url'
    | 'texts-url'
    | 'batch-url'
    | 'management-url'
    | 'token-url'
    | 'profiles-url'
    | 'rejected-url'
    | 'access-url'
    | 'destinations-url',
    string
  >
>;

/**
 * Records and calls of Web SDKs over HTTP → the stream, or files; profiles → HTTP. Three hosts: browsers reach that of the
 * edge only.
 * @returns the addresses, and the queue of records for which the stream had no room
 */
export function addHttpEndpoints(
  make: FunctionFactory,
  { reverts, evaluation }: { readonly reverts: WorkQueue; readonly evaluation: WorkQueue },
): { urls: Urls; late: WorkQueue } {
  const { config, data, alarms } = make;
  const originCheck = addOriginCheck(make);
  const edgeHost = new HttpEndpoint(make.scope, 'HttpDoor', { config, alarms, host: 'edge', originCheck });
  const management = new HttpEndpoint(make.scope, 'ManagementHost', {
    config,
    alarms,
    host: 'management',
    originCheck,
  });
  const signedHost = new HttpEndpoint(make.scope, 'SignedHost', { config, alarms, host: 'signed' });
  const collect = make.function('Collect', 'collect', 'records over HTTP → the stream', {
    ...make.catalog(),
    ...make.callers(),
    COLLECTION_STREAM: data.collection.streamName,
  });
  putRecords(collect.function, data.collection);

  const batches = make.function('BatchApi', 'batch-api', 'batches over HTTP → files', {
    ...make.catalog(),
    ...make.callers(),
    LANDING_BUCKET: data.landing.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
    REVERTS_QUEUE_URL: reverts.queue.queueUrl,
  });
  reverts.queue.grantSendMessages(batches.function);
  readObjects(batches.function, data.landing);
  readVersions(batches.function, data.landing);
  listVersions(batches.function, data.landing);
  uploadObjects(batches.function, data.landing);
  readObjects(batches.function, data.quarantine);
  updateItemsUnder(batches.function, data.operations, [OPERATIONS_PREFIX.batch]);

  const access = make.function('ProfileAccess', 'profile-access', 'profiles and their events → HTTP', {
    ...make.memberships(),
    ...make.callers(),
    ...make.audit(),
    ...make.suppression(),
    TIMELINE_TABLE: data.timeline.tableName,
  });
  make.allowAuditing(access);
  // It takes links out, and deletes people from profiles at once; passes do the rest.
  make.allowSuppressing(access);
  writeItems(access.function, data.profiles);
  eraseItems(access.function, data.timeline);
  putItemsUnder(access.function, data.operations, [OPERATIONS_PREFIX.erasure, OPERATIONS_PREFIX.notes]);
  readItems(access.function, data.profiles);
  readItems(access.function, data.memberships);
  // Some members of an audience are looked for in all of them.
  scanItems(access.function, data.memberships);
  queryItems(access.function, data.timeline);

  const { edge, late } = addEdge(make);
  const urls = {
    'collection-url': edgeHost.add({ target: collect, route: ROUTES.collection }),
    'edge-url': edgeHost.add({ target: edge, route: ROUTES.edge }),
    'texts-url': edgeHost.add({ target: addTextCallback(make), route: ROUTES.texts }),
    'batch-url': management.add({ target: batches, route: ROUTES.batch }),
    'management-url': management.add({ target: addManagement(make, evaluation), route: ROUTES.management }),
    'token-url': management.add({ target: addToken(make), route: ROUTES.token }),
    'destinations-url': management.add({ target: addDestinationAccess(make), route: ROUTES.destinations }),
    // The URL of a function that answers both asks for no signature: with one that does, nobody could call with a token.
    'profiles-url': management.add({ target: access, route: ROUTES.profiles }),
    'rejected-url': management.add({ target: addRejectedRecords(make), route: ROUTES.rejected }),
    'access-url': signedHost.add({ target: access, route: ROUTES.access }),
  };
  return { urls, late };
}

/** What tells requests that come by a distribution from those that go past it; undefined where no host has one. */
function addOriginCheck(make: FunctionFactory): OriginCheck | undefined {
  const { edge, management } = make.config.hosts;
  if (!edge.distribution && !management.distribution) return undefined;
  const secret = generatedSecret(make.scope, 'OriginSecret', {
    config: make.config,
    description: `What CloudFront says to the hosts of Tributary ${make.config.stage}`,
    reason: 'The distribution knows it from its deployment: with another value that has to be deployed again.',
  });
  const does = 'requests to a host behind CloudFront → whether they came that way';
  const check = make.withoutCatalog('OriginCheck', 'origin-check', does, { ORIGIN_SECRET: secret.secretArn });
  secret.grantRead(check.function);
  return { secret, check };
}

/**
 * Definitions and operation over HTTP. It writes catalogs and starts evaluations; of people it counts, and shows none.
 */
function addManagement(make: FunctionFactory, evaluation: WorkQueue): TributaryFunction {
  const { config, data } = make;
  const management = make.function('Management', 'management', 'definitions and operation over HTTP', {
    ...make.memberships(),
    ...make.callers(),
    FOUR_EYES: JSON.stringify(config.fourEyes),
    EVALUATION_QUEUE_URL: evaluation.queue.queueUrl,
    PARTITIONS: String(config.jobPartitions),
    TIMELINE_TABLE: data.timeline.tableName,
    LAKE_BUCKET: data.lake.bucketName,
    DESTINATION_QUEUES: JSON.stringify(make.activation.queueUrls),
    LANE_POOL: JSON.stringify(make.lanes.place),
    POOL_FUNCTION: make.lanes.deliver.function.functionName,
  });
  const made = management.function;
  writeObjects(made, data.catalog);
  const { catalog, evaluation: jobs, notes, approval } = OPERATIONS_PREFIX;
  putItemsUnder(made, data.operations, [catalog, jobs, notes, approval]);
  scanItems(made, data.operations);
  evaluation.queue.grantSendMessages(made);
  readItems(made, data.profiles);
  scanItems(made, data.profiles);
  queryItems(made, data.timeline);
  listObjects(made, data.lake);
  allowGivingLanes(make, management);
  return management;
}

/** New destinations get a lane of the pool and a secret, which is not read here; lanes that nobody has are switched off. */
function allowGivingLanes({ config, data, lanes }: FunctionFactory, { function: made }: TributaryFunction): void {
  putItemsUnder(made, data.operations, [OPERATIONS_PREFIX.lanes]);
  // Whether they are paused, or released from their guard.
  updateItemsUnder(made, data.operations, [OPERATIONS_PREFIX.destination]);
  makeSecretsUnder(made, destinationSecretPrefix(config.stage));
  countMessagesUnder(made, poolQueueName(config.stage, 'lane-*'));
  const { queue, deadLetters } = lanes.files.work;
  countMessages(made, [queue, deadLetters]);
  switchSourcesOf(made, [lanes.deliver.function]);
}

/** Rejected records over HTTP. It writes profiles, as whoever ingests them for the first time; of people it shows nothing else. */
function addRejectedRecords(make: FunctionFactory): TributaryFunction {
  const { data } = make;
  const made = make.function('RejectedRecords', 'rejected-records', 'rejected records over HTTP → profiles', {
    ...make.catalog(),
    ...make.callers(),
    ...make.audit(),
    ...make.suppression(),
    PROFILES_TABLE: data.profiles.tableName,
    TIMELINE_TABLE: data.timeline.tableName,
    LAKE_BUCKET: data.lake.bucketName,
    QUARANTINE_BUCKET: data.quarantine.bucketName,
  });
  make.allowAuditing(made);
  make.allowSuppressing(made);
  make.allowStitching(made);
  readObjects(made.function, data.quarantine);
  uploadObjects(made.function, data.quarantine);
  deleteObjects(made.function, data.quarantine);
  return made;
}

/** Credentials of destinations: it alone of the management host reads them, and asks vendors with them. */
function addDestinationAccess(make: FunctionFactory): TributaryFunction {
  const { config, data, activation } = make;
  const prefix = destinationSecretPrefix(config.stage);
  const access = make.function('DestinationAccess', 'destination-access', 'credentials of destinations over HTTP', {
    ...make.catalog(),
    ...make.callers(),
    DESTINATION_SECRETS: JSON.stringify(activation.secretArns),
    DESTINATION_SECRETS_PREFIX: prefix,
    ALLOW_PRIVATE_ENDPOINTS: String(config.allowPrivateEndpoints),
  });
  activation.allowSecrets(access.function);
  readSecretsUnder(access.function, prefix);
  writeSecretsUnder(access.function, prefix);
  // Access tokens, which deliveries then use as well.
  putItemsUnder(access.function, data.operations, [OPERATIONS_PREFIX.vendor]);
  return access;
}

/** A client's id and secret → a token. It alone reads the key that tokens are signed with. */
function addToken(make: FunctionFactory): TributaryFunction {
  const { config, data } = make;
  const token = make.withoutCatalog('Token', 'token', 'ids and secrets of clients → tokens', {
    STAGE: config.stage,
    OPERATIONS_TABLE: data.operations.tableName,
    TOKEN_KEY_SECRET: data.tokenKey.secretArn,
  });
  data.tokenKey.grantRead(token.function);
  readItemsUnder(token.function, data.operations, [OPERATIONS_PREFIX.callers]);
  return token;
}

/** Calls of vendors about texts → what became of them; opt-outs → the stream. */
function addTextCallback(make: FunctionFactory): TributaryFunction {
  const { config, data } = make;
  const prefix = destinationSecretPrefix(config.stage);
  const callback = make.function(
    'TextCallback',
    'text-callback',
    'calls of vendors about texts → what became of them',
    {
      ...make.catalog(),
      COLLECTION_STREAM: data.collection.streamName,
      TEXTS_SECRET: data.textsKey.secretArn,
      DESTINATION_SECRETS_PREFIX: prefix,
    },
  );
  putRecords(callback.function, data.collection);
  updateItemsUnder(callback.function, data.operations, [OPERATIONS_PREFIX.vendor]);
  data.textsKey.grantRead(callback.function);
  readSecretsUnder(callback.function, prefix, TEXT_SECRET_TAG);
  return callback;
}

/** Calls of Web SDKs → answers; their events → the stream, or the queue before it. */
function addEdge(make: FunctionFactory): { edge: TributaryFunction; late: WorkQueue } {
  const { config, data } = make;
  const late = new WorkQueue(make.scope, 'Late', {
    name: 'late',
    deadLetterPattern: 'late-dead-letters',
    alarms: make.alarms,
    functionTimeout: Duration.seconds(config.functions['collect-late'].timeoutSeconds),
    // The stream may be full for hours; a try costs little.
    maxReceiveCount: 100,
    alarmAge: Duration.minutes(15),
  });
  const edge = make.function('Edge', 'edge', 'calls of Web SDKs → answers, and events → the stream', {
    ...make.memberships(),
    ...make.edgeProfiles(),
    COLLECTION_STREAM: data.collection.streamName,
    LATE_QUEUE_URL: late.queue.queueUrl,
    BEHIND_CDN: String(config.edge.cdn !== undefined),
  });
  putRecords(edge.function, data.collection);
  late.queue.grantSendMessages(edge.function);
  readItems(edge.function, data.profiles);
  readItems(edge.function, data.memberships);
  readItems(edge.function, data.edgeProfiles);
  const again = make.withoutCatalog('CollectLate', 'collect-late', 'records that waited → the stream', {
    COLLECTION_STREAM: data.collection.streamName,
  });
  putRecords(again.function, data.collection);
  again.function.addEventSource(queueSource(late.queue, { batchSize: 10, maxConcurrency: 2 }));
  return { edge, late };
}
