import { type AttributeValue, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Resources } from '#cli/stage/use-stage.ts';
import { OPERATIONS_PREFIX, operationsKey, SORT_KEY } from '#core/contract/tables.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { scanAll } from '#lambdas/adapters/dynamodb/client.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';

const TABLES = ['profiles-table', 'timeline-table', 'memberships-table', 'operations-table'] as const;
const BUCKETS = ['landing-bucket', 'lake-bucket', 'quarantine-bucket', 'exports-bucket'] as const;
const MAX_WRITES = 25;

/** Takes everything but its catalog, and the lanes of its destinations, out of a deployed stage, so that a test finds it as new. */
export async function emptyStage(resources: Resources): Promise<void> {
  for (const table of TABLES) await emptyTable(resources[table], ({ S: key }) => !isKept(key ?? ''));
  for (const bucket of BUCKETS) {
    const store = createS3ObjectStore(s3(), resources[bucket]);
    const keys = await Array.fromAsync(store.list(''));
    if (keys.length > 0) await store.delete(keys);
  }
}

const OF_CATALOG = 'CATALOG#';
/** Counters follow what is deleted by themselves, but for records of the stream, of which nothing but counters is left. */
const isCounter = (key: string): boolean =>
  [OPERATIONS_PREFIX.counts, OPERATIONS_PREFIX.countNote].some((prefix) => key.startsWith(prefix)) &&
  !['stream', 'replay'].some((method) => key.startsWith(`${OPERATIONS_PREFIX.counts}records:${method}`));
const isKept = (key: string): boolean => key.startsWith(OF_CATALOG) || key === operationsKey.lanes() || isCounter(key);

/** Deletes the items of a table. @param isGone whether one is; @default all */
export async function emptyTable(table: string, isGone: (pk: AttributeValue) => boolean = () => true): Promise<void> {
  const found = await Array.fromAsync(scanAll(dynamoDb(), table));
  const keys = found
    .filter(({ pk }) => isGone(pk!))
    .map(({ pk, [SORT_KEY]: sk }) => ({ pk: pk!, ...(sk && { [SORT_KEY]: sk }) }));
  for (let start = 0; start < keys.length; start += MAX_WRITES) {
    const deletions = keys.slice(start, start + MAX_WRITES).map((Key) => ({ DeleteRequest: { Key } }));
    const { UnprocessedItems = {} } = await dynamoDb().send(
      new BatchWriteItemCommand({ RequestItems: { [table]: deletions } }),
    );
    if (Object.keys(UnprocessedItems).length > 0) throw new Error(`Table ${table} could not be emptied`);
  }
}
