import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { ActiveDefinitions } from '#core/catalog/definition-store.ts';
import { isActive } from '#core/jobs/job.ts';
import { startJob } from '#core/jobs/start-job.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { mayDo } from '../management/caller.ts';
import { isAnswer } from '../management/edit.ts';
import { missingScope, problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { FAMILY, findDestination, lanesOf } from './find.ts';

type Found = { readonly destination: DestinationDefinition; readonly active: ActiveDefinitions };

/** A destination that the caller may activate. */
async function findOwn(call: RouteCall): Promise<Found | HttpAnswer> {
  const id = call.params.id!;
  return mayDo(call.caller, 'activate', id) ? await findDestination(call) : missingScope(FAMILY, `activate:${id}`);
}

/** `POST …/{id}/pause`: deliveries wait in their queue. `…/resume`: they go on. */
export async function switchDelivery(isOn: boolean, call: RouteCall): Promise<HttpAnswer> {
  const found = await findOwn(call);
  if (isAnswer(found)) return found;
  const { deps } = call;
  const { id } = found.destination;
  const { pool, isFixed } = await lanesOf(found.destination, deps);
  if (isFixed) return problem(FAMILY, 409, ofStage(id, isOn ? 'resume' : 'pause'));
  const since = isOn ? undefined : ((await deps.runs.pausedSince(id)) ?? deps.now());
  await deps.runs.pause(id, since);
  const switches = (await deps.lanes.pool.switches()).filter(({ lane }) => pool.includes(lane));
  const differing = switches.filter((each) => each.isOn !== isOn);
  for (const { turn } of differing) await turn(isOn);
  return {
    status: 200,
    body: {
      destination: id,
      lanes: pool,
      switched: differing.length,
      ...(since !== undefined && { pausedSince: new Date(since).toISOString() }),
    },
  };
}

const ofStage = (id: string, verb: string): string =>
  `The file of the stage gives "${id}" lanes of its own: tributary destination ${verb} ${id}`;

/** While it is released everything passes; the guard is there again by itself. */
const OPEN_FOR_MS = HOUR_MS;

/** `POST …/{id}/release`: what its guard holds back passes, by a job that routes everybody anew. */
export async function release(call: RouteCall): Promise<HttpAnswer> {
  const found = await findOwn(call);
  if (isAnswer(found)) return found;
  const { deps } = call;
  const { id } = found.destination;
  const { held, openUntil } = (await deps.guards.states([id])).get(id) ?? {};
  if (!held && openUntil === undefined) return problem(FAMILY, 409, 'It is not held: there is nothing to release');
  const busy = await evaluationUnderWay(deps);
  if (busy) return busy;
  if (held) await deps.guards.open(id, deps.now() + OPEN_FOR_MS);
  return await routeEverybody(found, call);
}

/** `POST …/{id}/backfill`: all members that it does not have yet are sent, by a job that routes everybody anew. */
export async function backfill(call: RouteCall): Promise<HttpAnswer> {
  const found = await findOwn(call);
  if (isAnswer(found)) return found;
  const { deps } = call;
  const { id } = found.destination;
  const { held } = (await deps.guards.states([id])).get(id) ?? {};
  if (held) return problem(FAMILY, 409, 'Its guard holds it: see why, and release it first');
  return (await evaluationUnderWay(deps)) ?? (await routeEverybody(found, call));
}

/** One that is on its way may be past those who are to be routed. */
async function evaluationUnderWay({ evaluation }: RouteCall['deps']): Promise<HttpAnswer | undefined> {
  const { current } = await evaluation.jobs.latest();
  if (!current || !isActive(current)) return undefined;
  return problem(FAMILY, 409, 'An evaluation of all profiles is on its way: try again when it has ended');
}

/** Every profile is evaluated, and routed anew to all destinations: they are told what they do not know, and nothing twice. */
async function routeEverybody({ destination, active }: Found, { deps }: RouteCall): Promise<HttpAnswer> {
  const since = { activeSince: active.activeSince, routedSince: deps.now() };
  const { jobId } = await startJob(active.version, deps.evaluation, since);
  return { status: 202, body: { destination: destination.id, jobId } };
}
