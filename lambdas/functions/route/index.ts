import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb } from '#lambdas/adapters/clients.ts';
import { membershipsIn } from '#lambdas/adapters/dynamodb/counted-images.ts';
import type { StoredAttributes } from '#lambdas/adapters/dynamodb/item-codec.ts';
import { DynamoDbStreamTallies } from '#lambdas/adapters/dynamodb/stream-tallies.ts';
import { stageRouting } from '#lambdas/adapters/stage-routing.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('route', process.env);

export const handler = createHandler({
  ...stageRouting('route', environment),
  tallies: new DynamoDbStreamTallies(dynamoDb(), environment.OPERATIONS_TABLE, Date.now),
  membershipsIn: (image) => membershipsIn(image as StoredAttributes),
});
