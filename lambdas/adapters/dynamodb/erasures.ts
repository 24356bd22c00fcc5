import {
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import type { Erasures } from '#core/privacy/ports/erasures.ts';
import { DAY_S } from '#core/util/durations.ts';
import { batchGet, batchGetFor } from './batch-get.ts';
import { putAll } from './client.ts';
import { decodeState, encodeState, numberAt, type StoredAttributes } from './item-codec.ts';

const KEPT_S = 400 * DAY_S;

/**
 * Deletions in the `operations` table, and an item that names those that are under way: an id may stand there without its
 * deletion, where who wrote it died in between, but no deletion without its id.
 */
export class DynamoDbErasures implements Erasures {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(requestId: string): Promise<Erasure | undefined> {
    for await (const item of batchGet(this.#client, this.#table, [operationsKey.erasure(requestId)])) {
      return erasureIn(item, requestId);
    }
    return undefined;
  }

  async underWay(): Promise<Erasure[]> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: this.#list, ConsistentRead: true }),
    );
    const ids = item?.ids?.SS ?? [];
    const found: Erasure[] = [];
    for await (const [id, each] of batchGetFor(this.#client, this.#table, ids, operationsKey.erasure)) {
      found.push(erasureIn(each, id));
    }
    return found
      .filter(({ status }) => status === 'under-way')
      .sort((x, y) => x.requestedAt - y.requestedAt || (x.requestId < y.requestId ? -1 : 1));
  }

  async save(erasure: Erasure): Promise<void> {
    const { requestId, revision, ...state } = erasure;
    if (revision === 0) await this.#note('ADD', requestId);
    const item = {
      pk: { S: operationsKey.erasure(requestId) },
      revision: { N: String(revision + 1) },
      ...encodeState(state),
      ...(state.doneAt !== undefined && {
        [TTL_ATTRIBUTE]: { N: String(Math.ceil(state.doneAt / 1_000) + KEPT_S) },
      }),
    };
    await putAll(this.#client, this.#table, [{ item, expect: { name: 'revision', value: revision } }]);
    if (state.status === 'done') await this.#note('DELETE', requestId);
  }

  readonly #list = { pk: { S: operationsKey.erasures() } };

  async #note(what: 'ADD' | 'DELETE', requestId: string): Promise<void> {
    const update: UpdateItemCommandInput = {
      TableName: this.#table,
      Key: this.#list,
      UpdateExpression: `${what} ids :id`,
      ExpressionAttributeValues: { ':id': { SS: [requestId] } },
    };
    await this.#client.send(new UpdateItemCommand(update));
  }
}

const erasureIn = (item: StoredAttributes, requestId: string): Erasure => ({
  ...decodeState<Omit<Erasure, 'requestId' | 'revision'>>(item),
  requestId,
  revision: numberAt(item, 'revision')!,
});
