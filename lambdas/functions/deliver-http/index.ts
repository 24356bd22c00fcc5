import { setTimeout } from 'node:timers/promises';
import { createOptOutRecorder } from '#core/activation/texts/opt-out.ts';
import { createStillWanted } from '#core/activation/texts/still-wanted.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';
import { dynamoDb, kinesis, secretsManager, sqs, sts } from '#lambdas/adapters/clients.ts';
import { DynamoDbAttemptCounts } from '#lambdas/adapters/dynamodb/attempts.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbDeliveryErrors } from '#lambdas/adapters/dynamodb/delivery-errors.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { createDynamoDbRateLimit } from '#lambdas/adapters/dynamodb/rate-limit.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { stageTexts } from '#lambdas/adapters/dynamodb/stage-texts.ts';
import { DynamoDbVendorDeletions } from '#lambdas/adapters/dynamodb/vendor-deletions.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { DynamoDbMembershipStore, DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { KinesisCollectionStream } from '#lambdas/adapters/kinesis/collection-stream.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { SqsDeliveryLane } from '#lambdas/adapters/sqs/delivery-lane.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { perLane } from '#lambdas/adapters/sqs/per-lane.ts';
import { withDataflow } from '#lambdas/runtime/dataflow.ts';
import { createMetrics } from '#lambdas/runtime/metrics.ts';
import { createAnyKindHandler } from './any-kind.ts';

const environment = readEnvironment('deliver-http', process.env);

const deliveryErrors = new DynamoDbDeliveryErrors(dynamoDb(), environment.OPERATIONS_TABLE);
const catalog = createCatalogReader(environment);
const runStatistics = new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE);

export const handler = withDataflow(
  { runStatistics, metrics: createMetrics('deliver-http', environment.STAGE), now: Date.now },
  (metrics) =>
    perLane({ queue: environment.QUEUE_URL, deadLetters: environment.DEAD_LETTERS_URL }, (lane) =>
      createAnyKindHandler({
        catalog,
        deliveryStates: new DynamoDbVersionedStore(
          dynamoDb(),
          environment.OPERATIONS_TABLE,
          OPERATIONS_PREFIX.deliveryState,
        ),
        reroutes: new SqsMessageQueue(sqs(), environment.REROUTES_QUEUE_URL),
        http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
        secrets: createSecretsManagerSecrets(
          secretsManager(),
          environment.DESTINATION_SECRETS,
          Date.now,
          environment.DESTINATION_SECRETS_PREFIX,
        ),
        rateLimit: createDynamoDbRateLimit({
          client: dynamoDb(),
          table: environment.OPERATIONS_TABLE,
          now: Date.now,
          sleep: setTimeout,
          random: Math.random,
        }),
        deliveryErrors,
        vendorDeletions: new DynamoDbVendorDeletions(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
        vendorState: createDynamoDbVendorState(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
        awsSigner: createAwsSigner({
          credentials: () => dynamoDb().config.credentials(),
          sts,
          now: Date.now,
          endpoint: process.env.AWS_ENDPOINT_URL,
        }),
        texts: {
          sent: stageTexts(environment),
          stillWanted: createStillWanted({
            profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
            memberships: new DynamoDbMembershipStore(dynamoDb(), environment.MEMBERSHIPS_TABLE),
            settings: async () => stageSettings(await catalog.current()).route,
          }),
          recordOptOut: createOptOutRecorder({
            catalog,
            stream: new KinesisCollectionStream(kinesis(), environment.COLLECTION_STREAM),
          }),
        },
        lane: new SqsDeliveryLane(sqs(), lane),
        attempts: new DynamoDbAttemptCounts(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
        metrics,
        now: Date.now,
      }),
    ),
);
