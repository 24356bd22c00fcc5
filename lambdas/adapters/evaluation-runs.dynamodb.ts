import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { operationsKey } from '#core/contract/tables.ts';
import type { EvaluationRun, EvaluationRuns } from '#core/ports/evaluation-runs.ts';
import { stringAt } from './item-codec.ts';

/** The last batch evaluation, in the `operations` table. */
export class DynamoDbEvaluationRuns implements EvaluationRuns {
  readonly #client: DynamoDBClient;
  readonly #place: { readonly TableName: string; readonly Key: { readonly pk: { readonly S: string } } };

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#place = { TableName: table, Key: { pk: { S: operationsKey.lastEvaluation() } } };
  }

  async last(): Promise<EvaluationRun | undefined> {
    const { Item = {} } = await this.#client.send(new GetItemCommand({ ...this.#place, ConsistentRead: true }));
    const run = stringAt(Item, 'run');
    return run === undefined ? undefined : (JSON.parse(run) as EvaluationRun);
  }

  async finish(run: EvaluationRun): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        ...this.#place,
        UpdateExpression: 'SET #run = :run',
        ExpressionAttributeNames: { '#run': 'run' },
        ExpressionAttributeValues: { ':run': { S: JSON.stringify(run) } },
      }),
    );
  }
}
