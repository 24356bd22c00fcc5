import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { Retentions } from '#core/contract/retentions.ts';
import { isOfPerson, type SuppressionEntry, type SuppressionSettings } from '#core/governance/suppression.ts';
import { isActive, isStalled, type Job } from '#core/jobs/job.ts';
import { type StartDeps, type Started, startJob } from '#core/jobs/start-job.ts';
import { retryOnConflict } from '#core/ports/conflict.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';
import { type Erasure, isCovered } from './erasure.ts';
import { type PassDeletionsDeps, passDeletions } from './pass-deletions.ts';
import { type PurgeDeps, purgeKeys } from './purge.ts';
import { signReceipt } from './receipt.ts';
import { destinationsOf, storesAt } from './report.ts';
import { eraseWithoutDelay, type RequestErasureDeps } from './request-erasure.ts';
import { type RerouteErasedDeps, rerouteErased } from './reroute-erased.ts';
import { updateErasure } from './update.ts';

export interface ContinueDeps
  extends Omit<RequestErasureDeps, 'profiles' | 'deliveryStates' | 'settings' | 'destinations' | 'normalForms'>,
    PurgeDeps,
    RerouteErasedDeps,
    PassDeletionsDeps,
    Omit<StartDeps, 'backoff' | 'now'> {
  readonly catalogVersion: string;
  readonly settings: SuppressionSettings;
  readonly destinations: ReadonlyMap<string, DestinationDefinition>;
  readonly retentions: Retentions;
  /**
   * After so long every call that did not know of a suppression has ended, as has every compaction that had read an object
   * before a pass wrote it over.
   */
  readonly settleMs: number;
  signingKey(): Promise<string>;
}

export interface Continued {
  readonly underWay: number;
  /** Request ids of those that were done now. */
  readonly done: readonly string[];
  /** The pass that was started, or is on its way. */
  readonly job?: Started;
}

/**
 * Goes on with all deletions that are under way: gives receipts for those that are done, and starts a pass for all others
 * together where one is due. May be called at any time, by several.
 */
export async function continueErasures(deps: ContinueDeps): Promise<Continued> {
  const { erasures, jobs, now } = deps;
  const underWay = await erasures.underWay();
  if (underWay.length === 0) return { underWay: 0, done: [] };
  const { current, finished } = await jobs.latest();
  if (current && isActive(current) && !isStalled(current, now())) {
    return { underWay: underWay.length, done: [], job: await startJob(current.catalogVersion, deps) };
  }
  const done: string[] = [];
  let isDue = false;
  for (const each of underWay) {
    const erasure = await eraseWithoutDelay(await recordPass(each, finished, deps), deps);
    if (isSearched(erasure) && (await finish(erasure, deps))) done.push(erasure.requestId);
    else isDue ||= isPassDue(erasure, deps);
  }
  const job = isDue ? await startJob(deps.catalogVersion, deps) : undefined;
  return { underWay: underWay.length - done.length, done, ...(job && { job }) };
}

async function recordPass(erasure: Erasure, job: Job | undefined, deps: ContinueDeps): Promise<Erasure> {
  if (!job || !isCovered(erasure, job) || erasure.passes.some(({ jobId }) => jobId === job.id)) return erasure;
  // Exports are searched by the first pass only.
  if (erasure.passes.length === 0) await rerouteErased(erasure.identities, deps);
  const pass = { jobId: job.id, startedAt: job.startedAt, endedAt: job.endedAt ?? deps.now() };
  const record = (before: Erasure): Erasure =>
    before.passes.some(({ jobId }) => jobId === job.id) ? before : { ...before, passes: [...before.passes, pass] };
  return (await updateErasure(erasure.requestId, record, deps)) ?? erasure;
}

/** Everything was looked at, and looked at again after nobody could write anything any more; the second time nothing was found. */
function isSearched({ passes, foundBy }: Erasure): boolean {
  const last = passes.at(-1);
  return passes.length > 1 && last !== undefined && last.jobId !== foundBy;
}

/** The first pass at once; each of the others only when what may have run beside the one before has ended. */
function isPassDue(erasure: Erasure, { now, settleMs }: ContinueDeps): boolean {
  if (isSearched(erasure)) return false;
  const last = erasure.passes.at(-1);
  return !last || now() >= Math.max(erasure.requestedAt, last.endedAt) + settleMs;
}

/** @returns whether it is done: what follows profiles may not have followed yet */
async function finish(erasure: Erasure, deps: ContinueDeps): Promise<boolean> {
  const { identities, requestId } = erasure;
  const { now, retentions, digestOf } = deps;
  const until = now() + DELIVERY_STATE_DAYS * DAY_MS;
  if (!(await purgeKeys(erasure, until, deps))) return false;
  const passed = await passDeletions(erasure, deps);
  if (!passed) return false;
  const at = now();
  await retryOnConflict(() => deps.suppressions.change(lasting(identities, at, deps)), deps);
  const { reason, requestedAt, counts } = erasure;
  const receipt = {
    requestId,
    reason,
    requestedAt: new Date(requestedAt).toISOString(),
    deletedAt: new Date(at).toISOString(),
    identities: [...new Set(identities.map((key) => digestOf(parseIdentityKey(key))))].sort(),
    ...counts,
    stores: storesAt(at, retentions),
    destinations: destinationsOf(erasure, deps.destinations, passed),
  };
  const signed = signReceipt(receipt, await deps.signingKey());
  const close = ({ canonicalKey: _gone, ...before }: Erasure): Erasure => ({
    ...before,
    status: 'done',
    doneAt: at,
    identities: [],
    linked: [],
    receipt: signed,
  });
  await updateErasure(requestId, close, deps);
  return true;
}

/** From a receipt on persons are suppressed for good; devices and cookies go by time. */
function lasting(identities: readonly string[], at: number, { digestOf, settings }: ContinueDeps) {
  return new Map(
    identities.map(parseIdentityKey).map((identity) => {
      const digest = digestOf(identity);
      const mode = isOfPerson(identity, settings) ? 'always' : 'until';
      return [digest, (): SuppressionEntry => ({ digest, mode, at })];
    }),
  );
}

/** Messages and dead letters live 14 days, twice where they are redriven. */
const DELIVERY_STATE_DAYS = 30;
