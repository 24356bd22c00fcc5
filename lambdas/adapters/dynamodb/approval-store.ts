import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { APPROVAL_MS, type Approval } from '#core/callers/approval.ts';
import type { ApprovalStore } from '#core/callers/ports/approval-store.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { putAll } from './client.ts';
import { decodeState, encodeState, numberAt } from './item-codec.ts';

/** Approvals in items of the `operations` table. */
export class DynamoDbApprovalStore implements ApprovalStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(id: string): Promise<Approval | undefined> {
    const Key = { pk: { S: operationsKey.approval(id) } };
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }));
    return Item && { ...decodeState<Omit<Approval, 'revision'>>(Item), revision: numberAt(Item, 'revision')! };
  }

  async write({ revision, ...state }: Approval): Promise<void> {
    // Made or not, who asked and who approved is looked at for some weeks.
    const expiresAt = state.askedAt + 5 * APPROVAL_MS;
    await putAll(this.#client, this.#table, [
      {
        item: {
          pk: { S: operationsKey.approval(state.id) },
          revision: { N: String(revision + 1) },
          ...encodeState(state),
          [TTL_ATTRIBUTE]: { N: String(Math.ceil(expiresAt / 1_000)) },
        },
        expect: { name: 'revision', value: revision },
      },
    ]);
  }
}
