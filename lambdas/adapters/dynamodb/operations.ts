import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { OPERATIONS_PREFIX, operationsKey } from '#core/contract/tables.ts';
import { readOutcomes, writeOutcomes } from '#core/counts/outcomes.ts';
import { batchOf } from '#core/pipeline/batch/batch-state.ts';
import {
  BATCH_TRANSITIONS,
  type BatchTransition,
  type BatchTransitions,
  EXCLUDED_BY,
} from '#core/record/batch-transitions.ts';
import type {
  Batch,
  BatchProgress,
  CommitDecision,
  NewBatch,
  Operations,
  OutcomeCounts,
} from '#core/record/operations.ts';
import type { Rejection } from '#core/record/record.ts';
import { type Item, scanAll } from './client.ts';
import { decodeState, encodeState, numberAt, numbersIn, type StoredAttributes, stringAt } from './item-codec.ts';

/** Before the counters of what was looked at and not ingested yet. */
const VALIDATED = 'validated:';
/** Before the name of a transition: when it was made. */
const TRANSITION = 'transition:';
/** Before the name of a worker: when it has ended. */
const LEASE = 'lease:';

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

  async rejectFile(batch: NewBatch, rejection: Rejection): Promise<void> {
    await this.#putBatch({ ...batch, rejection });
  }

  /** The item may be there already: transitions of a batch are made before its files are looked at. */
  async #putBatch(batch: NewBatch & { rejection?: Rejection }): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.batch(batch.id) } },
        UpdateExpression: 'SET #state = if_not_exists(#state, :state)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': encodeState(batch).state },
      }),
    );
  }

  async transition(
    batchId: string,
    to: BatchTransition,
    at: number,
    unless: readonly BatchTransition[] = EXCLUDED_BY[to],
  ): Promise<BatchProgress & { readonly isMade: boolean }> {
    const made = await this.#changeUnless(batchId, unless, {
      UpdateExpression: 'SET #to = if_not_exists(#to, :at)',
      ExpressionAttributeNames: { '#to': `${TRANSITION}${to}` },
      ExpressionAttributeValues: { ':at': { N: String(at) } },
    });
    return made ? { isMade: true, ...progressAt(made) } : { isMade: false, ...(await this.progress(batchId)) };
  }

  async lease(batchId: string, worker: string, until: number): Promise<boolean> {
    const leased = await this.#changeUnless(batchId, ['reverting', 'reverted'], {
      UpdateExpression: 'SET #lease = :until',
      ExpressionAttributeNames: { '#lease': `${LEASE}${worker}` },
      ExpressionAttributeValues: { ':until': { N: String(until) } },
    });
    return leased !== undefined;
  }

  async release(batchId: string, worker: string): Promise<void> {
    await this.#changeUnless(batchId, [], {
      UpdateExpression: 'REMOVE #lease',
      ExpressionAttributeNames: { '#lease': `${LEASE}${worker}` },
    });
  }

  /** One conditional write. @returns the item after it; undefined where one of the transitions has been made */
  async #changeUnless(
    batchId: string,
    unless: readonly BatchTransition[],
    change: {
      readonly UpdateExpression: string;
      readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
      readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
    },
  ): Promise<Item | undefined> {
    const condition = unless.map((_, i) => `attribute_not_exists(#x${i})`).join(' AND ');
    const names = Object.fromEntries(unless.map((transition, i) => [`#x${i}`, `${TRANSITION}${transition}`]));
    try {
      const { Attributes } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { pk: { S: operationsKey.batch(batchId) } },
          ...change,
          ...(condition !== '' && { ConditionExpression: condition }),
          ExpressionAttributeNames: { ...change.ExpressionAttributeNames, ...names },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async countValidated(batchId: string, index: number, counts: OutcomeCounts, rejection?: Rejection): Promise<Batch> {
    const added = { ...writeOutcomes(counts, VALIDATED), validatedChunks: 1 };
    await this.#addOnce(operationsKey.validated(batchId, index), batchId, added, rejection);
    const batch = await this.batch(batchId);
    if (!batch) throw new Error(`There is no batch ${batchId}`);
    return batch;
  }

  async decide(batchId: string, commitDecision: CommitDecision): Promise<CommitDecision> {
    const { Attributes } = await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.batch(batchId) } },
        UpdateExpression: 'SET commitDecision = if_not_exists(commitDecision, :commitDecision)',
        ExpressionAttributeValues: { ':commitDecision': { S: JSON.stringify(commitDecision) } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return JSON.parse(stringAt(Attributes ?? {}, 'commitDecision')!) as CommitDecision;
  }

  async completeChunk(batchId: string, index: number, counts: OutcomeCounts, rejection?: Rejection): Promise<void> {
    const added = { ...writeOutcomes(counts), completedChunks: 1 };
    await this.#addOnce(operationsKey.chunk(batchId, index), batchId, added, rejection);
  }

  /** Adds to the counters of a batch, unless it was done under this key before. */
  async #addOnce(
    key: string,
    batchId: string,
    added: Readonly<Record<string, number>>,
    rejection: Rejection | undefined,
  ): Promise<void> {
    const { set, names, values } = addition(added);
    const withRejection = rejection !== undefined;
    const Put = { TableName: this.#table, Item: { pk: { S: key } }, ConditionExpression: 'attribute_not_exists(pk)' };
    const Update = {
      TableName: this.#table,
      Key: { pk: { S: operationsKey.batch(batchId) } },
      UpdateExpression: withRejection ? `${set} SET #rest = :rest` : set,
      ExpressionAttributeNames: { ...names, ...(withRejection && { '#rest': 'rest' }) },
      ExpressionAttributeValues: { ...values, ...(withRejection && { ':rest': { S: JSON.stringify(rejection) } }) },
    };
    try {
      await this.#client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, { Update }] }));
    } catch (error) {
      const isCounted =
        error instanceof TransactionCanceledException &&
        error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed';
      if (!isCounted) throw error;
    }
  }

  async batch(batchId: string): Promise<Batch | undefined> {
    return (await this.progress(batchId)).batch;
  }

  async progress(batchId: string): Promise<BatchProgress> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.batch(batchId) } },
        ConsistentRead: true,
      }),
    );
    return progressAt(item ?? {});
  }

  async *batches(): AsyncIterable<Batch> {
    for await (const item of scanAll(this.#client, this.#table, { keyPrefix: OPERATIONS_PREFIX.batch })) {
      const { batch } = progressAt(item);
      if (batch) yield batch;
    }
  }
}

