import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { jobKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { isActive, type Job, type JobPartition, type JobStatus, type NewJob } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { DAY_S } from '#core/util/durations.ts';
import { type Item, isConflict } from './client.ts';
import { numberAt, stringAt } from './item-codec.ts';

const KEPT_S = 90 * DAY_S;
const ACTIVE = { ':queued': { S: 'queued' }, ':running': { S: 'running' } };
const IS_ACTIVE = '#status IN (:queued, :running)';

/** The place of a part whose job is still going on: identities, which nobody keeps once it has ended. */
type Place = Pick<JobPartition, 'after' | 'again'>;

/**
 * Jobs in the `operations` table, each one item with its parts in it, `part0`, `place0`, `revision0` and so on: so that a
 * step of a part is one conditional write whose answer shows how far the others have come. Beside them an item says
 * which job is the current one.
 */
export class DynamoDbJobs implements Jobs {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #prefix: string;

  /** @param prefix that of the keys of this kind of job */
  constructor(client: DynamoDBClient, table: string, prefix: string) {
    this.#client = client;
    this.#table = table;
    this.#prefix = prefix;
  }

  async latest(): Promise<{ current?: Job; finished?: Job }> {
    const latest = (await this.#read(jobKey.latest(this.#prefix))) ?? {};
    const [current, finished] = await Promise.all(
      ['currentJob', 'finishedJob'].map(async (name) => {
        const id = stringAt(latest, name);
        return id === undefined ? undefined : await this.get(id);
      }),
    );
    return { ...(current && { current }), ...(finished && { finished }) };
  }

  async get(id: string): Promise<Job | undefined> {
    const item = await this.#read(this.#key(id));
    return item && jobIn(item);
  }

  async open(
    job: NewJob,
    instead: { readonly job: Job; readonly as: 'superseded' | 'failed' } | undefined,
  ): Promise<void> {
    const replaced = instead && isActive(instead.job) ? [this.#replace(instead.job, instead.as, job.startedAt)] : [];
    const TransactItems = [this.#create(job), this.#makeCurrent(job.id, instead?.job.id), ...replaced];
    try {
      await this.#client.send(new TransactWriteItemsCommand({ TransactItems }));
    } catch (error) {
      throw isConflict(error) ? new ConflictError('the current job') : error;
    }
  }

  #create({ id, partitions, ...job }: NewJob): TransactWriteItem {
    const values: Record<string, AttributeValue> = {
      ':job': { S: JSON.stringify({ id, ...job }) },
      ':queued': { S: 'queued' },
      ':parts': { N: String(partitions) },
      ':at': { N: String(job.startedAt) },
      ':ttl': { N: String(Math.ceil(job.startedAt / 1_000) + KEPT_S) },
      ':zero': { N: '0' },
    };
    const revisions = Array.from({ length: partitions }, (_, i) => `, revision${i} = :zero`).join('');
    return {
      Update: {
        TableName: this.#table,
        Key: { pk: { S: this.#key(id) } },
        UpdateExpression: `SET job = :job, #status = :queued, #parts = :parts, touchedAt = :at, #ttl = :ttl${revisions}`,
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeNames: { '#status': 'status', '#parts': 'parts', '#ttl': TTL_ATTRIBUTE },
        ExpressionAttributeValues: values,
      },
    };
  }

  #makeCurrent(id: string, before: string | undefined): TransactWriteItem {
    return {
      Update: {
        TableName: this.#table,
        Key: { pk: { S: jobKey.latest(this.#prefix) } },
        UpdateExpression: 'SET currentJob = :id',
        ConditionExpression: before === undefined ? 'attribute_not_exists(currentJob)' : 'currentJob = :before',
        ExpressionAttributeValues: { ':id': { S: id }, ...(before !== undefined && { ':before': { S: before } }) },
      },
    };
  }

  #replace({ id, partitions }: Job, status: JobStatus, endedAt: number): TransactWriteItem {
    return {
      Update: {
        TableName: this.#table,
        Key: { pk: { S: this.#key(id) } },
        UpdateExpression: `SET #status = :status, endedAt = :at REMOVE ${partitions.map((_, i) => `place${i}`).join(', ')}`,
        ConditionExpression: IS_ACTIVE,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ...ACTIVE, ':status': { S: status }, ':at': { N: String(endedAt) } },
      },
    };
  }

  async dispatched(id: string): Promise<void> {
    await this.#update(id, 'SET #status = :running', '#status = :queued', ACTIVE);
  }

  async advance(
    id: string,
    index: number,
    { revision, after, again, ...partition }: JobPartition,
    now: number,
  ): Promise<Job | undefined> {
    const place: Place = { again, ...(after !== undefined && { after }) };
    const hasEnded = partition.status !== 'open';
    const item = await this.#update(
      id,
      `SET part${index} = :part, revision${index} = :next, touchedAt = :now${hasEnded ? ` REMOVE place${index}` : `, place${index} = :place`}`,
      `revision${index} = :before AND ${IS_ACTIVE}`,
      {
        ...ACTIVE,
        ':part': { S: JSON.stringify(partition) },
        ':next': { N: String(revision) },
        ':before': { N: String(revision - 1) },
        ':now': { N: String(now) },
        ...(!hasEnded && { ':place': { S: JSON.stringify(place) } }),
      },
    );
    return item && jobIn(item);
  }

  async end({ id, startedAt }: Job, end: { status: 'finished' | 'failed'; endedAt: number }): Promise<void> {
    if (end.status === 'finished') await this.#rememberFinished(id, startedAt);
    await this.#update(id, 'SET #status = :status, endedAt = :at', IS_ACTIVE, {
      ...ACTIVE,
      ':status': { S: end.status },
      ':at': { N: String(end.endedAt) },
    });
  }

  async #rememberFinished(id: string, startedAt: number): Promise<void> {
    await this.#conditionally({
      Key: { pk: { S: jobKey.latest(this.#prefix) } },
      UpdateExpression: 'SET finishedJob = :id, finishedStart = :at',
      ConditionExpression: 'attribute_not_exists(finishedStart) OR finishedStart <= :at',
      ExpressionAttributeValues: { ':id': { S: id }, ':at': { N: String(startedAt) } },
    });
  }

  #update(
    id: string,
    UpdateExpression: string,
    ConditionExpression: string,
    ExpressionAttributeValues: Record<string, AttributeValue>,
  ): Promise<Item | undefined> {
    return this.#conditionally({
      Key: { pk: { S: this.#key(id) } },
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues,
    });
  }

  /** @returns the item after it was written; undefined when the condition does not hold */
  async #conditionally(update: {
    readonly Key: Item;
    readonly UpdateExpression: string;
    readonly ConditionExpression: string;
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues: Record<string, AttributeValue>;
  }): Promise<Item | undefined> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateItemCommand({ TableName: this.#table, ReturnValues: 'ALL_NEW', ...update }),
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  #key(id: string): string {
    return jobKey.job(this.#prefix, id);
  }

  async #read(pk: string): Promise<Item | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    return item;
  }
}

function jobIn(item: Item): Job {
  const endedAt = numberAt(item, 'endedAt');
  const partitions = Array.from({ length: numberAt(item, 'parts')! }, (_, index): JobPartition => {
    const partition = stringAt(item, `part${index}`);
    const place = stringAt(item, `place${index}`);
    return {
      ...(partition === undefined
        ? { status: 'open', isRead: false, tally: {} }
        : (JSON.parse(partition) as JobPartition)),
      ...(place === undefined ? { again: [] } : (JSON.parse(place) as Place)),
      revision: numberAt(item, `revision${index}`)!,
    };
  });
  return {
    ...(JSON.parse(stringAt(item, 'job')!) as Omit<NewJob, 'partitions'>),
    status: stringAt(item, 'status') as JobStatus,
    partitions,
    touchedAt: numberAt(item, 'touchedAt')!,
    ...(endedAt !== undefined && { endedAt }),
  };
}
