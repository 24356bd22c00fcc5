import { type Command, InvalidArgumentError } from 'commander';
import { parseInstant } from '#cli/options.ts';
import { printReport } from '#cli/output.ts';
import { asRuns, printRuns } from '#cli/report/print-runs.ts';
import { deadLetters, waitingDeliveries } from '#cli/stage/queues.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { stageCommand } from './command.ts';
import { replayDeadLetters } from './dead-letters.ts';
import { findDestination } from './find-destination.ts';
import { rejectHeld } from './guard-commands.ts';
import { allLanes } from './lanes.ts';
import { switchLanes } from './pausing.ts';
import { routeEverybody } from './route-everybody.ts';

interface Options {
  readonly stage: string;
  readonly json?: true;
}

/** The commands that look at a destination of a deployed stage, or steer it. */
export const operatingCommands = (): Command[] => [
  stageCommand('runs', 'what flowed to a destination, hour by hour')
    .option('--hours <n>', 'how far back', parseHours, 24)
    .action(showRuns),
  stageCommand('pause', 'stop delivering; deliveries wait in the queue, seven days at most').action(
    async (destinationId: string, options: Options) => {
      const { id, laneIds, resources, stores } = await findDestination(destinationId, options.stage);
      await stores.dataflow.pause(id, Date.now());
      const switched = await switchLanes(laneIds, false, resources);
      say(
        options,
        { destination: id, queues: switched },
        `"${id}" is paused: ${count(switched, 'queue')} not worked off, no files written.`,
      );
    },
  ),
  stageCommand('resume', 'go on delivering').action(async (destinationId: string, options: Options) => {
    const { id, laneIds, resources, stores } = await findDestination(destinationId, options.stage);
    await stores.dataflow.pause(id, undefined);
    const switched = await switchLanes(laneIds, true, resources);
    say(
      options,
      { destination: id, queues: switched },
      `"${id}" is resumed: ${count(switched, 'queue')} processed again.`,
    );
  }),
  stageCommand('replay-dead-letters', 'put what could not be delivered back on the queue').action(
    async (destinationId: string, options: Options) => {
      const { id, laneIds, resources } = await findDestination(destinationId, options.stage);
      const lanes = await allLanes(resources);
      const resent: Record<string, number> = {};
      for (const laneId of laneIds) {
        const lane = lanes[laneId];
        if (lane) resent[laneId] = await replayDeadLetters(sqs(), lane.deadLetters, lane.queue);
      }
      const lines = Object.entries(resent).map(
        ([laneId, sent]) => `${laneId}: ${count(sent, 'dead letter')} sent again.`,
      );
      say(options, { destination: id, resent }, lines.join('\n'));
    },
  ),
  stageCommand('replay', 'send a destination again what was routed to it since an instant')
    .requiredOption('--since <time>', 'everything decided from then on (ISO 8601)', parseInstant)
    .action(async (destinationId: string, options: Options & { since: number }) => {
      const found = await findDestination(destinationId, options.stage);
      await rejectHeld(found);
      const resend = { destinationId: found.id, since: options.since };
      const { items, queued } = await routeEverybody(found.id, found, { resend });
      sayQueued(options, found.id, { items, queued });
    }),
  stageCommand('backfill', 'send a destination all members that it does not have yet').action(
    async (destinationId: string, options: Options) => {
      const found = await findDestination(destinationId, options.stage);
      await rejectHeld(found);
      const { items, queued } = await routeEverybody(found.id, found);
      sayQueued(options, found.id, { items, queued });
    },
  ),
];

async function showRuns(id: string, options: Options & { hours: number }): Promise<void> {
  const { laneIds, resources, stores } = await findDestination(id, options.stage);
  const now = Date.now();
  const runs = await stores.dataflow.runs(id, now - (options.hours - 1) * HOUR_MS, now);
  const since = await stores.dataflow.pausedSince(id);
  const held = (await stores.guards.states([id])).get(id)?.held;
  const own = (counts: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(counts).filter(([laneId]) => laneIds.includes(laneId)));
  const shown = {
    destination: id,
    ...(since !== undefined && { pausedSince: new Date(since).toISOString() }),
    ...(held && { heldSince: new Date(held.since).toISOString(), heldBecauseOf: held.segmentId }),
    waiting: own(await waitingDeliveries(resources)),
    deadLetters: own(await deadLetters(resources)),
    runs: asRuns(runs, now),
  };
  printReport(options.json, shown, printRuns(shown));
}

const say = ({ json }: Options, report: object, text: string): void => printReport(json, report, `${text}\n`);

function sayQueued(options: Options, destination: string, { items, queued }: { items: number; queued: number }): void {
  const text = `${count(queued, 'message')} about ${count(items, 'profile item')} queued for "${destination}".`;
  say(options, { destination, profileItems: items, messages: queued }, text);
}

const count = (n: number, what: string): string => `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;

function parseHours(text: string): number {
  const hours = Number(text);
  if (Number.isSafeInteger(hours) && hours > 0 && hours <= 24 * 90) return hours;
  throw new InvalidArgumentError('Expected a whole number of hours, at most 2160');
}
