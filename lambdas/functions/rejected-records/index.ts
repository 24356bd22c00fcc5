import { readEnvironment } from '#core/contract/functions.ts';
import { replayCounters } from '#core/counts/contributions.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { DynamoDbCountStore } from '#lambdas/adapters/dynamodb/count-store.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { stageSuppression } from '#lambdas/adapters/dynamodb/stage-suppression.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { stageAudit } from '#lambdas/adapters/stage-audit.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('rejected-records', process.env);
const counts = new DynamoDbCountStore(dynamoDb(), environment.OPERATIONS_TABLE, Date.now);

export const handler = createHandler({
  ...stageAudit(environment),
  callers: stageCallers(environment),
  catalog: createCatalogReader(environment),
  quarantine: createS3ObjectStore(s3(), environment.QUARANTINE_BUCKET),
  lake: createS3ObjectStore(s3(), environment.LAKE_BUCKET),
  operations: new DynamoDbOperations(dynamoDb(), environment.OPERATIONS_TABLE),
  countReplay: (datasetId, changed) => counts.adjust(replayCounters(datasetId, changed)),
  stitch: {
    profiles: new DynamoDbProfileStore(dynamoDb(), environment.PROFILES_TABLE),
    timeline: new DynamoDbTimeline(dynamoDb(), environment.TIMELINE_TABLE),
    lookups: new DynamoDbLookupStore(dynamoDb(), environment.OPERATIONS_TABLE),
    backoff: backoffBefore,
  },
  suppression: stageSuppression(environment),
  now: Date.now,
});
