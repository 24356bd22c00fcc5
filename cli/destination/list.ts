import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { Command } from 'commander';
import { JSON_LINES_OPTION, printList } from '#cli/output.ts';
import { table } from '#cli/report/table.ts';
import { deadLetters, waitingDeliveries } from '#cli/stage/queues.ts';
import { activeCatalog, storesOf } from '#cli/stage/stores.ts';
import { type Resources, useStage } from '#cli/stage/use-stage.ts';
import { UserError } from '#cli/user-error.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { stateOf } from '#core/activation/hindrances.ts';
import { readCredentials } from '#core/activation/http/credentials.ts';
import { missingForRequests } from '#core/activation/http/needed-keys.ts';
import { lanesOfDestination, type ProfileDestination, requestTypeOf, TYPES } from '#core/activation/registry.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { laneNames } from './lanes.ts';
import { readSecret } from './secrets.ts';

interface Options {
  readonly stage: string;
  readonly type?: string;
  readonly json?: true;
}

interface Row {
  readonly destination: string;
  readonly type: string;
  readonly category: string;
  readonly audiences: number;
  readonly lane: string;
  readonly waiting: number;
  readonly deadLetters: number;
  readonly state: string;
}

export const listCommand = (): Command =>
  new Command('list')
    .description('the destinations of the active catalog: their lanes, what waits in them, and what keeps it there')
    .option('--type <type>', 'only those of a type')
    .option('--stage <name>', 'stage', 'local')
    .option(...JSON_LINES_OPTION)
    .action(list);

async function list({ stage, type: wanted, json }: Options): Promise<void> {
  const resources = await useStage(stage);
  const stores = storesOf(resources);
  const { destinations } = await activeCatalog(stores.catalog);
  if (wanted !== undefined) checkType(wanted);
  const shown = [...destinations.values()].filter(({ type }) => wanted === undefined || type === wanted);
  const [lanes, waiting, dead, guards] = await Promise.all([
    laneNames(resources),
    waitingDeliveries(resources),
    deadLetters(resources),
    stores.guards.states(shown.map(({ id }) => id)),
  ]);
  const rows = await Promise.all(
    shown.map(async (destination): Promise<Row> => {
      const { id, type, segments, enabled } = destination;
      const own = lanesOfDestination(destination).map((lane) => lane.id);
      const sum = (counts: Readonly<Record<string, number>>): number =>
        own.reduce((total, laneId) => total + (counts[laneId] ?? 0), 0);
      const names = [...new Set(own.flatMap((laneId) => lanes[laneId] ?? []))];
      const state = stateOf({
        enabled,
        isHeld: guards.get(id)?.held !== undefined,
        isPaused: (await stores.dataflow.pausedSince(id)) !== undefined,
        hasLane: names.length > 0,
        secretLacks: await secretLacks(destination, stage, resources),
        deadLetters: sum(dead),
      });
      const lane = names.join(' ') || '-';
      const category = categoryOf(destination);
      return {
        destination: id,
        type,
        category,
        audiences: segments.length,
        lane,
        waiting: sum(waiting),
        deadLetters: sum(dead),
        state,
      };
    }),
  );
  const left = Object.keys(lanes).filter((id) => id in waiting || id in dead || lanes[id] !== 'own');
  const gone = wanted === undefined ? goneFrom(destinations, left) : [];
  for (const id of gone) {
    const counts = { waiting: waiting[id] ?? 0, deadLetters: dead[id] ?? 0 };
    rows.push({ destination: id, type: '-', category: '-', audiences: 0, lane: lanes[id]!, ...counts, state: LEFT });
  }
  const text = rows.length === 0 ? 'None.\n' : `${asTable(rows)}\n`;
  printList(json, rows, text);
}

/** A lane is free when the queue of who had it is empty. */
const LEFT = 'has left the catalog';

/** Lanes of destinations that the catalog does not have any more. */
function goneFrom(destinations: ReadonlyMap<string, DestinationDefinition>, laneIds: readonly string[]): string[] {
  const known = new Set([...destinations.values()].flatMap((each) => lanesOfDestination(each).map(({ id }) => id)));
  return laneIds.filter((id) => !known.has(id)).sort();
}

const HEAD = { destination: 'destination', deadLetters: 'dead letters' } as Readonly<Record<string, string>>;

const asTable = (rows: readonly Row[]): string =>
  table(
    Object.keys(rows[0]!).map((name) => HEAD[name] ?? name),
    rows.map((row) => Object.values(row)),
  );

const categoryOf = ({ type }: DestinationDefinition): string => TYPES.get(type)?.category ?? 'personalisation';

/** @throws UserError where no type has this name */
function checkType(name: string): void {
  const names = [...TYPES.keys(), 'aam'];
  if (names.includes(name)) return;
  const hint = didYouMean(name, names);
  throw new UserError(`There is no type "${name}"${hint ? ` (${hint})` : ''}. See "tributary destination describe".`);
}

/** Keys that the secret of a destination lacks; undefined where it has none, or nobody may read it. */
async function secretLacks(
  destination: DestinationDefinition,
  stage: string,
  resources: Resources,
): Promise<readonly string[] | undefined> {
  const type = requestTypeOf(destination);
  if (!type) return undefined;
  const how = type.authentication(destination as ProfileDestination);
  try {
    return missingForRequests(how, readCredentials(await readSecret(destination.id, stage, resources)));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return missingForRequests(how, {});
    return undefined;
  }
}
