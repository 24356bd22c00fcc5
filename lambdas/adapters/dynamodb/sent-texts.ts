import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  mostForbidding,
  type SentTexts,
  TEXT_TRANSITIONS,
  type TextClaim,
  type TextEntry,
  type TextState,
} from '#core/activation/ports/sent-texts.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { batchGet } from './batch-get.ts';
import { numberAt, stringAt } from './item-codec.ts';

const FAILED = 'ConditionalCheckFailed';

/** Which texts were sent, in the `operations` table. */
export class DynamoDbSentTexts implements SentTexts {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(keys: readonly string[]): Promise<TextEntry | undefined> {
    const found: TextEntry[] = [];
    for await (const item of batchGet(this.#client, this.#table, keys.map(operationsKey.text))) {
      found.push({ state: stringAt(item, 'state') as TextState, at: numberAt(item, 'at')! });
    }
    return mostForbidding(found);
  }

  async claim({ keys, person, day, perDay, at, expiresAt }: TextClaim): Promise<'claimed' | 'known' | 'capped'> {
    const ttl = { N: String(Math.ceil(expiresAt / 1_000)) };
    const puts = keys.map((key) => ({
      Put: {
        TableName: this.#table,
        Item: {
          pk: { S: operationsKey.text(key) },
          state: { S: 'claimed' },
          at: { N: String(at) },
          [TTL_ATTRIBUTE]: ttl,
        },
        // What is past its time and still there counts: to be careful costs nothing.
        ConditionExpression: 'attribute_not_exists(pk) OR #state = :rejected',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':rejected': { S: 'rejected' } },
      },
    }));
    const count = {
      Update: {
        TableName: this.#table,
        Key: { pk: { S: operationsKey.textsOfDay(person, day) } },
        UpdateExpression: 'ADD #count :one SET #ttl = :ttl',
        ConditionExpression: 'attribute_not_exists(#count) OR #count < :most',
        ExpressionAttributeNames: { '#count': 'count', '#ttl': TTL_ATTRIBUTE },
        ExpressionAttributeValues: { ':one': { N: '1' }, ':most': { N: String(perDay) }, ':ttl': ttl },
      },
    };
    try {
      await this.#client.send(new TransactWriteItemsCommand({ TransactItems: [...puts, count] }));
      return 'claimed';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      // Another is at the same person just now: whoever comes later finds out what became of it.
      if (codes.slice(0, -1).includes(FAILED) || codes.includes('TransactionConflict')) return 'known';
      if (codes.at(-1) === FAILED) return 'capped';
      throw error;
    }
  }

  async reject({ keys, person, day }: TextClaim): Promise<void> {
    if (!(await this.#move(keys, 'rejected'))) return;
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: operationsKey.textsOfDay(person, day) } },
        UpdateExpression: 'ADD #count :less',
        ExpressionAttributeNames: { '#count': 'count' },
        ExpressionAttributeValues: { ':less': { N: '-1' } },
      }),
    );
  }

  settle(keys: readonly string[], state: 'sent' | 'unknown' | 'notSent'): Promise<boolean> {
    return this.#move(keys, state);
  }

  async #move(keys: readonly string[], state: Exclude<TextState, 'claimed'>): Promise<boolean> {
    const from = TEXT_TRANSITIONS[state];
    const names = from.map((_, i) => `:from${i}`);
    let isMoved = false;
    for (const key of keys) {
      try {
        await this.#client.send(
          new UpdateItemCommand({
            TableName: this.#table,
            Key: { pk: { S: operationsKey.text(key) } },
            UpdateExpression: 'SET #state = :state',
            ConditionExpression: `#state IN (${names.join(', ')})`,
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':state': { S: state },
              ...Object.fromEntries(from.map((each, i) => [names[i]!, { S: each }])),
            },
          }),
        );
        isMoved = true;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
    return isMoved;
  }
}
