import type { SentTexts } from '#core/activation/ports/sent-texts.ts';
import { keyedTexts } from '#core/activation/texts/keyed.ts';
import { dynamoDb, secretsManager } from '../clients.ts';
import { createSecretsManagerSecrets } from '../secrets-manager/secrets.ts';
import { DynamoDbSentTexts } from './sent-texts.ts';

/** Which texts the stage of a function has sent, from its environment. */
export function stageTexts(environment: {
  readonly OPERATIONS_TABLE: string;
  readonly TEXTS_SECRET: string;
}): SentTexts {
  const secrets = createSecretsManagerSecrets(secretsManager(), { texts: environment.TEXTS_SECRET }, Date.now);
  return keyedTexts(new DynamoDbSentTexts(dynamoDb(), environment.OPERATIONS_TABLE), () => secrets('texts'));
}
