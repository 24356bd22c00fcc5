import { probe } from '#core/activation/deliver/probe.ts';
import { readEnvironment } from '#core/contract/functions.ts';
import { dynamoDb, secretsManager } from '#lambdas/adapters/clients.ts';
import { createCatalogReader } from '#lambdas/adapters/dynamodb/catalog-reader.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { createDestinationSecrets } from '#lambdas/adapters/secrets-manager/destination-secrets.ts';
import { stageCallers } from '#lambdas/adapters/stage-callers.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment('destination-access', process.env);
const { DESTINATION_SECRETS, DESTINATION_SECRETS_PREFIX } = environment;

const probing = {
  http: createHttpClient({ allowPrivate: environment.ALLOW_PRIVATE_ENDPOINTS }),
  tokens: createDynamoDbVendorState(dynamoDb(), environment.OPERATIONS_TABLE, Date.now).tokens,
  now: Date.now,
};

export const handler = createHandler({
  callers: stageCallers(environment),
  catalog: createCatalogReader(environment),
  secrets: createDestinationSecrets(secretsManager, DESTINATION_SECRETS, DESTINATION_SECRETS_PREFIX),
  probe: (destination, type, secret) => probe(destination, type, secret, probing),
});
