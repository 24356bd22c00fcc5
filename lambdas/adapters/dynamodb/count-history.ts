import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { CountHistory } from '#core/counts/ports/count-history.ts';
import type { StageCounts } from '#core/counts/stage-counts.ts';
import { DAY_MS, DAY_S, HOUR_MS } from '#core/util/durations.ts';
import { batchGetFor } from './batch-get.ts';
import { decodeState, encodeState } from './item-codec.ts';

type Every = 'hour' | 'day';

/** Hours for a quarter of a year; days for more than a year, so that one can be compared with the year before. */
const KEPT_S: Readonly<Record<Every, number>> = { hour: 92 * DAY_S, day: 400 * DAY_S };
const LENGTH_MS: Readonly<Record<Every, number>> = { hour: HOUR_MS, day: DAY_MS };
/** As much of an ISO instant as names an hour or a day. */
const NAMED_BY: Readonly<Record<Every, number>> = { hour: 13, day: 10 };

/** In the `operations` table: an item for each hour, and one for each day. */
export class DynamoDbCountHistory implements CountHistory {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async write(counts: StageCounts): Promise<void> {
    for (const every of ['hour', 'day'] as const) {
      const Item = {
        pk: { S: keyOf(every, counts.asOf) },
        [TTL_ATTRIBUTE]: { N: String(Math.ceil(counts.asOf / 1_000) + KEPT_S[every]) },
        ...encodeState(counts),
      };
      await this.#client.send(new PutItemCommand({ TableName: this.#table, Item }));
    }
  }

  async read(every: Every, from: number, to: number): Promise<readonly StageCounts[]> {
    const length = LENGTH_MS[every];
    const first = Math.floor(from / length);
    const last = Math.floor(to / length);
    const instants = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * length);
    const found: StageCounts[] = [];
    const keys = (at: number): string => keyOf(every, at);
    for await (const [, item] of batchGetFor(this.#client, this.#table, instants, keys, { consistent: false })) {
      found.push(decodeState<StageCounts>(item));
    }
    return found.sort((x, y) => x.asOf - y.asOf);
  }
}

const keyOf = (every: Every, at: number): string =>
  operationsKey.countsAt(new Date(at).toISOString().slice(0, NAMED_BY[every]));
