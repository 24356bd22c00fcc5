import { readEnvironment } from '#core/contract/functions.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';
import { createSecretsManagerSecrets } from '#lambdas/adapters/secrets-manager/secrets.ts';
import { createHandler } from './handler.ts';

const { ORIGIN_SECRET } = readEnvironment('origin-check', process.env);
const secrets = createSecretsManagerSecrets(secretsManager(), { origin: ORIGIN_SECRET }, Date.now);

export const handler = createHandler({ originSecret: () => secrets('origin') });
