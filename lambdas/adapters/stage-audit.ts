import { randomUUID } from 'node:crypto';
import type { PeopleDeps } from '#core/api/people/deps.ts';
import { createAuditDigests } from '#lambdas/runtime/audit-digests.ts';
import { dynamoDb, secretsManager } from './clients.ts';
import { DynamoDbReadLog } from './dynamodb/read-log.ts';
import { createSecretsManagerSecrets } from './secrets-manager/secrets.ts';

/** Where it is written who reads which person, from the environment of a function. */
export function stageAudit(environment: {
  readonly AUDIT_TABLE: string;
  readonly AUDIT_SECRET: string;
  readonly AUDIT_DAYS: number;
}): Pick<PeopleDeps, 'readLog' | 'digests' | 'newId' | 'referenceSecret'> {
  const secrets = createSecretsManagerSecrets(secretsManager(), { audit: environment.AUDIT_SECRET }, Date.now);
  return {
    readLog: new DynamoDbReadLog(dynamoDb(), environment.AUDIT_TABLE, environment.AUDIT_DAYS),
    digests: createAuditDigests(() => secrets('audit')),
    // The same key for another purpose: what is sealed with it opens for nothing else.
    referenceSecret: () => secrets('audit'),
    newId: randomUUID,
  };
}
