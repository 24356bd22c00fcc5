import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DUE_INDEX, PARTITION_KEY } from '#core/contract/tables.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';

/** Makes a table of its own, shaped like the platform's. @returns its name */
export async function createTestTable(purpose: string, sortKey?: string): Promise<string> {
  const TableName = `test-${purpose}-${process.pid}-${Date.now()}`;
  await dynamoDb().send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
        ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' as const }]),
      ],
      AttributeDefinitions: [
        { AttributeName: PARTITION_KEY, AttributeType: 'S' },
        ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, AttributeType: 'S' as const }]),
        { AttributeName: DUE_INDEX.partitionKey, AttributeType: 'N' },
        { AttributeName: DUE_INDEX.sortKey, AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: DUE_INDEX.name,
          KeySchema: [
            { AttributeName: DUE_INDEX.partitionKey, KeyType: 'HASH' },
            { AttributeName: DUE_INDEX.sortKey, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client: dynamoDb(), maxWaitTime: 60 }, { TableName });
  return TableName;
}
