import { styleText } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { addSmokeDefinitions } from '#cli/smoke/definitions.ts';
import { smoke } from '#cli/smoke/smoke.ts';
import type { SmokeStep } from '#cli/smoke/steps.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { NotAllAccepted } from '#cli/user-error.ts';

interface SmokeFlags {
  readonly stage: string;
  readonly seconds: number;
  readonly wait?: boolean;
  readonly json?: true;
  readonly addTo?: string;
}

export const smokeCommand = (): Command =>
  new Command('smoke')
    .description(
      'send a synthetic profile through a deployed stage and take it away again: ingest to delivery, deletion',
    )
    .option('--stage <name>', 'stage', 'local')
    .option('--seconds <n>', 'within which all of it has to be done', parseSeconds, 120)
    .option('--wait', 'wait for the receipt of the deletion as well; on AWS, that takes about 20 minutes')
    .option('--add-to <dir>', 'send nothing: write the definitions that it needs into the folder of a catalog')
    .option(...JSON_OPTION)
    .action(run);

async function run({ stage, seconds, wait = false, json, addTo }: SmokeFlags): Promise<void> {
  if (addTo !== undefined) {
    const files = addSmokeDefinitions(addTo);
    const text = files.length > 0 ? files.map((file) => `${addTo}/${file}\n`).join('') : `${addTo} has them already\n`;
    printReport(json, { written: files }, text);
    return;
  }
  const resources = await useStage(stage);
  const show = (step: SmokeStep): void => void process.stdout.write(printStep(step));
  const steps = await smoke(resources, { stage, seconds, wait, show: json ? () => {} : show });
  const ok = steps.every((step) => step.ok);
  if (json) process.stdout.write(`${JSON.stringify({ stage, ok, steps })}\n`);
  if (!ok) throw new NotAllAccepted();
}

function printStep({ step, ok, seconds, detail }: SmokeStep): string {
  const mark = styleText(ok ? 'green' : 'red', ok ? '✓' : '✗', { stream: process.stdout });
  return `${mark} ${step.padEnd(9)} ${seconds.toFixed(1).padStart(5)} s  ${detail}\n`;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isSafeInteger(seconds) && seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError('Expected a whole number of seconds from 1 to 3,600');
}