/** A batch as an item of the table, or an image of its stream, has it. */
export const progressAt = (item: StoredAttributes): BatchProgress => ({
  transitions: transitionsOf(item),
  ...(item.state ? { batch: batchAt(item) } : { batch: undefined }),
});

const transitionsOf = (item: StoredAttributes): BatchTransitions =>
  Object.fromEntries(
    BATCH_TRANSITIONS.map((transition) => [transition, numberAt(item, `${TRANSITION}${transition}`)] as const).filter(
      ([, at]) => at !== undefined,
    ),
  );

function batchAt(item: StoredAttributes): Batch {
  const { rejection: whole, ...opened } = decodeState<NewBatch & { rejection?: Rejection }>(item);
  const rest = stringAt(item, 'rest');
  const commitDecision = stringAt(item, 'commitDecision');
  return batchOf(opened, {
    validatedChunks: numberAt(item, 'validatedChunks') ?? 0,
    validated: countsOf(item, VALIDATED),
    completedChunks: numberAt(item, 'completedChunks') ?? 0,
    completed: countsOf(item),
    rejection: whole ?? (rest === undefined ? undefined : (JSON.parse(rest) as Rejection)),
    commitDecision: commitDecision === undefined ? undefined : (JSON.parse(commitDecision) as CommitDecision),
    transitions: transitionsOf(item),
    leases: Object.keys(item).flatMap((name) => (name.startsWith(LEASE) ? [numberAt(item, name)!] : [])),
  });
}

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

const countsOf = (item: StoredAttributes, prefix = ''): OutcomeCounts => readOutcomes(numbersIn(item), prefix);
