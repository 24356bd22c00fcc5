import { randomBytes, randomUUID } from 'node:crypto';
import { compileEdge } from '#core/catalog/compile-edge.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { edgeRegionOf } from '#core/edge/hints.ts';
import type { LateMessage } from '#core/edge/message.ts';
import { dynamoDb, kinesis, s3, sqs } from '#lambdas/adapters/clients.ts';
import { ActiveCatalog, definitionsIn } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import { DynamoDbEdgeProfileStore } from '#lambdas/adapters/dynamodb/edge-profile-store.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbMembershipStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { KinesisCollectionStream } from '#lambdas/adapters/kinesis/collection-stream.ts';
import { readableObjects } from '#lambdas/adapters/s3/readable-objects.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { logFailure } from '#lambdas/runtime/log.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('edge', process.env);
const bucket = readableObjects(s3(), environment.CATALOG_BUCKET);
const place = { client: dynamoDb(), table: environment.OPERATIONS_TABLE, bucket };

export const handler = createHandler({
  catalog: new ActiveCatalog(place, Date.now, async (version) => compileEdge(await definitionsIn(place, version))),
  stream: new KinesisCollectionStream(kinesis(), environment.COLLECTION_STREAM),
  late: new SqsMessageQueue<LateMessage>(sqs(), environment.LATE_QUEUE_URL),
  stores: {
    profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
    memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
    copies:
      environment.EDGE_PROFILES === 'read'
        ? new DynamoDbEdgeProfileStore(dynamoDb(), environment.EDGE_PROFILES_TABLE)
        : undefined,
  },
  isBehindCdn: environment.BEHIND_CDN,
  note: logFailure,
  now: Date.now,
  newId: randomUUID,
  random: randomBytes,
  region: edgeRegionOf(process.env.AWS_REGION ?? ''),
});
