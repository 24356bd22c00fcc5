import { randomInt } from 'node:crypto';
import {
  type AttributeValue,
  type CancellationReason,
  DeleteItemCommand,
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { ACTIVITY_SHARDS, operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import {
  type ActivityCounts,
  COUNTED,
  type Count,
  type CountChange,
  type Counted,
  type ExperienceCounts,
  type Exposure,
  type ExposureChange,
  type Exposures,
} from '#core/personalisation/ports/activity-counts.ts';
import type { Clock } from '#core/ports/clock.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import { DAY_S } from '#core/util/durations.ts';
import { batchGetFor } from './batch-get.ts';
import { type Item, isConflict } from './client.ts';
import { numberAt, stringAt } from './item-codec.ts';

/** As long as what the platform delivers to itself may come again, dead letters included. */
const MARKS_KEPT_S = 15 * DAY_S;
/** A success so long after the last display is none of the activity's. */
const EXPOSURES_KEPT_S = 90 * DAY_S;
/** Before the id of an activity, as the name of an attribute. */
const SEEN = 'seen:';
const SHARDS = Array.from({ length: ACTIVITY_SHARDS }, (_, shard) => shard);

/** Counters of activities in the `operations` table, and what devices and persons have seen: an item for each of them. */
export class DynamoDbActivityCounts implements ActivityCounts {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #now: Clock;

  constructor(client: DynamoDBClient, table: string, now: Clock) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async exposures(identities: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, Exposures>> {
    const found = new Map<IdentityKey, Exposures>();
    const items = batchGetFor(this.#client, this.#table, identities, operationsKey.exposures);
    for await (const [identity, item] of items) found.set(identity, exposuresIn(item));
    return found;
  }

  async commit({ marks, exposures, counts }: CountChange): Promise<'done' | 'known'> {
    const now = Math.floor(this.#now() / 1_000);
    const shard = randomInt(ACTIVITY_SHARDS);
    const byIdentity = Map.groupBy(exposures, ({ identity }) => identity);
    const byActivity = Map.groupBy(counts, ({ activity }) => activity);
    const items: TransactWriteItem[] = [
      ...marks.map((mark) => this.#mark(mark, now + MARKS_KEPT_S)),
      ...[...byIdentity].map(([identity, own]) => this.#expose(identity, own, now + EXPOSURES_KEPT_S)),
      ...[...byActivity].map(([activity, own]) => this.#count(operationsKey.activityCounts(activity, shard), own)),
    ];
    try {
      await this.#client.send(new TransactWriteItemsCommand({ TransactItems: items }));
      return 'done';
    } catch (error) {
      if (error instanceof TransactionCanceledException && isKnown(error.CancellationReasons, marks.length))
        return 'known';
      throw isConflict(error) ? new ConflictError('what was counted of activities') : error;
    }
  }

  async totals(activities: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, ExperienceCounts>>> {
    const shards = activities.flatMap((id) => SHARDS.map((shard) => ({ id, shard })));
    const totals = new Map(activities.map((id) => [id, new Map<string, Record<Counted, number>>()]));
    const keyOf = ({ id, shard }: (typeof shards)[number]): string => operationsKey.activityCounts(id, shard);
    const items = batchGetFor(this.#client, this.#table, shards, keyOf);
    for await (const [{ id }, item] of items) addTo(totals.get(id)!, item);
    return totals;
  }

  async erase(identities: readonly IdentityKey[]): Promise<void> {
    for (const identity of identities) {
      const Key = { pk: { S: operationsKey.exposures(identity) } };
      await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key }));
    }
  }

  #mark(mark: string, expiresAt: number): TransactWriteItem {
    return {
      Put: {
        TableName: this.#table,
        Item: { pk: { S: operationsKey.counted(mark) }, [TTL_ATTRIBUTE]: { N: String(expiresAt) } },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
  }

  #expose(identity: IdentityKey, changes: readonly ExposureChange[], expiresAt: number): TransactWriteItem {
    const values: Record<string, AttributeValue> = { ':ttl': { N: String(expiresAt) } };
    for (const [i, { before, after }] of changes.entries()) {
      values[`:after${i}`] = { S: written(after) };
      if (before) values[`:before${i}`] = { S: written(before) };
    }
    return {
      Update: {
        TableName: this.#table,
        Key: { pk: { S: operationsKey.exposures(identity) } },
        UpdateExpression: `SET ${[...changes.map((_, i) => `#n${i} = :after${i}`), '#ttl = :ttl'].join(', ')}`,
        ConditionExpression: changes
          .map(({ before }, i) => (before ? `#n${i} = :before${i}` : `attribute_not_exists(#n${i})`))
          .join(' AND '),
        ExpressionAttributeNames: {
          '#ttl': TTL_ATTRIBUTE,
          ...Object.fromEntries(changes.map(({ activity }, i) => [`#n${i}`, `${SEEN}${activity}`])),
        },
        ExpressionAttributeValues: values,
      },
    };
  }

  #count(key: string, counts: readonly Count[]): TransactWriteItem {
    return {
      Update: {
        TableName: this.#table,
        Key: { pk: { S: key } },
        UpdateExpression: `ADD ${counts.map((_, i) => `#n${i} :by${i}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(
          counts.map(({ counted, experience }, i) => [`#n${i}`, `${counted}:${experience}`]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          counts.map(({ by }, i): [string, AttributeValue] => [`:by${i}`, { N: String(by) }]),
        ),
      },
    };
  }
}

/** The reasons stand in the order of the writes, the marks first. */
const isKnown = (reasons: readonly CancellationReason[] | undefined, marks: number): boolean =>
  (reasons ?? []).slice(0, marks).some(({ Code }) => Code === 'ConditionalCheckFailed');

/** Compared as text, so always written alike. */
const written = ({ experience, at, converted }: Exposure): string =>
  JSON.stringify([experience, at, ...(converted ? [1] : [])]);

function exposuresIn(item: Item): Exposures {
  const names = Object.keys(item).filter((name) => name.startsWith(SEEN));
  return new Map(
    names.map((name) => {
      const [experience, at, converted] = JSON.parse(stringAt(item, name)!) as [string, number, number?];
      return [name.slice(SEEN.length), { experience, at, converted: converted === 1 }];
    }),
  );
}

function addTo(experiences: Map<string, Record<Counted, number>>, item: Item): void {
  for (const name of Object.keys(item)) {
    const colon = name.indexOf(':');
    const counted = COUNTED.find((one) => one === name.slice(0, Math.max(colon, 0)));
    if (!counted) continue;
    const experience = name.slice(colon + 1);
    const counts = experiences.get(experience) ?? { displays: 0, visitors: 0, clicks: 0, conversions: 0 };
    counts[counted] += numberAt(item, name) ?? 0;
    experiences.set(experience, counts);
  }
}
