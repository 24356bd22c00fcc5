import { Command } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { NotAllAccepted, UserError } from '#cli/user-error.ts';
import { missingKeys, type ProbeStep, probe } from '#core/activation/deliver/probe.ts';
import { type ProfileDestination, requestTypeOf } from '#core/activation/registry.ts';
import { createAwsSigner } from '#lambdas/adapters/aws/signer.ts';
import { dynamoDb, sts } from '#lambdas/adapters/clients.ts';
import { createDynamoDbVendorState } from '#lambdas/adapters/dynamodb/vendor-state.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { findDestination } from './find-destination.ts';
import { readSecret } from './secrets.ts';

interface Options {
  readonly stage: string;
  readonly json?: true;
}

export const testCommand = (): Command =>
  new Command('test')
    .description('try the credentials and the permission of a destination, without changing anything there')
    .argument('<id>', 'which destination')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(test);

async function test(id: string, { stage, json }: Options): Promise<void> {
  const { definition, resources } = await findDestination(id, stage);
  const type = requestTypeOf(definition);
  if (!type)
    throw new UserError(
      `"${id}" is of type "${definition.type}", which is not sent requests: there is nothing to try.`,
    );
  const secret = await readSecret(id, stage, resources);
  const table = resources['operations-table'];
  const steps = await probe(definition as ProfileDestination, type, secret, {
    http: createHttpClient({ allowPrivate: stage === 'local' }),
    tokens: createDynamoDbVendorState(dynamoDb(), table, Date.now).tokens,
    awsSigner: createAwsSigner({ credentials: () => dynamoDb().config.credentials(), sts, now: Date.now }),
    now: Date.now,
  });
  const missing = missingKeys(type, secret);
  printReport(json, { destination: id, steps, missingKeys: missing }, asText(steps, missing));
  if (steps.some(({ outcome }) => outcome === 'failed')) throw new NotAllAccepted();
}

function asText(steps: readonly ProbeStep[], missing: readonly string[]): string {
  const lines = steps.map(
    ({ step, outcome, reason }) => `${step}: ${outcome}${reason === undefined ? '' : ` (${reason})`}`,
  );
  const keys = missing.length > 0 ? [`not in the secret, if they are needed: ${missing.join(', ')}`] : [];
  return `${[...lines, ...keys].join('\n')}\n`;
}
