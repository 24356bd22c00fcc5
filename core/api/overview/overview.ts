import { addDataflow, type DataflowCounts, NO_DATAFLOW } from '#core/activation/dataflow.ts';
import { namedDefinitions } from '#core/catalog/write-definitions.ts';
import { type Job, tallyOf } from '#core/jobs/job.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { countsNow, timeOf } from '../counts/now.ts';
import type { HttpAnswer } from '../http.ts';
import type { RouteCall } from '../management/route.ts';

/** `GET /tributary/overview`: what is active, how the evaluation of all profiles is doing, what flows to destinations, and what is counted. */
export async function showOverview({ deps }: RouteCall): Promise<HttpAnswer> {
  const [active, jobs] = await Promise.all([deps.definitions.active(), deps.evaluation.jobs.latest()]);
  const counts = await countsNow(active.catalog, deps);
  const { version, activeSince, catalog } = active;
  const kinds = Map.groupBy(namedDefinitions(catalog), ({ kind }) => kind);
  const destinations = await Promise.all(
    catalog.destinations.map(async ({ id, name = id, type, enabled, segments }) => {
      const [runs, pausedSince] = await Promise.all([
        deps.runs.runs(id, deps.now() - DAY_MS, deps.now()),
        deps.runs.pausedSince(id),
      ]);
      const lastDay = runs.reduce<DataflowCounts>((sum, run) => addDataflow(sum, run), NO_DATAFLOW);
      const { received, activated, failed, retried, excluded } = lastDay;
      const paused = pausedSince === undefined ? {} : { pausedSince: timeOf(pausedSince) };
      return {
        id,
        name,
        type,
        enabled,
        segments,
        ...paused,
        lastDay: { received, activated, failed, retried, excluded },
      };
    }),
  );
  const body = {
    stage: deps.stage,
    asOf: timeOf(deps.now()),
    version,
    ...(activeSince !== undefined && { activeSince: timeOf(activeSince) }),
    definitions: Object.fromEntries([...kinds].map(([kind, all]) => [kind, all.length])),
    ...(jobs.current && { evaluation: describeJob(jobs.current) }),
    ...(jobs.finished && { lastFinishedEvaluation: describeJob(jobs.finished) }),
    destinations,
    counts,
  };
  return { status: 200, body };
}

const describeJob = (job: Job): object => ({
  id: job.id,
  status: job.status,
  startedAt: timeOf(job.startedAt),
  ...(job.endedAt !== undefined && { endedAt: timeOf(job.endedAt) }),
  counts: tallyOf(job),
});
