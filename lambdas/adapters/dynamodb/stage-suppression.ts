import { backoffBefore } from '#lambdas/runtime/backoff.ts';
import { createSuppression, type SuppressUnder } from '#lambdas/runtime/suppression.ts';
import { dynamoDb, secretsManager } from '../clients.ts';
import { createSecretsManagerSecrets } from '../secrets-manager/secrets.ts';
import { DynamoDbSuppressions } from './suppressions.ts';

/** Who is suppressed in the stage of a function, from its environment. */
export function stageSuppression(environment: {
  readonly OPERATIONS_TABLE: string;
  readonly SUPPRESSION_SECRET: string;
}): SuppressUnder {
  const secrets = createSecretsManagerSecrets(
    secretsManager(),
    { suppression: environment.SUPPRESSION_SECRET },
    Date.now,
  );
  return createSuppression({
    suppressions: new DynamoDbSuppressions(dynamoDb(), environment.OPERATIONS_TABLE),
    suppressionKey: () => secrets('suppression'),
    now: Date.now,
    backoff: backoffBefore,
  });
}
