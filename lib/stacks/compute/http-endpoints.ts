import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import {
  listVersions,
  putRecords,
  queryItems,
  readItems,
  readObjects,
  readVersions,
  updateItemsUnder,
  writeObjects,
} from '#lib/constructs/grants.ts';
import { HttpEndpoint } from '#lib/constructs/http-endpoint.ts';
import type { WorkQueue } from '#lib/constructs/queues.ts';
import type { FunctionFactory } from './function-factory.ts';

export type Urls = Readonly<Record<'collection-url' | 'batch-url' | 'access-url', string>>;

/** Records over HTTP → the stream, or files; profiles → HTTP. @returns the addresses */
export function addHttpEndpoints(make: FunctionFactory, reverts: WorkQueue): Urls {
  const { config, data } = make;
  const endpoint = new HttpEndpoint(make.scope, 'HttpDoor', { config, alarms: make.alarms });
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
  writeObjects(batches.function, data.landing);
  readObjects(batches.function, data.quarantine);
  updateItemsUnder(batches.function, data.operations, [OPERATIONS_PREFIX.batch]);

  const access = make.function('ProfileAccess', 'profile-access', 'profiles and their events → HTTP', {
    ...make.memberships(),
    TIMELINE_TABLE: data.timeline.tableName,
  });
  readItems(access.function, data.profiles);
  readItems(access.function, data.memberships);
  queryItems(access.function, data.timeline);

  const { ANY, GET, OPTIONS, POST } = HttpMethod;
  // A client of AEP finds the batch API below another path for each thing it does with batches.
  const anywhere = ['', ...['import', 'catalog', 'export'].map((service) => `/data/foundation/${service}`)];
  return {
    'collection-url': endpoint.add({
      target: collect,
      authorization: 'by-function',
      // Browsers ask with OPTIONS whether a page may send.
      methods: [POST, OPTIONS],
      paths: ['/collection/{connectionId}', '/collection/batch/{connectionId}'],
      slowestMs: 2_000,
    }),
    'batch-url': endpoint.add({
      target: batches,
      authorization: 'by-function',
      // The function says what is possible where: a route for each would be fifty.
      methods: [ANY],
      paths: [
        ...anywhere.flatMap((prefix) => [`${prefix}/batches`, `${prefix}/batches/{proxy+}`]),
        '/data/foundation/catalog/batch/{batchId}',
        '/data/foundation/catalog/dataSets',
        '/data/foundation/catalog/dataSets/{datasetId}',
      ],
      // Files of some megabytes come through it.
      slowestMs: 10_000,
    }),
    'access-url': endpoint.add({
      target: access,
      authorization: 'iam',
      methods: [GET, POST],
      paths: ['/ups/access/entities', '/data/core/ups/access/entities'],
      slowestMs: 3_000,
    }),
  };
}
