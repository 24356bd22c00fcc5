import { Command } from 'commander';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';

export const exportCommand = (): Command =>
  new Command('export')
    .description('write the files of file destinations and of the Audience Manager hub now, whatever their schedule')
    .option('--stage <name>', 'stage', 'local')
    .action(async ({ stage }: { stage: string }) => {
      const result = await invoke(await useStage(stage), 'export-files', { force: true });
      process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    });
