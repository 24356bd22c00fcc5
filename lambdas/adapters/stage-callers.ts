import type { Callers } from '#core/api/management/caller.ts';
import { createCallers } from '#core/api/management/callers.ts';
import { KnownClients } from '#core/callers/known-clients.ts';
import type { IssuerSettings } from '#core/contract/sign-in.ts';
import { dynamoDb } from './clients.ts';
import { DynamoDbClientStore } from './dynamodb/client-store.ts';
import { createIssuerKeys } from './http/issuer-keys.ts';

/** Who may call a stage, from the environment of a function. */
export const stageCallers = (environment: {
  readonly STAGE: string;
  readonly OPERATIONS_TABLE: string;
  readonly ORG_ID: string;
  readonly SIGN_IN: readonly IssuerSettings[];
}): Callers =>
  createCallers({
    clients: new KnownClients(new DynamoDbClientStore(dynamoDb(), environment.OPERATIONS_TABLE), Date.now),
    issuers: environment.SIGN_IN,
    issuerKeys: createIssuerKeys(),
    stage: environment.STAGE,
    orgId: environment.ORG_ID,
    now: Date.now,
  });
