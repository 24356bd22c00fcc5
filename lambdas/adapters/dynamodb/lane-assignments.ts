import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { LaneAssignments } from '#core/activation/lanes.ts';
import type { LaneAssignmentStore } from '#core/activation/ports/lane-assignments.ts';
import { operationsKey } from '#core/contract/tables.ts';
import { numberAt, stringAt } from './item-codec.ts';

/** Lanes of the pool in one item of the `operations` table. */
export class DynamoDbLaneAssignments implements LaneAssignmentStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(): Promise<{ readonly version: number; readonly assignments: LaneAssignments }> {
    const Key = { pk: { S: operationsKey.lanes() } };
    const { Item = {} } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    );
    const assignments = JSON.parse(stringAt(Item, 'assignments') ?? '{}') as LaneAssignments;
    return { version: numberAt(Item, 'version') ?? 0, assignments };
  }

  async put(version: number, assignments: LaneAssignments): Promise<boolean> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: {
            pk: { S: operationsKey.lanes() },
            version: { N: String(version + 1) },
            assignments: { S: JSON.stringify(assignments) },
          },
          ConditionExpression: '(attribute_not_exists(version) AND :version = :none) OR version = :version',
          ExpressionAttributeValues: { ':version': { N: String(version) }, ':none': { N: '0' } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
