import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('export-files', process.env);

const runStatistics = new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE);

export const handler = withDataflow(
  { runStatistics, metrics: createMetrics('export-files', environment.STAGE), now: Date.now },
  (metrics) =>
    createHandler({
      catalog: createCatalogReader(environment),
      exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET),
      metrics,
      runStatistics,
      now: Date.now,
      newId: randomUUID,
    }),
);
