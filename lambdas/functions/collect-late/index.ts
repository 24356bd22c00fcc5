import { readEnvironment } from '#core/contract/functions.ts';
import { kinesis } from '#lambdas/adapters/clients.ts';
import { KinesisCollectionStream } from '#lambdas/adapters/kinesis/collection-stream.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('collect-late', process.env);

export const handler = createHandler({ stream: new KinesisCollectionStream(kinesis(), environment.COLLECTION_STREAM) });
