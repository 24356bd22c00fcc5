import { type DynamoDBClient, PutItemCommand, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { ProfileRead, ReadLog, ReadQuery } from '#core/access/read-log.ts';
import { AUDIT_SHARDS, auditKey, PARTITION_KEY, SORT_KEY, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { fnv1a } from '#core/util/fnv.ts';
import type { Item } from './client.ts';
import { stringAt } from './item-codec.ts';

/** Audit records in the `audit` table: the day and a shard, then the instant. */
export class DynamoDbReadLog implements ReadLog {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #days: number;

  /** @param days after which a record goes by itself */
  constructor(client: DynamoDBClient, table: string, days: number) {
    this.#client = client;
    this.#table = table;
    this.#days = days;
  }

  async append(read: ProfileRead): Promise<void> {
    const instant = new Date(read.at).toISOString();
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#table,
        Item: {
          [PARTITION_KEY]: { S: auditKey(instant.slice(0, 10), fnv1a(read.id) % AUDIT_SHARDS) },
          [SORT_KEY]: { S: `${instant}#${read.id}` },
          read: { S: JSON.stringify(read) },
          [TTL_ATTRIBUTE]: { N: String(Math.ceil((read.at + this.#days * DAY_MS) / 1_000)) },
        },
        // Nothing that was written is written over.
        ConditionExpression: `attribute_not_exists(${PARTITION_KEY})`,
      }),
    );
  }

  async *reads({ since, until }: ReadQuery): AsyncIterable<ProfileRead> {
    for (let day = Math.floor(since / DAY_MS) * DAY_MS; day < until; day += DAY_MS) {
      const date = new Date(day).toISOString().slice(0, 10);
      const shards = await Promise.all(
        Array.from({ length: AUDIT_SHARDS }, (_, shard) => this.#shard(auditKey(date, shard))),
      );
      const reads = shards.flat().filter(({ at }) => at >= since && at < until);
      yield* reads.sort((x, y) => x.at - y.at || (x.id < y.id ? -1 : 1));
    }
  }

  async #shard(key: string): Promise<ProfileRead[]> {
    const reads: ProfileRead[] = [];
    let start: Item | undefined;
    do {
      const page: QueryCommandOutput = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: `${PARTITION_KEY} = :key`,
          ExpressionAttributeValues: { ':key': { S: key } },
          ConsistentRead: true,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items ?? []) reads.push(JSON.parse(stringAt(item, 'read')!) as ProfileRead);
      start = page.LastEvaluatedKey;
    } while (start);
    return reads;
  }
}
