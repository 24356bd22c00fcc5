import { Command, InvalidArgumentError, Option } from 'commander';
import { JSON_OPTION, printReport } from '#cli/output.ts';
import { printSizes } from '#cli/report/print-counts.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import { sizesOf } from '#core/counts/stage-counts.ts';
import { DAY_MS } from '#core/util/durations.ts';

interface HistoryFlags {
  readonly stage: string;
  readonly every: 'hour' | 'day';
  readonly days?: number;
  readonly json?: true;
}

/** How far back, where nothing is said. */
const DAYS = { hour: 2, day: 30 } as const;
const MAX_DAYS = 400;

/** `segment history`: how large an audience was, by what was counted at the end of hours or days. */
export const segmentHistoryCommand = (): Command =>
  new Command('history')
    .description('print how large an audience was, hour by hour or day by day, from what was counted then')
    .argument('<id>', 'id of a segment of the active catalog')
    .addOption(
      new Option('--every <time>', 'hours are kept for 92 days, days for 400').choices(['hour', 'day']).default('day'),
    )
    .option('--days <n>', 'how far back; 2 days of hours, 30 days when omitted', parseDays)
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_OPTION)
    .action(async (id: string, { stage, every, days = DAYS[every], json }: HistoryFlags) => {
      const stores = storesOf(await useStage(stage));
      const { segmentDefinitions } = await activeCatalog(stores.catalog);
      if (!segmentDefinitions.has(id)) {
        throw new UserError(
          `The active catalog has no segment "${id}"; it has: ${[...segmentDefinitions.keys()].join(', ') || 'none'}`,
        );
      }
      const now = Date.now();
      const sizes = sizesOf(id, await stores.countHistory.read(every, now - days * DAY_MS, now));
      printReport(json, { segmentId: id, every, sizes }, printSizes(sizes));
    });

function parseDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_DAYS) throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_DAYS}`);
  return days;
}
