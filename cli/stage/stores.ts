import { UserError } from '#cli/user-error.ts';
import type { DeliveryStateItem, DeliveryStateStore } from '#core/activation/delivery-state.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import type { GuardStore } from '#core/activation/ports/guard.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { deletionPrefix, OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { CountHistory } from '#core/counts/ports/count-history.ts';
import type { CountStore } from '#core/counts/ports/count-store.ts';
import type { RecountSource } from '#core/counts/recount.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import type { ActivityCounts } from '#core/personalisation/ports/activity-counts.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Erasures } from '#core/privacy/ports/erasures.ts';
import type { LookupStore } from '#core/profile/ports/lookup-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { Operations } from '#core/record/operations.ts';
import type { MembershipItem, MembershipStore } from '#core/segmentation/membership.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import type { CatalogPosition } from '#lambdas/adapters/dynamodb/active-catalog.ts';
import { DynamoDbActivityCounts } from '#lambdas/adapters/dynamodb/activity-counts.ts';
import { currentVersion, getCatalog } from '#lambdas/adapters/dynamodb/catalog-store.ts';
import { DynamoDbCountHistory } from '#lambdas/adapters/dynamodb/count-history.ts';
import { DynamoDbCountStore } from '#lambdas/adapters/dynamodb/count-store.ts';
import { DynamoDbDeliveryErrors } from '#lambdas/adapters/dynamodb/delivery-errors.ts';
import { DynamoDbErasures } from '#lambdas/adapters/dynamodb/erasures.ts';
import { DynamoDbGuardStore } from '#lambdas/adapters/dynamodb/guard.ts';
import { DynamoDbJobs } from '#lambdas/adapters/dynamodb/jobs.ts';
import { DynamoDbLookupStore } from '#lambdas/adapters/dynamodb/lookup-store.ts';
import { DynamoDbOperations } from '#lambdas/adapters/dynamodb/operations.ts';
import { DynamoDbProfileStore } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { DynamoDbRunStatistics } from '#lambdas/adapters/dynamodb/run-statistics.ts';
import { stageSuppression } from '#lambdas/adapters/dynamodb/stage-suppression.ts';
import { DynamoDbTimeline } from '#lambdas/adapters/dynamodb/timeline.ts';
import {
  DynamoDbBulkStore,
  DynamoDbMembershipStore,
  DynamoDbVersionedStore,
} from '#lambdas/adapters/dynamodb/versioned-store.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import type { SuppressUnder } from '#lambdas/runtime/suppression.ts';
import type { Resources } from './use-stage.ts';

/** The stores of a deployed stage. */
export interface StageStores {
  readonly profiles: ProfileStore;
  readonly memberships: MembershipStore;
  readonly timeline: Timeline;
  readonly lookups: LookupStore;
  readonly deliveryStates: DeliveryStateStore;
  /** The same, many at once. */
  readonly counted: Omit<RecountSource, 'settings'>;
  readonly operations: Operations;
  readonly dataflow: RunStatistics;
  readonly deliveryErrors: DeliveryErrors;
  readonly guards: GuardStore;
  readonly activityCounts: ActivityCounts;
  readonly counts: CountStore;
  readonly countHistory: CountHistory;
  /** The evaluations of all profiles. */
  readonly evaluations: Jobs;
  /** The runs of expiry. */
  readonly expiries: Jobs;
  /** The deletions of one dataset. */
  deletionsOf(datasetId: string): Jobs;
  /** The passes of deletions. */
  readonly erasureJobs: Jobs;
  readonly erasures: Erasures;
  readonly landing: ObjectStore;
  readonly lake: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly exports: ObjectStore;
  readonly catalog: CatalogPosition;
}

/** Who is suppressed in a stage. */
export const suppressionOf = (resources: Resources): SuppressUnder =>
  stageSuppression({
    OPERATIONS_TABLE: resources['operations-table'],
    SUPPRESSION_SECRET: resources['suppression-secret'],
  });

export function storesOf(resources: Resources): StageStores {
  const bucket = (name: string): ObjectStore => createS3ObjectStore(s3(), name);
  const operationsTable = resources['operations-table'];
  return {
    profiles: new DynamoDbProfileStore(dynamoDb(), resources['profiles-table']),
    memberships: new DynamoDbMembershipStore(dynamoDb(), resources['memberships-table']),
    timeline: new DynamoDbTimeline(dynamoDb(), resources['timeline-table']),
    lookups: new DynamoDbLookupStore(dynamoDb(), operationsTable),
    deliveryStates: new DynamoDbVersionedStore<DeliveryStateItem>(
      dynamoDb(),
      operationsTable,
      OPERATIONS_PREFIX.deliveryState,
    ),
    counted: {
      memberships: new DynamoDbBulkStore<MembershipItem>(dynamoDb(), resources['memberships-table']),
      deliveryStates: new DynamoDbBulkStore<DeliveryStateItem>(
        dynamoDb(),
        operationsTable,
        OPERATIONS_PREFIX.deliveryState,
      ),
    },
    dataflow: new DynamoDbRunStatistics(dynamoDb(), operationsTable),
    deliveryErrors: new DynamoDbDeliveryErrors(dynamoDb(), operationsTable),
    guards: new DynamoDbGuardStore(dynamoDb(), operationsTable),
    counts: new DynamoDbCountStore(dynamoDb(), operationsTable, Date.now),
    countHistory: new DynamoDbCountHistory(dynamoDb(), operationsTable),
    activityCounts: new DynamoDbActivityCounts(dynamoDb(), operationsTable, Date.now),
    evaluations: new DynamoDbJobs(dynamoDb(), operationsTable, OPERATIONS_PREFIX.evaluation),
    expiries: new DynamoDbJobs(dynamoDb(), operationsTable, OPERATIONS_PREFIX.expiry),
    deletionsOf: (datasetId) => new DynamoDbJobs(dynamoDb(), operationsTable, deletionPrefix(datasetId)),
    erasureJobs: new DynamoDbJobs(dynamoDb(), operationsTable, OPERATIONS_PREFIX.erasure),
    erasures: new DynamoDbErasures(dynamoDb(), operationsTable),
    operations: new DynamoDbOperations(dynamoDb(), operationsTable),
    landing: bucket(resources['landing-bucket']),
    lake: bucket(resources['lake-bucket']),
    quarantine: bucket(resources['quarantine-bucket']),
    exports: bucket(resources['exports-bucket']),
    catalog: { client: dynamoDb(), table: operationsTable, bucket: bucket(resources['catalog-bucket']) },
  };
}

/** The catalog active. @throws UserError when none has been applied */
export async function activeCatalog(place: CatalogPosition): Promise<CompiledCatalog> {
  const version = await currentVersion(place);
  if (version === undefined)
    throw new UserError('No catalog is active. Apply one: tributary catalog apply --catalog DIR');
  return getCatalog(place, version);
}
