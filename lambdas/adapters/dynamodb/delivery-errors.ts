import { hash } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { hourOf, hoursBetween } from '#core/activation/dataflow.ts';
import { type DeliveryError, errorName, mergedErrors } from '#core/activation/errors/delivery-error.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import { ERROR_SHARDS, ERRORS_PER_SHARD, operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { DAY_S } from '#core/util/durations.ts';
import { groupBy } from '#core/util/group-by.ts';
import { batchGet } from './batch-get.ts';
import type { Item } from './client.ts';
import { numberAt, stringAt } from './item-codec.ts';

/** As long as a dead letter may be replayed. */
const KEPT_S = 14 * DAY_S;

/** Before the id of an error: what it says, how often it was met, and when last. */
const SAYS = 'says:';
const TIMES = 'times:';
const LAST = 'last:';

const idOf = (error: DeliveryError): string => hash('sha256', errorName(error), 'base64url').slice(0, 12);
const shardOf = (id: string): number => Number.parseInt(hash('sha256', id).slice(0, 4), 16) % ERROR_SHARDS;

/**
 * Errors of destinations in the `operations` table: some items for each destination and hour, each with a limited number of
 * errors. Those that were there first stay, and are counted on.
 */
export class DynamoDbDeliveryErrors implements DeliveryErrors {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  /** Ids that an item is known to hold, of the hours that were written last: whoever is full is not asked again. */
  readonly #known = new Map<string, ReadonlySet<string>>();

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async add(destinationId: string, at: number, errors: readonly DeliveryError[]): Promise<void> {
    const hour = hourOf(at);
    const shards = groupBy(mergedErrors(errors), (error) => shardOf(idOf(error)));
    await Promise.all(
      [...shards].map(([shard, own]) =>
        this.#addTo(operationsKey.deliveryErrors(destinationId, hour, shard), hour, own),
      ),
    );
  }

  async #addTo(pk: string, hour: number, errors: readonly DeliveryError[]): Promise<void> {
    let known = this.#known.get(pk) ?? (await this.#idsIn(pk));
    for (let isAgain = false; ; isAgain = true) {
      const isKnown = (error: DeliveryError): boolean => known.has(idOf(error));
      const room = Math.max(0, ERRORS_PER_SHARD - known.size);
      const fresh = errors.filter((error) => !isKnown(error)).slice(0, room);
      const noted = [...errors.filter(isKnown), ...fresh];
      if (noted.length === 0) return this.#remember(pk, known);
      if (await this.#write(pk, hour, noted, fresh.length)) {
        return this.#remember(pk, new Set([...known, ...fresh.map(idOf)]));
      }
      known = await this.#idsIn(pk);
      // Others write at the same moment: what is known is counted, the rest has no room by now.
      if (isAgain) known = new Set([...known, ...Array.from({ length: ERRORS_PER_SHARD }, (_, n) => `full ${n}`)]);
    }
  }

  /** A function serves lanes for hours: what it knows of hours that are over is of no more use. */
  #remember(pk: string, ids: ReadonlySet<string>): void {
    if (this.#known.size > 1_000) this.#known.clear();
    this.#known.set(pk, ids);
  }

  async #idsIn(pk: string): Promise<ReadonlySet<string>> {
    const { Item: item = {} } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    return new Set(idsOf(item));
  }

  /** @returns whether it was written: there was room */
  async #write(pk: string, hour: number, errors: readonly DeliveryError[], fresh: number): Promise<boolean> {
    const sets = errors.map((_, i) => `#s${i} = if_not_exists(#s${i}, :s${i}), #l${i} = :l${i}`);
    const adds = errors.map((_, i) => `#t${i} :t${i}`);
    const names = errors.flatMap((error, i) => {
      const id = idOf(error);
      return [[`#s${i}`, SAYS + id] as const, [`#l${i}`, LAST + id] as const, [`#t${i}`, TIMES + id] as const];
    });
    const values = errors.flatMap(({ times, last, ...says }, i): [string, AttributeValue][] => [
      [`:s${i}`, { S: JSON.stringify(says) }],
      [`:l${i}`, { N: String(last) }],
      [`:t${i}`, { N: String(times) }],
    ]);
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { pk: { S: pk } },
          UpdateExpression: `SET ${sets.join(', ')}, #ttl = :ttl ADD ${['#errors :fresh', ...adds].join(', ')}`,
          ConditionExpression: 'attribute_not_exists(#errors) OR #errors <= :room',
          ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE, '#errors': 'errors', ...Object.fromEntries(names) },
          ExpressionAttributeValues: {
            ':ttl': { N: String(Math.ceil(hour / 1000) + KEPT_S) },
            ':fresh': { N: String(fresh) },
            ':room': { N: String(ERRORS_PER_SHARD - fresh) },
            ...Object.fromEntries(values),
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async list(destinationId: string, from: number, to: number): Promise<DeliveryError[]> {
    const keys = hoursBetween(from, to).flatMap((hour) =>
      Array.from({ length: ERROR_SHARDS }, (_, shard) => operationsKey.deliveryErrors(destinationId, hour, shard)),
    );
    const found: DeliveryError[] = [];
    for await (const item of batchGet(this.#client, this.#table, keys)) found.push(...errorsIn(item));
    return found;
  }
}

const idsOf = (item: Item): string[] =>
  Object.keys(item).flatMap((name) => (name.startsWith(SAYS) ? [name.slice(SAYS.length)] : []));

const errorsIn = (item: Item): DeliveryError[] =>
  idsOf(item).map((id) => {
    const says = JSON.parse(stringAt(item, SAYS + id)!) as Omit<DeliveryError, 'times' | 'last'>;
    return { ...says, times: numberAt(item, TIMES + id)!, last: numberAt(item, LAST + id)! };
  });
