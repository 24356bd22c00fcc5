import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { compactionSettings } from '#core/lake/compaction-days.ts';
import { s3, sqs } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('compact-lake', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  partitions: new SqsMessageQueue(sqs(), environment.COMPACTION_QUEUE_URL),
  settings: compactionSettings(environment.TARGET_MB * 1024 ** 2),
  metrics: createMetrics('compact-lake', environment.STAGE),
  newId: randomUUID,
  now: Date.now,
});
