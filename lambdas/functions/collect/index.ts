import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { kinesis } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { KinesisCollectionStream } from '#lambdas/adapters/kinesis/collection-stream.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('collect', process.env);

export const handler = createHandler({
  catalog: createCatalogReader(environment),
  callers: stageCallers(environment),
  stream: new KinesisCollectionStream(kinesis(), environment.COLLECTION_STREAM),
  now: Date.now,
  newId: randomUUID,
});
