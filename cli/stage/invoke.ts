import { InvokeCommand } from '@aws-sdk/client-lambda';
import { UserError } from '#cli/user-error.ts';
import type { FunctionName } from '#core/contract/functions.ts';
import { lambda } from '#lambdas/adapters/clients.ts';
import type { Resources } from './use-stage.ts';

/** Invokes a function of the stage and waits for its answer. @throws UserError with the function's own error */
export async function invoke(resources: Resources, name: FunctionName, event: object = {}): Promise<unknown> {
  const functions = JSON.parse(resources.functions) as Record<string, string>;
  const answer = await lambda().send(
    new InvokeCommand({ FunctionName: functions[name], Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  const payload: unknown = text === '' ? undefined : JSON.parse(text);
  if (answer.FunctionError !== undefined) {
    const message = (payload as { errorMessage?: string } | undefined)?.errorMessage ?? answer.FunctionError;
    throw new UserError(`Function ${name} failed: ${message}`);
  }
  return payload;
}
