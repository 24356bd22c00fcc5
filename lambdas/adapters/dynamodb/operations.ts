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
import { batchOf } from '#core/pipeline/batch/batch-state.ts';
import { RARE_COUNTS, rareCounts } from '#core/pipeline/counts.ts';
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
import { decodeState, encodeState, numberAt, stringAt } from './item-codec.ts';

/** Counters are attributes of their own, so that they can be added to; tallies carry their reason in the name. */
const REJECTION = 'rejection:';
const WITHOUT_PROFILE = 'withoutProfile:';
const GRAPH_REJECTION = 'graphRefusal:';
const IDENTITY_OMITTED = 'identityOmitted:';
const VALUE_OMITTED = 'valueOmitted:';
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
    const added = { ...counters(counts, VALIDATED), validatedChunks: 1 };
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
    const added = { ...counters(counts), completedChunks: 1 };
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

  async *streams(): AsyncIterable<{ readonly datasetId: string; readonly counts: OutcomeCounts }> {
    for await (const item of scanAll(this.#client, this.#table, { keyPrefix: OPERATIONS_PREFIX.stream })) {
      yield { datasetId: stringAt(item, 'pk')!.slice(OPERATIONS_PREFIX.stream.length), counts: countsOf(item) };
    }
  }
}

const progressAt = (item: Item): BatchProgress => ({
  transitions: transitionsOf(item),
  batch: item.state && batchAt(item),
});

const transitionsOf = (item: Item): BatchTransitions =>
  Object.fromEntries(
    BATCH_TRANSITIONS.map((transition) => [transition, numberAt(item, `${TRANSITION}${transition}`)] as const).filter(
      ([, at]) => at !== undefined,
    ),
  );

function batchAt(item: Item): Batch {
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

const counters = (counts: OutcomeCounts, prefix = ''): Record<string, number> => ({
  [`${prefix}accepted`]: counts.accepted,
  [`${prefix}rejected`]: counts.rejected,
  [`${prefix}duplicate`]: counts.duplicate,
  ...withPrefix(prefix, rareCounts(counts)),
  ...withPrefix(prefix + REJECTION, counts.rejections),
  ...withPrefix(prefix + WITHOUT_PROFILE, counts.withoutProfile),
  ...withPrefix(prefix + GRAPH_REJECTION, counts.graphRejections),
  ...withPrefix(prefix + IDENTITY_OMITTED, counts.identitiesOmitted),
  ...withPrefix(prefix + VALUE_OMITTED, counts.valuesOmitted),
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

function countsOf(item: Item, prefix = ''): OutcomeCounts {
  const tally = (kind: string): Record<string, number> =>
    Object.fromEntries(
      Object.keys(item).flatMap((name) =>
        name.startsWith(prefix + kind)
          ? [[name.slice(prefix.length + kind.length), numberAt(item, name)!] as const]
          : [],
      ),
    );
  return {
    accepted: numberAt(item, `${prefix}accepted`) ?? 0,
    rejected: numberAt(item, `${prefix}rejected`) ?? 0,
    duplicate: numberAt(item, `${prefix}duplicate`) ?? 0,
    rejections: tally(REJECTION),
    withoutProfile: tally(WITHOUT_PROFILE),
    graphRejections: tally(GRAPH_REJECTION),
    ...rareCounts(Object.fromEntries(RARE_COUNTS.map((name) => [name, numberAt(item, prefix + name)]))),
    identitiesOmitted: tally(IDENTITY_OMITTED),
    valuesOmitted: tally(VALUE_OMITTED),
  };
}
