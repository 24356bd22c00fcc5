import { randomUUID } from 'node:crypto';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { createRoleCredentials } from '#lambdas/adapters/aws/roles.ts';
import { dynamoDb, s3, s3With, secretsManager, sts } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { createS3Receiver } from '#lambdas/adapters/s3/receiver.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { createSftpReceiver } from '#lambdas/adapters/sftp/receiver.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('export-files', process.env);

const runStatistics = new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE);

const intoS3 = createS3Receiver({ assume: createRoleCredentials({ sts, now: Date.now }), client: s3With });
const bySftp = createSftpReceiver({
  secrets: createSecretsManagerSecrets(secretsManager(), {}, Date.now, environment.DESTINATION_SECRETS_PREFIX),
  allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS,
  newId: randomUUID,
});

export const handler = withDataflow(
  { runStatistics, metrics: createMetrics('export-files', environment.STAGE), now: Date.now },
  (metrics) =>
    createHandler({
      catalog: createCatalogReader(environment),
      exports: createS3ObjectStore(s3(), environment.EXPORTS_BUCKET),
      metrics,
      runStatistics,
      evaluations: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.evaluation),
      now: Date.now,
      newId: randomUUID,
      receive: (id, target, file) => (target.kind === 's3' ? intoS3(id, target, file) : bySftp(id, target, file)),
    }),
);
