import { KnownClients } from '#core/callers/known-clients.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb, secretsManager } from '#lambdas/adapters/clients.ts';
import { DynamoDbClientStore } from '#lambdas/adapters/dynamodb/client-store.ts';
import { createSigningKeys } from '#lambdas/adapters/secrets-manager/signing-key.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('token', process.env);

export const handler = createHandler({
  clients: new KnownClients(new DynamoDbClientStore(dynamoDb(), environment.OPERATIONS_TABLE), Date.now),
  signingKey: createSigningKeys(secretsManager(), environment.TOKEN_KEY_SECRET, Date.now),
  stage: environment.STAGE,
  now: Date.now,
});
