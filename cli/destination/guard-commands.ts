import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { printReport } from '#cli/output.ts';
import { printStatus } from '#cli/report/print-destination.ts';
import { deadLetters, waitingDeliveries } from '#cli/stage/queues.ts';
import { UserError } from '#cli/user-error.ts';
import { guardOf, maxExits } from '#core/activation/guard-settings.ts';
import type { GuardState } from '#core/activation/ports/guard.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import { heldChanges } from './audiences.ts';
import { stageCommand } from './command.ts';
import { type FoundDestination, findDestination } from './find-destination.ts';
import { routeEverybody } from './route-everybody.ts';

interface Options {
  readonly stage: string;
  readonly json?: true;
}

/** By then every function has looked what the guard says. */
const SEEN_EVERYWHERE_MS = 6_000;
/** A release that was broken off ends by itself: the guard is there again. */
const OPEN_FOR_MS = 6 * HOUR_MS;

/** The commands that look at the guard of a destination, and release what it holds. */
export const guardCommands = (): Command[] => [
  stageCommand('status', 'what a destination knows, and why it is paused or held')
    .option('--profiles', 'list the profiles that the guard holds back, one JSON object a line')
    .action(showStatus),
  stageCommand('release', 'let the changes pass that its guard holds back').action(release),
];

async function guardStateOf({ id, stores }: FoundDestination): Promise<GuardState> {
  return (await stores.guards.states([id])).get(id) ?? { epoch: 0 };
}

/** @throws UserError where the destination is held: everything it is told would pass its guard by */
export async function rejectHeld(found: FoundDestination): Promise<void> {
  const { held } = await guardStateOf(found);
  if (!held) return;
  throw new UserError(
    `"${found.id}" is held since ${new Date(held.since).toISOString()}. See why: tributary destination status ${found.id}; ` +
      `then release it: tributary destination release ${found.id}`,
  );
}

async function showStatus(id: string, options: Options & { profiles?: true }): Promise<void> {
  const found = await findDestination(id, options.stage);
  const { stores, definition, laneIds, resources } = found;
  if (options.profiles) {
    for await (const change of heldChanges(found.id, stores)) process.stdout.write(`${JSON.stringify(change)}\n`);
    return;
  }
  const { held, openUntil, epoch } = await guardStateOf(found);
  const waiting: Record<string, { enters: number; leaves: number }> = {};
  for await (const { segmentId, change } of heldChanges(found.id, stores)) {
    const counts = waiting[segmentId] ?? { enters: 0, leaves: 0 };
    waiting[segmentId] = { ...counts, [change]: counts[change] + 1 };
  }
  const settings = guardOf(definition);
  const day = Math.floor(Date.now() / DAY_MS);
  const audiences = await Promise.all(
    definition.segments.map(async (segmentId) => {
      const size = Math.max(0, await stores.guards.audience(found.id, segmentId));
      const left = await stores.guards.exits({ destinationId: found.id, epoch, segmentId, day });
      const most = settings ? maxExits(settings, size + left) : null;
      return { segmentId, size, leftToday: left, most, ...(waiting[segmentId] ?? { enters: 0, leaves: 0 }) };
    }),
  );
  const since = await stores.dataflow.pausedSince(found.id);
  const own = (counts: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(counts).filter(([laneId]) => laneIds.includes(laneId)));
  const shown = {
    destination: found.id,
    guard: settings ?? ('off' as const),
    ...(since !== undefined && { pausedSince: new Date(since).toISOString() }),
    ...(held && { held: { ...held, since: new Date(held.since).toISOString() } }),
    ...(openUntil !== undefined && openUntil > Date.now() && { openUntil: new Date(openUntil).toISOString() }),
    audiences,
    waiting: own(await waitingDeliveries(resources)),
    deadLetters: own(await deadLetters(resources)),
  };
  printReport(options.json, shown, printStatus(shown));
}

async function release(id: string, options: Options): Promise<void> {
  const found = await findDestination(id, options.stage);
  const { held, openUntil } = await guardStateOf(found);
  if (!held && openUntil === undefined) {
    throw new UserError(`"${found.id}" is not held: there is nothing to release.`);
  }
  // Open for everybody first, so that nothing is held back anew behind this.
  if (held) await found.stores.guards.open(found.id, Date.now() + OPEN_FOR_MS);
  await setTimeout(SEEN_EVERYWHERE_MS);
  const { items, queued } = await routeEverybody(found.id, found, { unguarded: true });
  await found.stores.guards.close(found.id);
  printReport(
    options.json,
    { destination: found.id, profileItems: items, messages: queued },
    `"${found.id}" is released: ${queued.toLocaleString('en-US')} messages about ` +
      `${items.toLocaleString('en-US')} profile items queued. Its guard counts anew.\n`,
  );
}
