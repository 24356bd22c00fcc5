import { type DataflowRun, hoursBetween, NO_DATAFLOW, runState } from '#core/activation/dataflow.ts';
import { type DeliveryError, mergedErrors } from '#core/activation/errors/delivery-error.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { isAnswer } from '../management/edit.ts';
import { pageByNumber } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { FAMILY, findDestination } from './find.ts';
import { balanceOf } from './status.ts';

/** So long the words of vendors are kept. */
const ERRORS_KEPT_MS = 14 * DAY_MS;
const timeOf = (at: number): string => new Date(at).toISOString();

/** `GET /tributary/destinations/{id}/runs`: hour by hour, those in which nothing happened as well. */
export async function listRuns(call: RouteCall<{ hours: number }>): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const { deps, query } = call;
  const { id } = found.destination;
  const now = deps.now();
  const from = now - (query.hours - 1) * HOUR_MS;
  const known = new Map((await deps.runs.runs(id, from, now)).map((run) => [run.hour, run]));
  const runs = hoursBetween(from, now).map((hour) => describe(known.get(hour) ?? { hour, ...NO_DATAFLOW }, now));
  return { status: 200, body: { destination: id, asOf: timeOf(now), runs } };
}

/** `GET /tributary/destinations/{id}/runs/{hour}`: one hour, and what the vendor said in it. */
export async function showRun(call: RouteCall): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const { deps, params } = call;
  const hour = hourIn(params.hour!);
  const none = problem(FAMILY, 404, 'There is no run of this hour: expected one such as 2026-01-31T09');
  if (hour === undefined || hour > deps.now()) return none;
  const { id } = found.destination;
  const [run = { hour, ...NO_DATAFLOW }] = await deps.runs.runs(id, hour, hour);
  const errors = mergedErrors(await deps.deliveryErrors.list(id, hour, hour));
  return { status: 200, body: { destination: id, ...describe(run, deps.now()), errors: errors.map(asShown) } };
}

const hourIn = (text: string): number | undefined => {
  const hour = /^\d{4}-\d\d-\d\dT\d\d$/.test(text) ? Date.parse(`${text}:00:00Z`) : Number.NaN;
  return Number.isNaN(hour) ? undefined : hour;
};

function describe(run: DataflowRun, now: number) {
  const { hour } = run;
  return { hour: timeOf(hour).slice(0, 13), startedAt: timeOf(hour), state: runState(run, now), ...balanceOf(run) };
}

export interface ErrorsQuery {
  readonly hours: number;
  readonly reason?: string | undefined;
  readonly start: number;
  readonly limit: number;
}

/** `GET /tributary/destinations/{id}/errors`: why single people were not taken, in the vendor's words, masked; the newest first. */
export async function listErrors(call: RouteCall<ErrorsQuery>): Promise<HttpAnswer> {
  const found = await findDestination(call);
  if (isAnswer(found)) return found;
  const { deps, query } = call;
  const { id } = found.destination;
  const now = deps.now();
  const since = Math.max(now - query.hours * HOUR_MS, now - ERRORS_KEPT_MS);
  const isWanted = ({ last, reason, errorClass }: DeliveryError): boolean =>
    last >= since && (query.reason === undefined || query.reason === reason || query.reason === errorClass);
  const errors = mergedErrors(await deps.deliveryErrors.list(id, since, now)).filter(isWanted);
  const page = pageByNumber(errors, query);
  const next = page.next === undefined ? {} : { next: Number(page.next) };
  return {
    status: 200,
    body: { destination: id, since: timeOf(since), errors: page.items.map(asShown), total: errors.length, ...next },
  };
}

/** Masked where it was noted; times as people read them. */
const asShown = (error: DeliveryError) => ({ ...error, first: timeOf(error.first), last: timeOf(error.last) });
