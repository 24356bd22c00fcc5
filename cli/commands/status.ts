import { Command } from 'commander';
import { heldByReceivers } from '#cli/local/played-vendors.ts';
import { findSink } from '#cli/local/sink.ts';
import { printReport } from '#cli/output.ts';
import { printCounts } from '#cli/report/print-counts.ts';
import { printStage } from '#cli/report/print-stage.ts';
import { stageReport } from '#cli/report/stage-report.ts';
import { table } from '#cli/report/table.ts';
import { countHeld } from '#cli/report/vendor-table.ts';
import { projectRoot } from '#cli/root.ts';
import { countsOf, recount } from '#cli/stage/counts.ts';
import { activeCatalog, type StageStores, storesOf } from '#cli/stage/stores.ts';
import { LOCAL_STAGE, useStage } from '#cli/stage/use-stage.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { Drift } from '#core/counts/recount.ts';

interface StatusFlags {
  readonly stage: string;
  readonly recount?: true;
  readonly repair?: true;
  readonly json?: true;
}

export const statusCommand = (): Command =>
  new Command('status')
    .description('print the state of a running stage: records, profiles, audiences, deliveries')
    .option('--recount', 'read every item instead of the counters, list all members, and compare both')
    .option('--repair', 'with --recount: make the counters right')
    .option('--stage <name>', 'stage', 'local')
    .option('--json', 'print JSON, one object; an error as the last line of stderr')
    .action(async (flags: StatusFlags) => {
      const stores = storesOf(await useStage(flags.stage));
      const catalog = await activeCatalog(stores.catalog);
      const counts = flags.recount || flags.repair ? undefined : await countsOf(stores, catalog);
      if (counts) return printReport(flags.json, counts, printCounts(counts, catalog));
      await printRecount(flags, stores, catalog);
    });

async function printRecount(flags: StatusFlags, stores: StageStores, catalog: CompiledCatalog): Promise<void> {
  const { stage, json, repair = false } = flags;
  if (!flags.recount && !repair)
    process.stderr.write('The counters are not complete yet: reading everything. "status --repair" completes them.\n');
  const report = await stageReport(stores, catalog, Date.now());
  const drifts = await recount(stores, catalog, repair);
  const sink = stage === LOCAL_STAGE ? await findSink(projectRoot) : undefined;
  const held = sink && countHeld(await heldByReceivers(catalog.destinations.values(), sink, stores.exports));
  const whole = { ...report, drifts, ...(held && { vendors: held }) };
  printReport(json, whole, `${printStage(report, catalog, held)}\n${printDrifts(drifts, repair)}`);
}

/** How counters differ from what was found. */
function printDrifts(drifts: readonly Drift[], isRepaired: boolean): string {
  if (drifts.length === 0) return 'Counters\n  all as found\n';
  const rows = drifts.map(({ series, name, counted, found }) => [series, name, counted, found]);
  const what = isRepaired ? 'Counters that were wrong' : 'Counters that are wrong';
  return `${what}\n${table(['series', 'name', 'counted', 'found'], rows)}\n`;
}
