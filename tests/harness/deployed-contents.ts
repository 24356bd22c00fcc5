import { gunzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resources } from '#cli/stage/use-stage.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { dynamoDb, s3 } from '#lambdas/adapters/clients.ts';
import { scanAll } from '#lambdas/adapters/dynamodb/client.ts';
import { unpackJson } from '#lambdas/adapters/dynamodb/compact-json.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';

const TABLES = ['profiles-table', 'timeline-table', 'memberships-table', 'operations-table'] as const;
const BUCKETS = ['landing-bucket', 'lake-bucket', 'quarantine-bucket', 'exports-bucket'] as const;

/**
 * Everything that the tables and buckets of a deployed stage have, as text: what is packed is unpacked. Items by table and
 * kind (`operations BATCH`), objects by bucket (`lake`).
 */
export async function deployedContents(resources: Resources): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const table of TABLES) {
    const items = await Array.fromAsync(scanAll(dynamoDb(), resources[table]));
    const kinds = Map.groupBy(items, ({ pk }) => `${table.replace('-table', '')} ${pk!.S!.split('#')[0]}`);
    for (const [kind, ofKind] of kinds) contents.set(kind, ofKind.map((item) => textOf({ M: item })).join('\n'));
  }
  for (const bucket of BUCKETS) {
    const store = createS3ObjectStore(s3(), resources[bucket]);
    const texts: string[] = [];
    for await (const key of store.list('')) {
      const bytes = await store.get(key);
      texts.push(key);
      if (!bytes) continue;
      if (key.endsWith('.parquet')) texts.push(JSON.stringify(await unpackLakeRows(bytes)));
      texts.push((bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : Buffer.from(bytes)).toString('latin1'));
    }
    contents.set(bucket.replace('-bucket', ''), texts.join('\n'));
  }
  return contents;
}

function textOf(value: AttributeValue): string {
  if (value.M)
    return Object.entries(value.M)
      .map(([name, inner]) => `${name} ${textOf(inner)}`)
      .join('\n');
  if (value.L) return value.L.map(textOf).join('\n');
  if (value.B) return unpacked(value.B);
  return JSON.stringify(Object.values(value)[0]);
}

function unpacked(bytes: Uint8Array): string {
  try {
    return unpackJson(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
