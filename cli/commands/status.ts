import { Command } from 'commander';
import { heldByReceivers } from '#cli/local/played-vendors.ts';
import { findSink } from '#cli/local/sink.ts';
import { printReport } from '#cli/output.ts';
import { printStage } from '#cli/report/print-stage.ts';
import { stageReport } from '#cli/report/stage-report.ts';
import { countHeld } from '#cli/report/vendor-table.ts';
import { projectRoot } from '#cli/root.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { LOCAL_STAGE, useStage } from '#cli/stage/use-stage.ts';

export const statusCommand = (): Command =>
  new Command('status')
    .description('print the state of a running stage: records, profiles, audiences, deliveries')
    .option('--stage <name>', 'stage', 'local')
    .option('--json', 'print JSON, one object with the members of every audience; an error as the last line of stderr')
    .action(async ({ stage, json }: { stage: string; json?: true }) => {
      const stores = storesOf(await useStage(stage));
      const catalog = await activeCatalog(stores.catalog);
      const report = await stageReport(stores, catalog, Date.now());
      const sink = stage === LOCAL_STAGE ? await findSink(projectRoot) : undefined;
      const held = sink && countHeld(await heldByReceivers(catalog.destinations.values(), sink, stores.exports));
      printReport(json, { ...report, ...(held && { vendors: held }) }, printStage(report, catalog, held));
    });
