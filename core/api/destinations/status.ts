import { activationRate, addDataflow, type DataflowCounts, NO_DATAFLOW } from '#core/activation/dataflow.ts';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { stateOf } from '#core/activation/hindrances.ts';
import { TYPES } from '#core/activation/registry.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { isAnswer } from '../management/edit.ts';
import type { RouteCall } from '../management/route.ts';
import { findDestination, lanesOf } from './find.ts';

const timeOf = (at: number): string => new Date(at).toISOString();

/** `GET /tributary/destinations` */
export async function listDestinations(call: RouteCall): Promise<HttpAnswer> {
  const { destinations } = (await call.deps.definitions.active()).catalog;
  const described = await Promise.all(destinations.map((each) => describe(each, call.deps)));
  return { status: 200, body: { asOf: timeOf(call.deps.now()), destinations: described } };
}

/** `GET /tributary/destinations/{id}`: how it is doing, with what it is defined as. */
export async function showDestination(call: RouteCall): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const { destination } = found;
  const audiences = await Promise.all(
    destination.segments.map(async (segmentId) => ({
      segmentId,
      size: Math.max(0, await call.deps.guards.audience(destination.id, segmentId)),
    })),
  );
  const body = {
    asOf: timeOf(call.deps.now()),
    ...(await describe(destination, call.deps)),
    audiences,
    definition: destination,
  };
  return { status: 200, body };
}

async function describe(destination: DestinationDefinition, deps: RouteCall['deps']) {
  const { id, name = id, type, enabled, segments } = destination;
  const now = deps.now();
  const [runs, pausedSince, guards, lanes] = await Promise.all([
    deps.runs.runs(id, now - DAY_MS + HOUR_MS, now),
    deps.runs.pausedSince(id),
    deps.guards.states([id]),
    lanesOf(destination, deps),
  ]);
  const counts = await Promise.all(lanes.pool.map((lane) => deps.lanes.pool.messages(lane)));
  const deadLetters = counts.reduce((sum, count) => sum + count.deadLetters, 0);
  const { held, openUntil } = guards.get(id) ?? {};
  const { title = 'Audience Manager', category = 'personalisation' } = TYPES.get(type) ?? {};
  const hasLane = lanes.isFixed || lanes.isShared || lanes.pool.length > 0;
  const isPaused = pausedSince !== undefined;
  return {
    ...{ id, name, type, title, category, enabled, segments },
    state: stateOf({ enabled, isHeld: held !== undefined, isPaused, hasLane, secretLacks: undefined, deadLetters }),
    ...(isPaused && { pausedSince: timeOf(pausedSince) }),
    ...(held && { held: { ...held, since: timeOf(held.since) } }),
    ...(openUntil !== undefined && openUntil > now && { openUntil: timeOf(openUntil) }),
    lanes: lanes.isFixed ? ['own'] : [...lanes.pool, ...(lanes.isShared ? ['files'] : [])],
    // Of lanes that others share nobody can say whose messages they are.
    ...(!lanes.isShared &&
      !lanes.isFixed && { inQueue: counts.reduce((sum, count) => sum + count.waiting, 0), deadLetters }),
    lastDay: balanceOf(runs.reduce<DataflowCounts>((sum, run) => addDataflow(sum, run), NO_DATAFLOW)),
  };
}

/**
 * What was received and what became of it, so that it adds up: received and what was there before is activated, failed,
 * excluded or waiting.
 */
export function balanceOf(counts: DataflowCounts) {
  const { received, activated, failed, retried, excluded } = counts;
  const settled = activated + failed + Object.values(excluded).reduce((sum, count) => sum + count, 0);
  const rate = activationRate(counts);
  return {
    ...{ received, activated, failed, retried, excluded },
    waiting: Math.max(0, received - settled),
    fromBefore: Math.max(0, settled - received),
    ...(rate !== undefined && { activationRate: rate }),
  };
}
