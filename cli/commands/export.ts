import { Command } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printExports } from '#cli/report/print-exports.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import type { ExportSummary } from '#lambdas/functions/export-files/handler.ts';

export const exportCommand = (): Command =>
  new Command('export')
    .description('write the files of file destinations and of the Audience Manager hub now, whatever their schedule')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async ({ stage, json }: { stage: string; json?: true }) => {
      const summary = (await invoke(await useStage(stage), 'export-files', { force: true })) as ExportSummary;
      printReport(json, summary, printExports(summary));
    });
