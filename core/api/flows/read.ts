import { type DataflowRun, runState } from '#core/activation/dataflow.ts';
import { DAY_MS, HOUR_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { pageByPlace } from '../management/paging.ts';
import { problem } from '../management/problem.ts';
import { propertyFilter } from '../management/property-filter.ts';
import type { RouteCall } from '../management/route.ts';
import { connectionSpecs, entitiesOf, FLOW_SPECS, idOf, type Part } from './entities.ts';
import { begunConnection } from './set-up.ts';

const FAMILY = 'flows';

export interface FlowQuery {
  readonly limit: number;
  readonly continuationToken?: string | undefined;
  readonly count?: boolean | undefined;
}

/** A list of the flow service: some of what fits, and the token with which it goes on. */
function listOf(all: readonly ({ readonly id: string } & object)[], call: RouteCall<FlowQuery>): HttpAnswer {
  const filter = propertyFilter(call.call.rawQuery);
  if (typeof filter === 'string') return problem(FAMILY, 400, filter);
  const fitting = all.filter(filter);
  if (call.query.count) return { status: 200, body: { count: fitting.length } };
  const page = pageByPlace(fitting, ({ id }) => id, { start: call.query.continuationToken, limit: call.query.limit });
  if (!page) return problem(FAMILY, 400, 'continuationToken: expected that of the page before');
  const next = page.next === undefined ? {} : { next: { href: `${call.call.path}?continuationToken=${page.next}` } };
  return { status: 200, body: { items: page.items, _links: next } };
}

/** `GET /connections`, `/sourceConnections`, `/targetConnections`, `/flows` */
export async function listParts(part: Part, call: RouteCall<FlowQuery>): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const bodies = entitiesOf(active, call)
    .filter((one) => one.part === part)
    .map(({ body }) => body);
  return listOf(bodies, call);
}

const NONE = problem(FAMILY, 404, 'There is nothing of this id');

/** The same by id: a list of one, as AEP has it. */
export async function showPart(part: Part, call: RouteCall): Promise<HttpAnswer> {
  const active = await call.deps.definitions.active();
  const found = entitiesOf(active, call).find((one) => one.part === part && one.body.id === call.params.id);
  if (found) return { status: 200, headers: { etag: found.body.etag }, body: { items: [found.body] } };
  const begun = part === 'connections' ? await begunConnection(call) : undefined;
  return begun ? { status: 200, headers: { etag: begun.etag }, body: { items: [begun] } } : NONE;
}

/** `GET /connectionSpecs` */
export const listConnectionSpecs = (call: RouteCall<FlowQuery>): HttpAnswer => listOf(connectionSpecs(), call);
/** `GET /flowSpecs` */
export const listFlowSpecs = (call: RouteCall<FlowQuery>): HttpAnswer => listOf(FLOW_SPECS, call);

/** `GET /connectionSpecs/{id}`, `/flowSpecs/{id}` */
export function showSpec(all: readonly { readonly id: string }[], { params }: RouteCall): HttpAnswer {
  const found = all.find(({ id }) => id === params.id);
  return found ? { status: 200, body: { items: [found] } } : NONE;
}

/** `GET /connections/{id}/test`: whether it is there. Destinations are tested with "tributary destination test". */
export async function testConnection(call: RouteCall): Promise<HttpAnswer> {
  const shown = await showPart('connections', call);
  return shown.status === 200 ? { status: 200, body: { connectionTest: 'success' } } : shown;
}

/** Runs that one answer looks back for. */
const LOOK_BACK_MS = 7 * DAY_MS;

/** `GET /runs`: one for each hour in which something flowed to a destination, within the last seven days. */
export async function listRuns(call: RouteCall<FlowQuery>): Promise<HttpAnswer> {
  return listOf(await runsOf(call), call);
}

/** `GET /runs/{id}` */
export async function showRun(call: RouteCall): Promise<HttpAnswer> {
  const found = (await runsOf(call)).find(({ id }) => id === call.params.id);
  return found ? { status: 200, body: { items: [found] } } : NONE;
}

async function runsOf(call: RouteCall) {
  const { deps } = call;
  const { destinations } = (await deps.definitions.active()).catalog;
  const now = deps.now();
  const all = await Promise.all(
    destinations.map(async ({ id }) => {
      const runs = await deps.runs.runs(id, now - LOOK_BACK_MS, now);
      return runs.map((run) => describeRun(id, run, call));
    }),
  );
  return all.flat();
}

function describeRun(destination: string, run: DataflowRun, { deps, call }: RouteCall) {
  const flowId = idOf('flows', 'destination', destination);
  const { received, activated, failed, excluded, hour } = run;
  const status = runState(run, deps.now()) === 'completed' ? 'success' : 'inProgress';
  return {
    id: `${flowId}.${new Date(hour).toISOString().slice(0, 13)}`,
    flowId,
    createdAt: hour,
    updatedAt: Math.min(hour + HOUR_MS, deps.now()),
    imsOrgId: call.headers['x-gw-ims-org-id'] ?? '',
    sandboxName: call.headers['x-sandbox-name'] ?? deps.stage,
    etag: `"${hour}"`,
    metrics: {
      durationSummary: { startedAtUTC: hour, completedAtUTC: hour + HOUR_MS },
      sizeSummary: { inputBytes: 0, outputBytes: 0 },
      recordSummary: {
        inputRecordCount: received,
        outputRecordCount: activated,
        failedRecordCount: failed,
        skippedRecordCount: Object.values(excluded).reduce((sum, count) => sum + count, 0),
      },
      fileSummary: { inputFileCount: 0, outputFileCount: 0 },
      statusSummary: { status, errors: [] },
    },
    excluded,
  };
}
