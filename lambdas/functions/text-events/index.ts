import { createOptOutRecorder } from '#core/activation/texts/opt-out.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { kinesis } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { stageTexts } from '#lambdas/adapters/dynamodb/stage-texts.ts';
import { KinesisCollectionStream } from '#lambdas/adapters/kinesis/collection-stream.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('text-events', process.env);
const catalog = createCatalogReader(environment);

export const handler = createHandler({
  catalog,
  sent: stageTexts(environment),
  recordOptOut: createOptOutRecorder({
    catalog,
    stream: new KinesisCollectionStream(kinesis(), environment.COLLECTION_STREAM),
  }),
});
