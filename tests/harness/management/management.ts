import type { HttpAnswer, HttpCall } from '#core/api/http.ts';
import type { Caller } from '#core/api/management/caller.ts';
import { createConsequences } from '#core/api/management/consequences.ts';
import type { ManagementDeps } from '#core/api/management/deps.ts';
import { createRouter } from '#core/api/management/router.ts';
import { API_ROUTES } from '#core/api/management/table.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { SCOPES } from '#core/contract/scopes.ts';
import { type Job, type NewJob, UNTOUCHED } from '#core/jobs/job.ts';
import type { Jobs } from '#core/jobs/ports/jobs.ts';
import { MemoryDefinitionStore } from '#lambdas/adapters/memory/definition-store.ts';
import { MemoryDeliveryErrors } from '#lambdas/adapters/memory/delivery-errors.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryApprovalStore } from '#tests/harness/core/approval-store.memory.ts';
import { MemoryCountHistory } from '#tests/harness/core/count-history.memory.ts';
import { MemoryCountStore } from '#tests/harness/core/count-store.memory.ts';
import { MemoryGuardStore } from '#tests/harness/core/guard.memory.ts';
import { MemoryLastBatches } from '#tests/harness/core/last-batches.memory.ts';
import { MemoryRunStatistics } from '#tests/harness/core/run-statistics.memory.ts';
import { createMemoryLanes } from './memory-lanes.ts';

export const NOW = Date.parse('2026-03-01T00:00:00Z');

/** Whoever may do everything. */
export const ANYBODY: Caller = {
  id: 'console',
  name: 'Console',
  kind: 'client',
  scopes: Object.entries(SCOPES).map(([name, kind]) => ('isNeeded' in kind && kind.isNeeded ? `${name}:*` : name)),
};

const router = createRouter(API_ROUTES);

/** The management host in memory, and the calls of its clients. */
export function createManagement(catalog: Catalog, more: Partial<ManagementDeps> = {}) {
  let [ids, caller] = [0, ANYBODY];
  const started: string[] = [];
  const stores = {
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    lookups: new MemoryLookupStore(),
    deliveryStates: { get: async () => undefined },
  };
  const lake = createMemoryObjectStore();
  const now = (): number => NOW + ids;
  const definitions = new MemoryDefinitionStore(catalog, now);
  const jobs = new Map<string, Job>();
  let current: Job | undefined;
  const evaluation = {
    jobs: {
      latest: async () => ({ ...(current && { current }) }),
      get: async (id: string) => jobs.get(id),
      open: async ({ partitions, ...job }: NewJob) => {
        started.push(job.catalogVersion);
        const parts = Array.from({ length: partitions }, () => UNTOUCHED);
        current = { ...job, status: 'queued', partitions: parts, touchedAt: job.startedAt };
        jobs.set(job.id, current);
      },
      dispatched: async () => {},
    } as unknown as Jobs,
    queue: { send: async () => {} },
    partitionCount: 1,
    now,
    newId: () => `job-${ids++}`,
    backoff: async () => {},
  };
  const lanes = createMemoryLanes();
  const notes = new Map<string, object>();
  const deps: ManagementDeps = {
    callers: { callerOf: async () => caller },
    definitions,
    consequences: createConsequences({
      stores,
      lake,
      evaluation,
      lanes: lanes.deps,
      stage: 'local',
      now,
    }),
    evaluation,
    people: stores,
    destinationSecrets: lanes.deps.secrets,
    notes: {
      put: async (id, value) => void notes.set(id, value),
      get: async (id) => notes.get(id),
      remove: async (id) => void notes.delete(id),
    },
    operations: { batch: async () => undefined },
    lastBatches: new MemoryLastBatches(),
    approvals: new MemoryApprovalStore(),
    fourEyes: [],
    counts: new MemoryCountStore(),
    countHistory: new MemoryCountHistory(),
    runs: new MemoryRunStatistics(),
    guards: new MemoryGuardStore(),
    deliveryErrors: new MemoryDeliveryErrors(),
    lanes: lanes.deps,
    random: Math.random,
    stage: 'local',
    now,
    newId: () => `id-${ids++}`,
    ...more,
  };
  const answer = (call: HttpCall): Promise<HttpAnswer> => router.answer(call, deps);
  const call = async (method: string, address: string, body?: unknown, headers: Record<string, string> = {}) => {
    const { status, headers: given = {}, body: said } = await answer(callOf(method, address, body, headers));
    // biome-ignore lint/suspicious/noExplicitAny: whatever the host says; tests look at what they expect in it
    return { status, headers: given, body: (typeof said === 'string' ? JSON.parse(said) : said) as any };
  };
  return {
    call,
    answer,
    deps,
    stores,
    lake,
    lanes,
    /** Versions for which all profiles are evaluated. */
    started,
    definitions,
    actAs: (other: Caller) => {
      caller = other;
    },
  };
}

export function callOf(
  method: string,
  address: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpCall {
  const [path = '', rawQuery = ''] = address.split(/\?(.*)/s);
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method,
    origin: 'https://management.example',
    path: decodeURIComponent(path),
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawQuery,
    headers: { 'x-gw-ims-org-id': 'ACME@AdobeOrg', ...headers },
    body: new TextEncoder().encode(text),
  };
}
