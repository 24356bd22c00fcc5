import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type DataflowCounts, type DataflowRun, hourOf, hoursBetween, NO_DATAFLOW } from '#core/activation/dataflow.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { DAY_S } from '#core/util/durations.ts';
import type { Item } from './client.ts';
import { numberAt, stringAt } from './item-codec.ts';

const EXCLUDED = 'excluded:';
const KEPT_S = 90 * DAY_S;
const MAX_KEYS = 100;

/** The books of dataflows in the `operations` table: an item for each destination and hour, kept for 90 days. */
export class DynamoDbRunStatistics implements RunStatistics {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async add(destinationId: string, at: number, counts: Partial<DataflowCounts>): Promise<void> {
    const { excluded = {}, ...plain } = counts;
    const added = Object.entries({ ...plain, ...withPrefix(excluded) }).filter(([, count]) => count > 0);
    if (added.length === 0) return;
    const expiresAt = Math.ceil(hourOf(at) / 1000) + KEPT_S;
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.dataflowRun(destinationId, hourOf(at)) } },
        UpdateExpression: `ADD ${added.map((_, i) => `#n${i} :v${i}`).join(', ')} SET #ttl = :ttl`,
        ExpressionAttributeNames: {
          '#ttl': TTL_ATTRIBUTE,
          ...Object.fromEntries(added.map(([name], i) => [`#n${i}`, name])),
        },
        ExpressionAttributeValues: {
          ':ttl': { N: String(expiresAt) },
          ...Object.fromEntries(
            added.map(([, count], i): [string, AttributeValue] => [`:v${i}`, { N: String(count) }]),
          ),
        },
      }),
    );
  }

  async runs(destinationId: string, from: number, to: number): Promise<DataflowRun[]> {
    const hours = new Map(hoursBetween(from, to).map((hour) => [operationsKey.dataflowRun(destinationId, hour), hour]));
    const keys = [...hours.keys()];
    const runs: DataflowRun[] = [];
    for (let start = 0; start < keys.length; start += MAX_KEYS) {
      for (const item of await this.#read(keys.slice(start, start + MAX_KEYS))) {
        runs.push({ hour: hours.get(stringAt(item, 'pk')!)!, ...countsOf(item) });
      }
    }
    return runs.sort((a, b) => a.hour - b.hour);
  }

  async #read(keys: readonly string[]): Promise<Item[]> {
    const found: Item[] = [];
    let wanted: Record<string, AttributeValue>[] = keys.map((pk) => ({ pk: { S: pk } }));
    while (wanted.length > 0) {
      const answer = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys: wanted, ConsistentRead: true } } }),
      );
      found.push(...(answer.Responses?.[this.#table] ?? []));
      wanted = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
    return found;
  }

  async pause(destinationId: string, since: number | undefined): Promise<void> {
    const paused = since === undefined ? 'REMOVE pausedSince' : 'SET pausedSince = :since';
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.destination(destinationId) } },
        UpdateExpression: paused,
        ...(since !== undefined && { ExpressionAttributeValues: { ':since': { N: String(since) } } }),
      }),
    );
  }

  async pausedSince(destinationId: string): Promise<number | undefined> {
    const Key = { pk: { S: operationsKey.destination(destinationId) } };
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }));
    return Item && numberAt(Item, 'pausedSince');
  }
}

const withPrefix = (excluded: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(excluded).map(([reason, count]) => [EXCLUDED + reason, count]));

function countsOf(item: Item): DataflowCounts {
  const count = (name: keyof DataflowCounts): number => numberAt(item, name) ?? 0;
  const excluded = Object.keys(item).flatMap((name) =>
    name.startsWith(EXCLUDED) ? [[name.slice(EXCLUDED.length), numberAt(item, name)!] as const] : [],
  );
  return {
    ...NO_DATAFLOW,
    received: count('received'),
    activated: count('activated'),
    failed: count('failed'),
    retried: count('retried'),
    excluded: Object.fromEntries(excluded),
  };
}
