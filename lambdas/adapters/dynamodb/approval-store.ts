import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { APPROVAL_MS, type Approval } from '#core/callers/approval.ts';
import { type ApprovalStore, MAX_LISTED } from '#core/callers/ports/approval-store.ts';
import { operationsKey, TTL_ATTRIBUTE } from '#core/contract/tables.ts';
import { type ConditionalPut, putAll } from './client.ts';
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

  async list(): Promise<readonly Approval[]> {
    const { ids } = await this.#listed();
    const approvals = await Promise.all(ids.map((id) => this.get(id)));
    return approvals.filter((approval) => approval !== undefined);
  }

  async write({ revision, ...state }: Approval): Promise<void> {
    const puts = [putOf(operationsKey.approval(state.id), { revision, state }, state.askedAt)];
    if (revision === 0) {
      const { ids, revision: listed } = await this.#listed();
      const list = { revision: listed, state: { ids: [...ids, state.id].slice(-MAX_LISTED) } };
      puts.push(putOf(operationsKey.approvals(), list, state.askedAt));
    }
    await putAll(this.#client, this.#table, puts);
  }

  /** Which are listed, as one item says it. */
  async #listed(): Promise<Listed> {
    const Key = { pk: { S: operationsKey.approvals() } };
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }));
    if (!Item) return { revision: 0, ids: [] };
    return { ...decodeState<Pick<Listed, 'ids'>>(Item), revision: numberAt(Item, 'revision')! };
  }
}

interface Listed {
  readonly revision: number;
  readonly ids: readonly string[];
}

const putOf = (
  pk: string,
  { revision, state }: { readonly revision: number; readonly state: object },
  askedAt: number,
): ConditionalPut => ({
  item: {
    pk: { S: pk },
    revision: { N: String(revision + 1) },
    ...encodeState(state),
    // Made or not, who asked and who approved is looked at for some weeks.
    [TTL_ATTRIBUTE]: { N: String(Math.ceil((askedAt + 5 * APPROVAL_MS) / 1_000)) },
  },
  expect: { name: 'revision', value: revision },
});
