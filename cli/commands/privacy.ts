import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { Command } from 'commander';
import { Progress } from '#cli/local/progress.ts';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printErasure, printPass } from '#cli/report/print-erasure.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { waitForReceipt } from '#cli/stage/receipt.ts';
import { storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import { isGenuine, type SignedReceipt } from '#core/privacy/receipt.ts';
import { secretsManager } from '#lambdas/adapters/clients.ts';
import type { ErasePersonAnswer } from '#lambdas/functions/erase-person/handler.ts';

interface DeleteOptions {
  readonly stage: string;
  readonly reason: string;
  readonly unknown?: true;
  readonly request?: string;
  readonly receipt?: string;
  readonly wait?: true;
  readonly json?: true;
}

interface ReadmitOptions {
  readonly stage: string;
  readonly reason: string;
  readonly json?: true;
}

export function privacyCommand(): Command {
  const command = new Command('privacy').description('delete people, verify receipts, and readmit identities');
  command
    .command('delete')
    .description('suppress a person and delete all their data, destinations included')
    .argument('<NS:VALUE>', 'any identity of the person, e.g. CRMID:C00001')
    .option('--reason <text>', 'why, for the receipt', '')
    .option('--unknown', 'also where no profile has the identity: the lake, quarantine and exports are searched for it')
    .option('--request <id>', 'id of the request; repeat it to resume')
    .option('--wait', 'start passes at once and wait for the receipt')
    .option('--receipt <file>', 'with --wait: write the receipt to a file as well')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(deletePerson);
  command
    .command('status')
    .description('show the progress of deletions; the receipt of one that is done')
    .argument('[request]', 'id of a request; all that are running when omitted')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(showStatus);
  command
    .command('readmit')
    .description('end the suppression of an identity: what is sent from now on is ingested again')
    .argument('<NS:VALUE>', 'the identity, e.g. CRMID:C00001')
    .requiredOption('--reason <text>', 'why: it is logged')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (identity: string, { stage, reason, json }: ReadmitOptions) => {
      const event = { readmit: checked(identity), reason };
      const { outcome } = (await invoke(await useStage(stage), 'erase-person', event)) as ErasePersonAnswer;
      if (outcome !== 'readmitted') throw new UserError('This identity is not suppressed; nothing was changed.');
      printReport(json, { outcome }, 'Readmitted. What happened until now stays out.\n');
    });
  command
    .command('verify')
    .description('check that the stage issued a receipt and that it is unchanged')
    .argument('<file>', 'the receipt')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (file: string, { stage, json }: { stage: string; json?: true }) => {
      const resources = await useStage(stage);
      const answer = await secretsManager().send(new GetSecretValueCommand({ SecretId: resources['receipt-secret'] }));
      if (!isGenuine(readReceipt(file), answer.SecretString ?? '')) {
        throw new UserError(`${file} is no receipt of stage ${stage}, or it was changed`, { code: 'not-genuine' });
      }
      printReport(json, { genuine: true, stage }, `${file} is a receipt of stage ${stage}, unchanged.\n`);
    });
  return command;
}

async function deletePerson(identity: string, options: DeleteOptions): Promise<void> {
  const { stage, reason, unknown: isUnknown = false, request, receipt, wait } = options;
  const resources = await useStage(stage);
  const event = { requestId: request ?? randomUUID(), identity: checked(identity), reason, isUnknown };
  const answer = (await invoke(resources, 'erase-person', event)) as ErasePersonAnswer;
  if (answer.outcome !== 'accepted') {
    throw new UserError(
      'No profile has this identity, so nobody was deleted. Check how it is written (namespaces and values are case-sensitive). If only files of the lake may contain it, add --unknown.',
    );
  }
  const { requestId } = answer.erasure;
  if (!wait) {
    printReport(
      options.json,
      { requestId, status: answer.erasure.status },
      `Request ${requestId}: the person is suppressed, and deleted from profiles. The next pass deletes them from lake, quarantine and exports: tributary privacy status ${requestId} --stage ${stage}\n`,
    );
    return;
  }
  const progress = new Progress(process.stderr);
  const signed = await waitForReceipt(requestId, resources, (text) => progress.running(text));
  progress.step('Done');
  const text = `${JSON.stringify(signed, undefined, 2)}\n`;
  if (receipt !== undefined) writeFileSync(receipt, text);
  printReport(options.json, signed, text);
}

async function showStatus(request: string | undefined, { stage, json }: { stage: string; json?: true }): Promise<void> {
  const { erasures, erasureJobs } = storesOf(await useStage(stage));
  const found = request === undefined ? await erasures.underWay() : [await erasures.get(request)];
  const known = found.filter((erasure) => erasure !== undefined);
  if (request !== undefined && known.length === 0) throw new UserError(`There is no request ${request}`);
  const { current } = await erasureJobs.latest();
  const lines = known.map((erasure) => `${erasure.requestId}  ${printErasure(erasure)}`);
  if (known.length === 0) lines.push('No deletion is under way.');
  if (current) lines.push(printPass(current));
  const receipts = known.flatMap(({ receipt }) => (receipt ? [JSON.stringify(receipt, undefined, 2)] : []));
  const report = { requests: known.map(withoutIdentities), pass: current ?? null };
  printReport(json, report, `${[...lines, ...receipts].join('\n')}\n`);
}

const withoutIdentities = ({
  identities: _identities,
  canonicalKey: _canonicalKey,
  linked: _linked,
  revision: _revision,
  ...shown
}: Erasure): object => shown;

function checked(identity: string): string {
  if (!/^[A-Za-z0-9_.]+:./.test(identity)) throw new UserError(`Expected NAMESPACE:VALUE, got "${identity}"`);
  return identity;
}

function readReceipt(file: string): SignedReceipt {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SignedReceipt;
  } catch (error) {
    throw new UserError(`${file} cannot be read as a receipt: ${(error as Error).message}`);
  }
}
