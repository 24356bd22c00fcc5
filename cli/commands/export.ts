import { Command } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';

export const exportCommand = (): Command =>
  new Command('export')
    .description('write the files of file destinations and of the Audience Manager hub now, whatever their schedule')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, json }: { stage: string; json?: true }) => {
      const result = await invoke(await useStage(stage), 'export-files', { force: true });
      printReport(json, result ?? null, `${JSON.stringify(result, undefined, 2)}\n`);
    });
