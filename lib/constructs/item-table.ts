import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  type ITableV2,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { PARTITION_KEY, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { StageConfig } from '#lib/config/schema.ts';
import type { Alarms } from './alarms.ts';
import { addTableAlarms } from './table-alarms.ts';

export interface ItemTableProps {
  readonly config: StageConfig;
  readonly alarms: Alarms;
  /** As alarms call it. */
  readonly name: string;
  /** Whether changes are streamed, with the item before and after. */
  readonly streamed: boolean;
  /** Name of the text that tells items under one partition key apart. @default none */
  readonly sortKey?: string;
  readonly indexes?: GlobalSecondaryIndexPropsV2[];
  /** Other regions that have a replica of it. @default none */
  readonly regions?: readonly string[];
}

/** An on-demand table in the shape of `core/contract/tables.ts`, with its alarms. */
export function itemTable(
  scope: Construct,
  id: string,
  { config, alarms, name, streamed, sortKey, indexes, regions = [] }: ItemTableProps,
): ITableV2 {
  const table = new TableV2(scope, id, {
    partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
    ...(sortKey === undefined ? {} : { sortKey: { name: sortKey, type: AttributeType.STRING } }),
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.awsManagedKey(),
    timeToLiveAttribute: TTL_ATTRIBUTE,
    deletionProtection: config.deletionProtection,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: config.pointInTimeRecovery },
    removalPolicy: config.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(streamed ? { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
    ...(indexes === undefined ? {} : { globalSecondaryIndexes: indexes }),
    ...(regions.length > 0 && { replicas: regions.map((region) => ({ region })) }),
  });
  addTableAlarms(scope, id, {
    // The class says "undefined" where its interface says "absent"; TypeScript tells the two apart, the CDK does not.
    table: table as ITableV2,
    name,
    indexes: (indexes ?? []).map(({ indexName }) => indexName),
    alarms,
    combined: config.combinedAlarms,
  });
  return table as ITableV2;
}
