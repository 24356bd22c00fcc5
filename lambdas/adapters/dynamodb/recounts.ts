import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { addCounters, type Counters } from '#core/counts/counters.ts';
import type { CounterReading, SeriesTotals } from '#core/counts/ports/count-store.ts';
import type { FinishedRecount, Recounts } from '#core/counts/ports/recounts.ts';
import type { Clock } from '#core/ports/clock.ts';
import { DAY_S } from '#core/util/durations.ts';
import { batchGet } from './batch-get.ts';
import type { Item } from './client.ts';
import { decodeState, encodeState, numberAt } from './item-codec.ts';

const KEPT_S = 7 * DAY_S;

interface Beginning {
  readonly series: readonly (readonly [string, SeriesTotals])[];
}

/** What the steps before have found, and what the last one has. */
interface Found {
  readonly earlier: Counters;
  readonly last: Counters;
}

/** In the `operations` table: an item for the beginning of a recount, and one for each part. */
export class DynamoDbRecounts implements Recounts {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #now: Clock;

  constructor(client: DynamoDBClient, table: string, now: Clock) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async begin(jobId: string, reading: CounterReading): Promise<void> {
    const beginning: Beginning = { series: [...reading] };
    const item = this.#item(operationsKey.recount(jobId, 'begin'), encodeState(beginning));
    try {
      await this.#client.send(
        new PutItemCommand({ TableName: this.#table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async found(
    jobId: string,
    { partition, revision }: { readonly partition: number; readonly revision: number },
    found: Counters,
  ): Promise<void> {
    const pk = operationsKey.recount(jobId, partition);
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    const { earlier, last } = Item ? decodeState<Found>(Item) : { earlier: {}, last: {} };
    const isAgain = Item !== undefined && numberAt(Item, 'revision') === revision;
    const after: Found = { earlier: isAgain ? earlier : addCounters(earlier, last), last: found };
    const item = this.#item(pk, { ...encodeState(after), revision: { N: String(revision) } });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
  }

  async read(jobId: string, partitions: number) {
    const begin = operationsKey.recount(jobId, 'begin');
    const parts = Array.from({ length: partitions }, (_, partition) => operationsKey.recount(jobId, partition));
    let before: CounterReading | undefined;
    const found: Counters[] = [];
    for await (const item of batchGet(this.#client, this.#table, [begin, ...parts])) {
      if (item.pk.S === begin) before = new Map(decodeState<Beginning>(item).series);
      else {
        const { earlier, last } = decodeState<Found>(item);
        found.push(earlier, last);
      }
    }
    return before && { before, found: addCounters(...found) };
  }

  async finish(recount: FinishedRecount): Promise<void> {
    const item = this.#item(operationsKey.recountWaiting(), encodeState(recount));
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
  }

  async waiting(): Promise<FinishedRecount | undefined> {
    const Key = { pk: { S: operationsKey.recountWaiting() } };
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }));
    return Item?.state && decodeState<FinishedRecount>(Item);
  }

  /** The item stays, so that nobody has to be allowed to delete any. */
  async compared(): Promise<void> {
    const item = this.#item(operationsKey.recountWaiting(), {});
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
  }

  #item(pk: string, attributes: Item): Item {
    const expiresAt = Math.ceil(this.#now() / 1_000) + KEPT_S;
    return { pk: { S: pk }, [TTL_ATTRIBUTE]: { N: String(expiresAt) }, ...attributes };
  }
}
