import { randomUUID } from 'node:crypto';
import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { createConsequences } from '#core/api/management/consequences.ts';
import { withConnectionKeys } from '#core/api/management/key-callers.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { dynamoDb, lambda, s3, secretsManager, sqs } from '#lambdas/adapters/clients.ts';
import { DynamoDbApprovalStore } from '#lambdas/adapters/dynamodb/approval-store.ts';
import { DynamoDbCountHistory } from '#lambdas/adapters/dynamodb/count-history.ts';
import { DynamoDbCountStore } from '#lambdas/adapters/dynamodb/count-store.ts';
import { DynamoDbDefinitionStore } from '#lambdas/adapters/dynamodb/definition-store.ts';
import { DynamoDbDeliveryErrors } from '#lambdas/adapters/dynamodb/delivery-errors.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbLaneAssignments } from '#lambdas/adapters/dynamodb/lane-assignments.ts';
import { DynamoDbLastBatches } from '#lambdas/adapters/dynamodb/last-batches.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbNotes } from '#lambdas/adapters/dynamodb/notes.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { DynamoDbVersionedStore } from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createLanePool, poolPlaceOf } from '#lambdas/adapters/lanes/pool.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { createLaneSecrets } from '#lambdas/adapters/secrets-manager/lane-secrets.ts';
import { SqsMessageQueue } from '#lambdas/adapters/sqs/message-queue.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('management', process.env);

const place = {
  client: dynamoDb(),
  table: environment.OPERATIONS_TABLE,
  bucket: createS3ObjectStore(s3(), environment.CATALOG_BUCKET),
};
const definitions = new DynamoDbDefinitionStore(place, Date.now);
const people = {
  profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
  timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
  lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
};
const evaluation = {
  jobs: new DynamoDbJobs(dynamoDb(), environment.OPERATIONS_TABLE, OPERATIONS_PREFIX.evaluation),
  queue: new SqsMessageQueue<{ jobId: string; partition: number }>(sqs(), environment.EVALUATION_QUEUE_URL),
  partitionCount: environment.PARTITIONS,
  now: Date.now,
  newId: randomUUID,
  backoff: backoffBefore,
};
const destinationSecrets = createLaneSecrets(secretsManager, environment.STAGE);
const lanes = {
  assignments: new DynamoDbLaneAssignments(dynamoDb(), environment.OPERATIONS_TABLE),
  pool: createLanePool(poolPlaceOf(environment.LANE_POOL), environment.POOL_FUNCTION, { sqs, lambda }),
  fixed: new Set(Object.keys(environment.DESTINATION_QUEUES)),
};
const runs = new DynamoDbRunStatistics(dynamoDb(), environment.OPERATIONS_TABLE);

export const handler = createHandler({
  callers: withConnectionKeys(stageCallers(environment), definitions),
  definitions,
  consequences: createConsequences({
    stores: {
      ...people,
      deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(
        dynamoDb(),
        environment.OPERATIONS_TABLE,
        OPERATIONS_PREFIX.deliveryState,
      ),
    },
    lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
    evaluation,
    lanes: {
      ...lanes,
      secrets: destinationSecrets,
      isPaused: async (id) => (await runs.pausedSince(id)) !== undefined,
    },
    stage: environment.STAGE,
    now: Date.now,
  }),
  evaluation,
  people,
  guards: new DynamoDbGuardStore(dynamoDb(), environment.OPERATIONS_TABLE),
  deliveryErrors: new DynamoDbDeliveryErrors(dynamoDb(), environment.OPERATIONS_TABLE),
  lanes,
  destinationSecrets,
  notes: new DynamoDbNotes(dynamoDb(), environment.OPERATIONS_TABLE),
  approvals: new DynamoDbApprovalStore(dynamoDb(), environment.OPERATIONS_TABLE),
  fourEyes: environment.FOUR_EYES,
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  lastBatches: new DynamoDbLastBatches(dynamoDb(), environment.OPERATIONS_TABLE),
  counts: new DynamoDbCountStore(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  countHistory: new DynamoDbCountHistory(dynamoDb(), environment.OPERATIONS_TABLE),
  runs,
  stage: environment.STAGE,
  now: Date.now,
  random: Math.random,
  newId: randomUUID,
});
