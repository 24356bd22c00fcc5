import type { Command } from 'commander';
import { localVariables } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { JSON_OPTION } from '#cli/output.ts';
import { projectRoot } from '#cli/root.ts';
import { LOCAL_STAGE } from '#cli/stage/use-stage.ts';
import { userOfMachine } from '#cli/stage/user-of-machine.ts';
import { parseVariables } from './load-folder.ts';

/** What every command takes that makes a version active. */
export interface ActivationFlags {
  readonly stage: string;
  readonly backfill: boolean;
  readonly allowBreaking?: true;
  readonly author?: string;
  readonly comment?: string;
  readonly json?: true;
}

export const withActivationFlags = (command: Command): Command =>
  command
    .option('--stage <name>', 'stage', 'local')
    .option('--allow-breaking', 'also when changes of schemas are breaking; not on a protected stage')
    .option('--no-backfill', 'leave the updates of edited destinations to the daily evaluation')
    .option('--author <name>', 'author, for the history; the user of this machine when omitted')
    .option('--comment <text>', 'why, for the history')
    .option(...JSON_OPTION);

export function activationOf({ stage, backfill, allowBreaking, author, comment, json }: ActivationFlags) {
  const note = { by: author ?? userOfMachine(), comment };
  const progress = new Progress(json ? process.stderr : process.stdout);
  const say = (text: string): void => progress.line(text);
  const running = (text: string): void => progress.running(text);
  return { stage, backfill, ...(allowBreaking && { allowBreaking }), note, say, running };
}

/** On the local stage, what `npm start` has set them to: a catalog that is applied again goes on telling the sink. */
export const variablesFor = (stage: string, set: readonly string[]): Record<string, string> => ({
  ...(stage === LOCAL_STAGE && localVariables(projectRoot)),
  ...parseVariables(set),
});
