import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Resources } from '#cli/stage/use-stage.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { scanAll } from '#lambdas/adapters/dynamodb/client.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';

const TABLES = ['profiles-table', 'memberships-table', 'operations-table'] as const;
const BUCKETS = ['landing-bucket', 'lake-bucket', 'quarantine-bucket', 'exports-bucket'] as const;
const MAX_WRITES = 25;

/** Takes everything out of a deployed stage, so that a test finds it as new. */
export async function emptyStage(resources: Resources): Promise<void> {
  for (const table of TABLES) await emptyTable(resources[table]);
  for (const bucket of BUCKETS) {
    const store = createS3ObjectStore(s3(), resources[bucket]);
    const keys = await Array.fromAsync(store.list(''));
    if (keys.length > 0) await store.delete(keys);
  }
}

/** Deletes every item of a table that has no sort key. */
export async function emptyTable(table: string): Promise<void> {
  const keys = (await Array.fromAsync(scanAll(dynamoDb(), table))).map(({ pk }) => ({ pk: pk! }));
  for (let start = 0; start < keys.length; start += MAX_WRITES) {
    const deletions = keys.slice(start, start + MAX_WRITES).map((Key) => ({ DeleteRequest: { Key } }));
    const { UnprocessedItems = {} } = await dynamoDb().send(
      new BatchWriteItemCommand({ RequestItems: { [table]: deletions } }),
    );
    if (Object.keys(UnprocessedItems).length > 0) throw new Error(`Table ${table} could not be emptied`);
  }
}
