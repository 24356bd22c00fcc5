import { addedRecords, type StageCounts, sizesOf } from '#core/counts/stage-counts.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { sinceOf, sizesNow, timeOf } from './now.ts';

const FAMILY = 'counts';

export interface HistoryQuery {
  readonly every: 'hour' | 'day';
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** How far back, where nothing is said, and how much at most in one answer. */
const PERIODS_MS = {
  hour: { usual: 2 * DAY_MS, max: 31 * DAY_MS },
  day: { usual: 30 * DAY_MS, max: 400 * DAY_MS },
} as const;

const LENGTH_MS = { hour: HOUR_MS, day: DAY_MS } as const;

interface Past {
  readonly period: { readonly every: 'hour' | 'day'; readonly from: string; readonly to: string };
  readonly history: readonly StageCounts[];
}

/** `GET /tributary/counts/history`: profiles and records, hour by hour or day by day. */
export async function showHistory(call: RouteCall<HistoryQuery & { dataset?: string | undefined }>) {
  const past = await pastOf(call);
  if ('status' in past) return past;
  const { dataset } = call.query;
  const points = past.history.map(({ asOf, profiles, records }) => ({
    asOf: timeOf(asOf),
    profiles,
    records: addedRecords(dataset === undefined ? records : only(dataset, records)),
  }));
  return { status: 200, body: { ...past.period, points } };
}

const only = (id: string, records: StageCounts['records']): StageCounts['records'] =>
  Object.hasOwn(records, id) ? { [id]: records[id]! } : {};

/** `GET /tributary/counts/audiences`: the sizes of all audiences, now and before. */
export async function showAudienceHistories(call: RouteCall<HistoryQuery>): Promise<HttpAnswer> {
  const past = await pastOf(call);
  if ('status' in past) return past;
  const ids = await audienceIds(call);
  const { asOf, completeSince, members } = await sizesNow(ids, call.deps);
  const sizes = (id: string) =>
    past.history.map(({ audiences }) => (Object.hasOwn(audiences, id) ? audiences[id]! : null));
  const body = {
    ...past.period,
    asOf: timeOf(asOf),
    completeSince: sinceOf(completeSince),
    times: past.history.map((counts) => timeOf(counts.asOf)),
    audiences: Object.fromEntries(ids.map((id) => [id, { members: members[id] ?? 0, sizes: sizes(id) }])),
  };
  return { status: 200, body };
}

/** `GET /tributary/counts/audiences/{id}`: the size of one audience, now and before. */
export async function showAudienceHistory(call: RouteCall<HistoryQuery>): Promise<HttpAnswer> {
  const { id = '' } = call.params;
  if (!(await audienceIds(call)).includes(id)) return problem(FAMILY, 404, 'There is no audience of this id');
  const past = await pastOf(call);
  if ('status' in past) return past;
  const { asOf, completeSince, members } = await sizesNow([id], call.deps);
  const body = {
    ...past.period,
    id,
    asOf: timeOf(asOf),
    completeSince: sinceOf(completeSince),
    members: members[id] ?? 0,
    sizes: sizesOf(id, past.history),
  };
  return { status: 200, body };
}

const audienceIds = async ({ deps }: RouteCall): Promise<string[]> =>
  (await deps.definitions.active()).catalog.segments.map(({ id }) => id);

async function pastOf({ query, deps }: RouteCall<HistoryQuery>): Promise<Past | HttpAnswer> {
  const { every } = query;
  const { usual, max } = PERIODS_MS[every];
  const to = query.to === undefined ? deps.now() : Date.parse(query.to);
  const from = query.from === undefined ? to - usual : Date.parse(query.from);
  if (from > to) return problem(FAMILY, 400, '"from" is after "to"');
  if (to - from > max) {
    return problem(FAMILY, 400, `Ask for ${max / DAY_MS} days at most where "every" is "${every}"`);
  }
  // The hour or day that goes on is no end of one yet: what is counted in it is what is counted now.
  const begun = Math.floor(deps.now() / LENGTH_MS[every]) * LENGTH_MS[every];
  const history = (await deps.countHistory.read(every, from, to)).filter(({ asOf }) => asOf < begun);
  return { period: { every, from: timeOf(from), to: timeOf(to) }, history };
}
