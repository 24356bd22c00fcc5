import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { OPERATIONS_PREFIX, operationsKey } from '#core/contract/tables.ts';
import { countFileRefusal, NO_COUNTS } from '#core/ingestion/counts.ts';
import type { Refusal } from '#core/ingestion/record.ts';
import type { Batch, NewBatch, Operations, OutcomeCounts } from '#core/ports/operations.ts';
import { type Item, scanAll } from './dynamodb.ts';
import { decodeState, encodeState, numberAt, stringAt } from './item-codec.ts';

/** Counters are attributes of their own, so that they can be added to; tallies carry their reason in the name. */
const REFUSAL = 'refusal:';
const WITHOUT_PROFILE = 'withoutProfile:';

/** The books of ingestion in the `operations` table. */
export class DynamoDbOperations implements Operations {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async openBatch(batch: NewBatch): Promise<void> {
    await this.#putBatch(batch);
  }

  async refuseFile(batch: NewBatch, refusal: Refusal): Promise<void> {
    await this.#putBatch({ ...batch, refusal }, countFileRefusal(refusal));
  }

  async #putBatch(batch: NewBatch & { refusal?: Refusal }, counts: OutcomeCounts = NO_COUNTS): Promise<void> {
    const counted = Object.fromEntries(
      Object.entries(counters(counts)).map(([name, count]) => [name, { N: String(count) }]),
    );
    const item = {
      pk: { S: operationsKey.batch(batch.id) },
      completedChunks: { N: '0' },
      ...counted,
      ...encodeState(batch),
    };
    try {
      await this.#client.send(
        new PutItemCommand({ TableName: this.#table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async completeChunk(batchId: string, index: number, counts: OutcomeCounts, refusal?: Refusal): Promise<void> {
    const { set, names, values } = addition({ ...counters(counts), completedChunks: 1 });
    const withRefusal = refusal !== undefined;
    try {
      await this.#client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              Put: {
                TableName: this.#table,
                Item: { pk: { S: operationsKey.chunk(batchId, index) } },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
            {
              Update: {
                TableName: this.#table,
                Key: { pk: { S: operationsKey.batch(batchId) } },
                UpdateExpression: withRefusal ? `${set} SET #rest = :rest` : set,
                ExpressionAttributeNames: { ...names, ...(withRefusal && { '#rest': 'rest' }) },
                ExpressionAttributeValues: {
                  ...values,
                  ...(withRefusal && { ':rest': { S: JSON.stringify(refusal) } }),
                },
              },
            },
          ],
        }),
      );
    } catch (error) {
      const isCounted =
        error instanceof TransactionCanceledException &&
        error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed';
      if (!isCounted) throw error;
    }
  }

  async countStream(datasetId: string, counts: OutcomeCounts): Promise<void> {
    const { set, names, values } = addition(counters(counts));
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.streamCounts(datasetId) } },
        UpdateExpression: set,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      }),
    );
  }

  async *batches(): AsyncIterable<Batch> {
    for await (const item of scanAll(this.#client, this.#table, { keyPrefix: OPERATIONS_PREFIX.batch })) {
      const { refusal: whole, ...opened } = decodeState<NewBatch & { refusal?: Refusal }>(item);
      const rest = stringAt(item, 'rest');
      const refusal = whole ?? (rest === undefined ? undefined : (JSON.parse(rest) as Refusal));
      const completedChunks = numberAt(item, 'completedChunks')!;
      const counts = countsOf(item);
      yield {
        ...opened,
        completedChunks,
        counts,
        status: statusOf(opened.chunks, completedChunks, counts, refusal),
        ...(refusal && { refusal }),
      };
    }
  }

  async *streams(): AsyncIterable<{ readonly datasetId: string; readonly counts: OutcomeCounts }> {
    for await (const item of scanAll(this.#client, this.#table, { keyPrefix: OPERATIONS_PREFIX.stream })) {
      yield { datasetId: stringAt(item, 'pk')!.slice(OPERATIONS_PREFIX.stream.length), counts: countsOf(item) };
    }
  }
}

function statusOf(chunks: number, completed: number, counts: OutcomeCounts, refusal?: Refusal): Batch['status'] {
  if (completed < chunks) return 'processing';
  return refusal && counts.accepted + counts.duplicate === 0 ? 'failed' : 'success';
}

const counters = (counts: OutcomeCounts): Record<string, number> => ({
  accepted: counts.accepted,
  refused: counts.refused,
  duplicate: counts.duplicate,
  ...withPrefix(REFUSAL, counts.refusals),
  ...withPrefix(WITHOUT_PROFILE, counts.withoutProfile),
});

const withPrefix = (prefix: string, tally: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(tally).map(([reason, count]) => [prefix + reason, count]));

function addition(added: Readonly<Record<string, number>>) {
  const entries = Object.entries(added);
  return {
    set: `ADD ${entries.map((_, i) => `#n${i} :v${i}`).join(', ')}`,
    names: Object.fromEntries(entries.map(([name], i) => [`#n${i}`, name])),
    values: Object.fromEntries(
      entries.map(([, count], i): [string, AttributeValue] => [`:v${i}`, { N: String(count) }]),
    ),
  };
}

function countsOf(item: Item): OutcomeCounts {
  const tally = (prefix: string): Record<string, number> =>
    Object.fromEntries(
      Object.keys(item).flatMap((name) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), numberAt(item, name)!] as const] : [],
      ),
    );
  return {
    accepted: numberAt(item, 'accepted') ?? 0,
    refused: numberAt(item, 'refused') ?? 0,
    duplicate: numberAt(item, 'duplicate') ?? 0,
    refusals: tally(REFUSAL),
    withoutProfile: tally(WITHOUT_PROFILE),
  };
}
