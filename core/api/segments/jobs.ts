import { type Job, tallyOf } from '#core/jobs/job.ts';
import { startJob } from '#core/jobs/start-job.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import type { RouteCall } from '../management/route.ts';
import { sandboxOf } from './present.ts';

const FAMILY = 'segmentation';

const STATES = {
  queued: 'QUEUED',
  running: 'PROCESSING',
  finished: 'SUCCEEDED',
  failed: 'FAILED',
  superseded: 'CANCELLED',
} as const satisfies Readonly<Record<Job['status'], string>>;

/** A job evaluates all segments, whichever it was asked for. */
const describe = (job: Job, call: RouteCall): object => ({
  id: job.id,
  imsOrgId: call.call.headers['x-gw-ims-org-id'] ?? '',
  sandbox: sandboxOf(call),
  profileInstanceId: 'ups',
  source: 'api',
  status: STATES[job.status],
  batchId: job.id,
  segments: [{ segmentId: '*' }],
  metrics: {
    totalTime: { startTimeInMs: job.startedAt, endTimeInMs: job.endedAt ?? job.touchedAt },
    totalProfiles: tallyOf(job).items ?? 0,
  },
  requestId: job.id,
  schema: { name: '_xdm.context.profile' },
  properties: {},
  _links: { checkStatus: { href: `/data/core/ups/segment/jobs/${job.id}`, method: 'GET' } },
  creationTime: job.startedAt,
  updateTime: job.touchedAt,
  updateEpoch: Math.floor(job.touchedAt / 1_000),
});

/** `GET /segment/jobs`: the one that was started last, and the last that finished. */
export async function listJobs(call: RouteCall<{ status?: string | undefined }>): Promise<HttpAnswer> {
  const { current, finished } = await call.deps.evaluation.jobs.latest();
  const all = new Map([current, finished].flatMap((job) => (job ? [[job.id, job] as const] : [])));
  const { status } = call.query;
  const children = [...all.values()].filter((job) => status === undefined || STATES[job.status] === status);
  const _page = { totalCount: children.length, pageSize: children.length };
  return { status: 200, body: { _page, children: children.map((job) => describe(job, call)), _links: {} } };
}

/** `GET /segment/jobs/{id}` */
export async function showJob(call: RouteCall): Promise<HttpAnswer> {
  const job = await call.deps.evaluation.jobs.get(call.params.id!);
  return job ? { status: 200, body: describe(job, call) } : problem(FAMILY, 404, 'There is no job of this id');
}

/** `POST /segment/jobs`: evaluates all segments for everybody, or joins the job that is doing so. */
export async function createJob(call: RouteCall): Promise<HttpAnswer> {
  const { evaluation, definitions } = call.deps;
  const { version, activeSince, routedSince = activeSince ?? 0 } = await definitions.active();
  const { jobId } = await startJob(version, evaluation, { activeSince, routedSince });
  const job = await evaluation.jobs.get(jobId);
  return { status: 200, body: job ? describe(job, call) : { id: jobId, status: 'QUEUED' } };
}

/** `GET /previewsamplestatus`: AEP's sample is taken by a job; here the last evaluation has looked at everybody. */
export async function showSampleStatus({ deps }: RouteCall): Promise<HttpAnswer> {
  const { current, finished } = await deps.evaluation.jobs.latest();
  const rows = finished ? (tallyOf(finished).items ?? 0) : 0;
  const isRunning = current?.status === 'running' || current?.status === 'queued';
  const body = {
    numRowsToRead: rows,
    sampleJobRunning: { status: isRunning },
    docCount: rows,
    totalFragmentCount: rows,
    totalRows: rows,
    lastBatchId: '',
    status: finished ? '200' : '404',
    samplingRatio: 1,
    mergeStrategy: 'neutral',
    lastSampledTimestamp: finished === undefined ? 0 : (finished.endedAt ?? finished.touchedAt),
    message: finished ? 'everybody was looked at by the last evaluation' : 'no evaluation has finished yet',
  };
  return { status: 200, body };
}

/** `GET /config/schedules`: the evaluation of the day, which the stage has. */
export function listSchedules(): HttpAnswer {
  return { status: 200, body: { _page: { totalCount: 1, pageSize: 1 }, children: [SCHEDULE], _links: {} } };
}

const SCHEDULE = {
  id: 'daily',
  name: 'Evaluation of the day',
  type: 'batch_segmentation',
  frequency: 'daily',
  schedule: '0 0 1 * * ?',
  state: 'active',
  properties: { segments: ['*'] },
};

/** `GET /config/schedules/{id}` */
export const showSchedule = ({ params }: RouteCall): HttpAnswer =>
  params.id === SCHEDULE.id ? { status: 200, body: SCHEDULE } : problem(FAMILY, 404, 'There is no schedule of this id');
