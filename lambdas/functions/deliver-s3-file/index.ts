import { readEnvironment } from '#core/contract/functions.ts';
import { s3 } from '#lambdas/adapters/clients.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('deliver-s3-file', process.env);

export const handler = createHandler({ exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET) });
