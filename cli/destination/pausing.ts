import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { Resources } from '#cli/stage/use-stage.ts';
import { lambda } from '#lambdas/adapters/clients.ts';
import { poolQueuesOf, sourcesOf } from './lanes.ts';

/**
 * Starts or stops the functions that work off the queues of some delivery lanes. What is stopped leaves its messages where they
 * are, and they do not count as tried. Lanes in which files gather are not stopped: their exports are.
 * @returns how many mappings were switched
 */
export async function switchLanes(laneIds: readonly string[], enabled: boolean, resources: Resources): Promise<number> {
  let switched = 0;
  for (const { UUID } of await mappingsOf(laneIds, resources)) {
    await lambda().send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
    await untilIdle(UUID!);
    switched += 1;
  }
  return switched;
}

async function mappingsOf(
  laneIds: readonly string[],
  resources: Resources,
): Promise<EventSourceMappingConfiguration[]> {
  const functions = JSON.parse(resources.functions) as Readonly<Record<string, string>>;
  const own = Object.entries(functions).filter(([label]) => laneIds.includes(label.split('/')[1] ?? ''));
  const found: EventSourceMappingConfiguration[] = [];
  for (const [, FunctionName] of own) {
    const { EventSourceMappings = [] } = await lambda().send(new ListEventSourceMappingsCommand({ FunctionName }));
    found.push(...EventSourceMappings);
  }
  if (own.length > 0) return found;
  for (const queue of await poolQueuesOf(laneIds, resources)) found.push(...(await sourcesOf(queue)));
  return found;
}

const SETTLED = new Set(['Enabled', 'Disabled']);
const ROUNDS = 60;

/** A mapping that is on its way from one state to the other cannot be switched back, and may still hand out messages. */
async function untilIdle(UUID: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { State } = await lambda().send(new GetEventSourceMappingCommand({ UUID }));
    if (State === undefined || SETTLED.has(State)) return;
    await new Promise((done) => setTimeout(done, 1_000));
  }
}
