import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AudienceKey } from '#core/activation/destination-type.ts';
import type { AudienceIds } from '#core/activation/ports/audience-ids.ts';
import type { Submission, Submissions } from '#core/activation/ports/submissions.ts';
import type { StoredTokens, TokenStore } from '#core/activation/ports/tokens.ts';
import type { VendorState } from '#core/activation/ports/vendor-state.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import { DAY_S } from '#core/util/durations.ts';
import { mapWithConcurrency } from '#core/util/map-with-concurrency.ts';
import { batchGetFor } from './batch-get.ts';
import { numberAt, stringAt } from './item-codec.ts';

/** Longer than a queue keeps a message. */
const KEPT_S = 15 * DAY_S;
const WRITES_CONCURRENCY = 10;

interface World {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly now: Clock;
}

class DynamoDbAudienceIds implements AudienceIds {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  #item(destinationId: string, key: AudienceKey) {
    const pk = operationsKey.audienceId(destinationId, key.segmentId, key.kind);
    return { TableName: this.#world.table, Key: { pk: { S: pk } } };
  }

  async get(destinationId: string, key: AudienceKey): Promise<string | undefined> {
    const { Item = {} } = await this.#world.client.send(
      new GetItemCommand({ ...this.#item(destinationId, key), ConsistentRead: true }),
    );
    return stringAt(Item, 'id');
  }

  async claim(destinationId: string, key: AudienceKey, until: number): Promise<boolean> {
    try {
      await this.#world.client.send(
        new UpdateItemCommand({
          ...this.#item(destinationId, key),
          UpdateExpression: 'SET claimedUntil = :until',
          ConditionExpression:
            'attribute_not_exists(id) AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now)',
          ExpressionAttributeValues: { ':until': { N: String(until) }, ':now': { N: String(this.#world.now()) } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async put(destinationId: string, key: AudienceKey, id: string): Promise<void> {
    await this.#world.client.send(
      new UpdateItemCommand({
        ...this.#item(destinationId, key),
        UpdateExpression: 'SET id = :id REMOVE claimedUntil',
        ExpressionAttributeValues: { ':id': { S: id } },
      }),
    );
  }

  async release(destinationId: string, key: AudienceKey): Promise<void> {
    await this.#world.client.send(
      new UpdateItemCommand({ ...this.#item(destinationId, key), UpdateExpression: 'REMOVE claimedUntil' }),
    );
  }
}

class DynamoDbSubmissions implements Submissions {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async get(keys: readonly string[]): Promise<ReadonlyMap<string, Submission>> {
    const { client, table } = this.#world;
    const found = new Map<string, Submission>();
    for await (const [key, item] of batchGetFor(client, table, keys, operationsKey.submission)) {
      const text = stringAt(item, 'submission');
      if (text !== undefined) found.set(key, JSON.parse(text) as Submission);
    }
    return found;
  }

  async put(submissions: ReadonlyMap<string, Submission>): Promise<void> {
    const { client, table, now } = this.#world;
    const ttl = String(Math.floor(now() / 1000) + KEPT_S);
    await mapWithConcurrency(submissions, WRITES_CONCURRENCY, async ([key, submission]) => {
      const Item = {
        pk: { S: operationsKey.submission(key) },
        submission: { S: JSON.stringify(submission) },
        [TTL_ATTRIBUTE]: { N: ttl },
      };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    const { client, table, now } = this.#world;
    const ttl = String(Math.floor(now() / 1000) + DAY_S);
    await mapWithConcurrency(keys, WRITES_CONCURRENCY, async (key) => {
      const pk = operationsKey.submission(key);
      // Emptied rather than deleted, for which nothing that delivers needs a permission; what is left goes by its date.
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: pk } },
          UpdateExpression: 'REMOVE submission SET #ttl = :ttl',
          ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
          ExpressionAttributeValues: { ':ttl': { N: ttl } },
        }),
      );
    });
  }
}

const MATCHES = '(attribute_not_exists(version) AND :version = :zero) OR version = :version';

class DynamoDbTokens implements TokenStore {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async get(destinationId: string): Promise<StoredTokens> {
    const { client, table } = this.#world;
    const { Item = {} } = await client.send(
      new GetItemCommand({ TableName: table, Key: this.#key(destinationId), ConsistentRead: true }),
    );
    const [sealed, claimedUntil] = [stringAt(Item, 'sealed'), numberAt(Item, 'claimedUntil')];
    return {
      version: numberAt(Item, 'version') ?? 0,
      ...(sealed !== undefined && { sealed }),
      ...(claimedUntil !== undefined && { claimedUntil }),
    };
  }

  claim(destinationId: string, version: number, until: number): Promise<boolean> {
    return this.#write(
      destinationId,
      'SET claimedUntil = :until',
      `(${MATCHES}) AND (attribute_not_exists(claimedUntil) OR claimedUntil <= :now)`,
      { ':version': version, ':zero': 0, ':until': until, ':now': this.#world.now() },
    );
  }

  put(destinationId: string, version: number, sealed: string): Promise<boolean> {
    const values = { ':version': version, ':zero': 0, ':next': version + 1, ':sealed': sealed };
    return this.#write(destinationId, 'SET sealed = :sealed, version = :next REMOVE claimedUntil', MATCHES, values);
  }

  async release(destinationId: string, version: number): Promise<void> {
    await this.#write(destinationId, 'REMOVE claimedUntil', MATCHES, { ':version': version, ':zero': 0 });
  }

  #key(destinationId: string) {
    return { pk: { S: operationsKey.tokens(destinationId) } };
  }

  async #write(
    destinationId: string,
    update: string,
    condition: string,
    values: Readonly<Record<string, number | string>>,
  ): Promise<boolean> {
    const { client, table } = this.#world;
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: this.#key(destinationId),
          UpdateExpression: update,
          ConditionExpression: condition,
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(values).map(([name, value]) => [
              name,
              typeof value === 'number' ? { N: String(value) } : { S: value },
            ]),
          ),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** What is remembered about vendors, in the `operations` table. */
export function createDynamoDbVendorState(client: DynamoDBClient, table: string, now: Clock): VendorState {
  const world = { client, table, now };
  return {
    audienceIds: new DynamoDbAudienceIds(world),
    submissions: new DynamoDbSubmissions(world),
    tokens: new DynamoDbTokens(world),
  };
}
