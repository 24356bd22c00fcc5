import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import { isReplacing, meet, type Remembered, type Timeline, type TimelineEntry } from '#core/profile/ports/timeline.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import type { Item } from './client.ts';
import { packJson, unpackJson } from './compact-json.ts';
import { bytesAt, numberAt, stringAt } from './item-codec.ts';

const MOST_DELETES = 25;
const ATTEMPTS = 8;

/**
 * The `timeline` table: identity and record id are the key, and the names of attributes are one letter, since an event
 * has to fit into one KB.
 */
export class DynamoDbTimeline implements Timeline {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async remember(entry: TimelineEntry): Promise<Remembered> {
    let known: Item | undefined;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { outcome, item } = known ? replacing(known, entry) : { outcome: NEW, item: timelineAttributes(entry) };
      const rival = item && (await this.#putUnless(item, known));
      if (!rival) return outcome;
      // Where it has gone since, it is put anew.
      known = rival.pk ? rival : undefined;
    }
    throw new ConflictError('an entry of the timeline');
  }

  /** Puts an item in place of the one that is known, or of none. @returns what is there instead, if so */
  async #putUnless(item: Item, known: Item | undefined): Promise<Item | undefined> {
    const version = known?.v;
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: item,
          ...(known
            ? {
                ConditionExpression: `a = :a AND ${version ? 'v = :v' : 'attribute_not_exists(v)'}`,
                ExpressionAttributeValues: { ':a': known.a!, ...(version && { ':v': version }) },
              }
            : { ConditionExpression: 'attribute_not_exists(pk)' }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item ?? (await this.#itemAt(item.pk!.S!, item.sk!.S!)) ?? {};
    }
  }

  async get(identity: IdentityKey, id: string): Promise<TimelineEntry | undefined> {
    const item = await this.#itemAt(identity, id);
    return item && readTimelineAttributes(item);
  }

  async #itemAt(identity: IdentityKey, id: string): Promise<Item | undefined> {
    const Key = { pk: { S: identity }, sk: { S: id } };
    return (await this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }))).Item;
  }

  async *read(identity: IdentityKey): AsyncIterable<TimelineEntry> {
    for await (const item of this.#query(identity)) yield readTimelineAttributes(item);
  }

  async setExpiry(identity: IdentityKey, id: string, expiresAt: number | undefined): Promise<void> {
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { pk: { S: identity }, sk: { S: id } },
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#expiry': TTL_ATTRIBUTE },
          ...(expiresAt === undefined
            ? { UpdateExpression: 'REMOVE #expiry' }
            : {
                UpdateExpression: 'SET #expiry = :expiry',
                ExpressionAttributeValues: { ':expiry': { N: inSeconds(expiresAt) } },
              }),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async erase(identity: IdentityKey, id?: string): Promise<number> {
    const keys = id === undefined ? this.#query(identity, 'pk, sk') : [{ pk: { S: identity }, sk: { S: id } }];
    let requests: WriteRequest[] = [];
    let count = 0;
    for await (const { pk, sk } of keys) {
      requests.push({ DeleteRequest: { Key: { pk: pk!, sk: sk! } } });
      count += 1;
      if (requests.length < MOST_DELETES) continue;
      await this.#delete(requests);
      requests = [];
    }
    if (requests.length > 0) await this.#delete(requests);
    return count;
  }

  async #delete(requests: readonly WriteRequest[]): Promise<void> {
    let left = [...requests];
    for (let attempt = 1; left.length > 0; attempt++) {
      if (attempt > ATTEMPTS) throw new Error(`Table ${this.#table} left items undeleted after ${ATTEMPTS} attempts`);
      if (attempt > 1) await backoffBefore(attempt);
      const { UnprocessedItems } = await this.#client.send(
        new BatchWriteItemCommand({ RequestItems: { [this.#table]: left } }),
      );
      left = UnprocessedItems?.[this.#table] ?? [];
    }
  }

  async *#query(identity: IdentityKey, projection?: string): AsyncIterable<Item> {
    let start: Item | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :identity',
          ExpressionAttributeValues: { ':identity': { S: identity } },
          ConsistentRead: true,
          ...(projection !== undefined && { ProjectionExpression: projection }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      yield* page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start);
  }
}

const NEW: Remembered = 'new';

/** What becomes of an entry whose place is taken, and the item that is put there, if one is. */
function replacing(known: Item, entry: TimelineEntry): { readonly outcome: Remembered; readonly item?: Item } {
  if (entry.version === undefined)
    return { outcome: stringAt(known, 'a') === entry.ingestionId ? 'again' : 'duplicate' };
  const outcome = meet(readTimelineAttributes(known), entry);
  return isReplacing(outcome) ? { outcome, item: timelineAttributes(entry) } : { outcome };
}

/** The item of an entry. */
export function timelineAttributes(entry: TimelineEntry): Item {
  return {
    pk: { S: entry.identity },
    sk: { S: entry.id },
    a: { S: entry.ingestionId },
    d: { S: entry.datasetId },
    t: { N: String(entry.time) },
    r: { N: String(entry.receivedAt) },
    ...(entry.json !== undefined && { e: { B: packJson(entry.json) } }),
    ...(entry.version !== undefined && { v: { S: entry.version } }),
    ...(entry.expiresAt !== undefined && { [TTL_ATTRIBUTE]: { N: inSeconds(entry.expiresAt) } }),
  };
}

/** DynamoDB's time-to-live counts seconds. */
const inSeconds = (instant: number): string => String(Math.ceil(instant / 1_000));

function readTimelineAttributes(item: Item): TimelineEntry {
  const event = bytesAt(item, 'e');
  const version = stringAt(item, 'v');
  const expiresAt = numberAt(item, TTL_ATTRIBUTE);
  return {
    identity: stringAt(item, 'pk')!,
    id: stringAt(item, 'sk')!,
    ingestionId: stringAt(item, 'a')!,
    datasetId: stringAt(item, 'd')!,
    time: numberAt(item, 't')!,
    receivedAt: numberAt(item, 'r')!,
    ...(event && { json: unpackJson(event) }),
    ...(version !== undefined && { version }),
    ...(expiresAt !== undefined && { expiresAt: expiresAt * 1_000 }),
  };
}
