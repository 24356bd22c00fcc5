import { Duration } from 'aws-cdk-lib';
import { destinationSecretPrefix, TEXT_SECRET_TAG } from '#core/contract/delivery-lanes.ts';
import { ROUTES } from '#core/contract/routes.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource } from '#lib/constructs/event-sources.ts';
import {
  listVersions,
  putRecords,
  queryItems,
  readItems,
  readObjects,
  readSecretsUnder,
  readVersions,
  updateItemsUnder,
  uploadObjects,
} from '#lib/constructs/grants.ts';
import { HttpEndpoint } from '#lib/constructs/http-endpoint.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

export type Urls = Readonly<Record<'collection-url' | 'edge-url' | 'texts-url' | 'batch-url' | 'access-url', string>>;

/**
 * Records and calls of Web SDKs over HTTP → the stream, or files; profiles → HTTP. Two hosts: browsers reach that of the
 * edge only.
 * @returns the addresses, and the queue of records for which the stream had no room
 */
export function addHttpEndpoints(make: FunctionFactory, reverts: WorkQueue): { urls: Urls; late: WorkQueue } {
  const { config, data, alarms } = make;
  const edgeHost = new HttpEndpoint(make.scope, 'HttpDoor', { config, alarms, host: 'edge' });
  const management = new HttpEndpoint(make.scope, 'ManagementHost', { config, alarms, host: 'management' });
  const collect = make.function('Collect', 'collect', 'records over HTTP → the stream', {
    ...make.catalog(),
    COLLECTION_STREAM: data.collection.streamName,
  });
  putRecords(collect.function, data.collection);

  const batches = make.function('BatchApi', 'batch-api', 'batches over HTTP → files', {
    ...make.catalog(),
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
    TIMELINE_TABLE: data.timeline.tableName,
  });
  readItems(access.function, data.profiles);
  readItems(access.function, data.memberships);
  queryItems(access.function, data.timeline);

  const { edge, late } = addEdge(make);
  const urls = {
    'collection-url': edgeHost.add({ target: collect, route: ROUTES.collection }),
    'edge-url': edgeHost.add({ target: edge, route: ROUTES.edge }),
    'texts-url': edgeHost.add({ target: addTextCallback(make), route: ROUTES.texts }),
    'batch-url': management.add({ target: batches, route: ROUTES.batch }),
    'access-url': management.add({ target: access, route: ROUTES.access }),
  };
  return { urls, late };
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
    COLLECTION_STREAM: data.collection.streamName,
    LATE_QUEUE_URL: late.queue.queueUrl,
  });
  putRecords(edge.function, data.collection);
  late.queue.grantSendMessages(edge.function);
  readItems(edge.function, data.profiles);
  readItems(edge.function, data.memberships);
  const again = make.withoutCatalog('CollectLate', 'collect-late', 'records that waited → the stream', {
    COLLECTION_STREAM: data.collection.streamName,
  });
  putRecords(again.function, data.collection);
  again.function.addEventSource(queueSource(late.queue, { batchSize: 10, maxConcurrency: 2 }));
  return { edge, late };
}
