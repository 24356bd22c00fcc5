import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Command } from 'commander';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { isGenuine, type SignedReceipt } from '#core/privacy/receipt.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';

interface DeleteOptions {
  readonly stage: string;
  readonly reason: string;
  readonly keepOut: boolean;
  readonly request?: string;
  readonly receipt?: string;
}

export function privacyCommand(): Command {
  const command = new Command('privacy').description('delete a person, and prove it');
  command
    .command('delete')
    .description('delete everything known of a person and tell the destinations; prints a signed receipt')
    .argument('<NS:VALUE>', 'any identity of the person, e.g. CRMID:C00001')
    .option('--reason <text>', 'why, for the receipt', '')
    .option('--keep-out', 'take nothing of the person in future either', false)
    .option('--request <id>', 'id of the request; give the same again to go on with one that was interrupted')
    .option('--receipt <file>', 'write the receipt to a file as well')
    .option('--stage <name>', 'stage', 'local')
    .action(async (identity: string, { stage, reason, keepOut, request, receipt }: DeleteOptions) => {
      if (!/^[A-Za-z0-9_.]+:./.test(identity)) throw new UserError(`Expected NAMESPACE:VALUE, got "${identity}"`);
      const event = { requestId: request ?? randomUUID(), identity, reason, keepOut };
      const signed = await invoke(await useStage(stage), 'erase-person', event);
      const text = `${JSON.stringify(signed, undefined, 2)}\n`;
      if (receipt !== undefined) writeFileSync(receipt, text);
      process.stdout.write(text);
    });
  command
    .command('verify')
    .description('check that a receipt was given by the stage and not changed since')
    .argument('<file>', 'the receipt')
    .option('--stage <name>', 'stage', 'local')
    .action(async (file: string, { stage }: { stage: string }) => {
      const resources = await useStage(stage);
      const answer = await secretsManager().send(new GetSecretValueCommand({ SecretId: resources['receipt-secret'] }));
      if (!isGenuine(readReceipt(file), answer.SecretString ?? '')) {
        throw new UserError(`${file} is no receipt of stage ${stage}, or it was changed`);
      }
      process.stdout.write(`${file} is a receipt of stage ${stage}, as it was given.\n`);
    });
  return command;
}

function readReceipt(file: string): SignedReceipt {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SignedReceipt;
  } catch (error) {
    throw new UserError(`${file} cannot be read as a receipt: ${(error as Error).message}`);
  }
}
