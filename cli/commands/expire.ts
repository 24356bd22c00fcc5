import { Command } from 'commander';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';

export const expireCommand = (): Command =>
  new Command('expire')
    .description('remove now what has expired, as the daily run does: events, and pseudonymous profiles')
    .option('--stage <name>', 'stage', 'local')
    .action(async ({ stage }: { stage: string }) => {
      const result = await invoke(await useStage(stage), 'expire');
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });
