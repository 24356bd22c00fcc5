import { Command } from 'commander';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';

export const evaluateCommand = (): Command =>
  new Command('evaluate')
    .description('run the daily evaluation of all audiences now')
    .option('--stage <name>', 'stage', 'local')
    .action(async ({ stage }: { stage: string }) => {
      const result = await invoke(await useStage(stage), 'evaluate-batch');
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });
