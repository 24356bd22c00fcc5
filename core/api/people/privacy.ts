import * as z from 'zod';
import { membershipsOf } from '#core/access/entity.ts';
import { findEvents } from '#core/access/events.ts';
import { findProfile } from '#core/access/find-profile.ts';
import { identityIn, isReference, referenceOf } from '#core/access/profile-reference.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import { type IdentityKey, identityKey } from '#core/record/identity.ts';
import { DAY_MS } from '#core/util/durations.ts';
import type { HttpAnswer } from '../http.ts';
import { problem } from '../management/problem.ts';
import { isoOf } from './attributes.ts';
import { audited } from './audited.ts';
import type { PeopleCall } from './deps.ts';

const FAMILY = 'privacy';
const ACTIONS = ['access', 'delete'] as const;
const MAX_USERS = 20;
const MAX_IDS = 9;
/** Of JSON: what a function can answer with is 6 MB. */
const MAX_CHARACTERS = 4_000_000;
const KEPT_MS = 30 * DAY_MS;

const userId = z.looseObject({ namespace: z.string().min(1).max(256), value: z.string().min(1).max(2_100) });
/** As AEP's Privacy Service takes them; what has no meaning here is taken and ignored. */
export const jobsBody = z.looseObject({
  users: z
    .array(
      z.looseObject({
        key: z.string().min(1).max(256),
        action: z.array(z.enum(ACTIONS)).min(1).max(ACTIONS.length),
        userIDs: z.array(userId).min(1).max(MAX_IDS),
      }),
    )
    .max(MAX_USERS),
  regulation: z.string().max(64).optional(),
});

/** What is kept of a job. It names nobody: identities are sealed. */
interface PrivacyJob {
  readonly jobId: string;
  readonly userKey: string;
  readonly action: (typeof ACTIONS)[number];
  readonly regulation: string;
  readonly createdAt: string;
  readonly references: readonly string[];
  /** Deletions that were ordered. */
  readonly requests: readonly string[];
}

/** `POST /jobs`: for each user and action, one job: what is stored of them is deleted, or can be asked for. */
export async function openJobs(call: PeopleCall<unknown, z.output<typeof jobsBody>>): Promise<HttpAnswer> {
  const { deps, body } = call;
  const jobs: PrivacyJob[] = [];
  const wanted: { readonly key: string; readonly action: PrivacyJob['action']; readonly keys: IdentityKey[] }[] = [];
  for (const { key, action, userIDs } of body.users) {
    const keys = await keysOf(userIDs, call);
    if (!keys) return problem(FAMILY, 400, `users: the catalog has no namespace of a userID of "${key}"`);
    for (const one of new Set(action)) wanted.push({ key, action: one, keys });
  }
  const secret = await deps.referenceSecret();
  for (const { key, action, keys } of wanted) {
    const obstacle = await audited(
      { what: 'profile', keys, found: keys.length, fields: [`privacy ${action}`] },
      FAMILY,
      call,
    );
    if (obstacle) return obstacle;
    const jobId = deps.newId();
    const job: PrivacyJob = {
      jobId,
      userKey: key,
      action,
      regulation: body.regulation ?? '',
      createdAt: isoOf(deps.now()),
      references: keys.map((each) => referenceOf(each, secret)),
      requests: action === 'delete' ? await deleteAll(keys, jobId, call) : [],
    };
    await deps.notes.put(noteOf(jobId), job, deps.now() + KEPT_MS);
    jobs.push(job);
  }
  const shown = jobs.map(({ jobId, userKey, action }) => ({
    jobId,
    customer: { user: { key: userKey, action: [action] } },
  }));
  return { status: 202, body: { requestId: jobs[0]?.jobId ?? deps.newId(), totalRecords: jobs.length, jobs: shown } };
}

/** Identities as they were written; a reference stands for one in the namespace `reference`. */
async function keysOf(
  ids: readonly z.output<typeof userId>[],
  { deps }: PeopleCall,
): Promise<IdentityKey[] | undefined> {
  const { access } = stageSettings(await deps.catalog.current());
  const secret = await deps.referenceSecret();
  const keys = ids.map(({ namespace, value }) => {
    if (namespace === 'reference' && isReference(value)) return identityIn(value, secret);
    const code = access.namespaceOf(namespace);
    return code === undefined ? undefined : identityKey({ namespace: code, value });
  });
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

/** Several identities may be of one person: who is being deleted already is not deleted twice. */
async function deleteAll(keys: readonly IdentityKey[], jobId: string, { deps }: PeopleCall): Promise<string[]> {
  const requests = new Set<string>();
  for (const [i, identity] of keys.entries()) {
    const answer = await deps.erase({ requestId: `${jobId}-${i}`, identity, reason: `privacy job ${jobId}` });
    if (answer !== undefined) requests.add(answer);
  }
  return [...requests];
}

const noteOf = (jobId: string): string => `privacy-job-${jobId}`;

/** `GET /jobs/{id}`: how far a job has come; of a deletion that is done, the receipt. */
export async function showJob(call: PeopleCall): Promise<HttpAnswer> {
  const job = await jobOf(call);
  if (!job) return UNKNOWN;
  const erasures = await Promise.all(job.requests.map((id) => call.deps.erasures.get(id)));
  return {
    status: 200,
    body: shownJob(
      job,
      erasures.flatMap((one) => one ?? []),
    ),
  };
}

function shownJob(job: PrivacyJob, erasures: readonly Erasure[]): object {
  const { jobId, userKey, action, regulation, createdAt } = job;
  const isDone = erasures.every(({ status }) => status === 'done');
  return {
    jobId,
    ...{ userKey, action, regulation, createdDate: createdAt },
    status: isDone ? 'complete' : 'processing',
    ...(action === 'delete' && { people: job.requests.length }),
    ...(action === 'access' && { downloadURL: `/data/core/privacy/jobs/${jobId}/data` }),
    receipts: erasures.flatMap(({ receipt }) => receipt ?? []),
  };
}

/** `GET /jobs/{id}/data`: everything that profiles store about the person of a job for access. */
export async function showJobData(call: PeopleCall): Promise<HttpAnswer> {
  const { deps } = call;
  const job = await jobOf(call);
  if (job?.action !== 'access') return UNKNOWN;
  const secret = await deps.referenceSecret();
  const keys = job.references.flatMap((one) => identityIn(one, secret) ?? []);
  const { access } = stageSettings(await deps.catalog.current());
  const of = { ...deps, settings: access, now: deps.now() };
  const people = new Map<IdentityKey, object>();
  for (const key of keys) {
    const found = await findProfile(key, access.mergePolicy, of);
    if (!found || people.has(found.profile.key)) continue;
    const query = {
      filters: [],
      limit: 100_000,
      orderby: 'timestamp',
      maxCharacters: MAX_CHARACTERS / keys.length,
    } as const;
    const { events, next } = await findEvents(found, query, of);
    const { xEvent: _events, ...attributes } = found.profile.view;
    people.set(found.profile.key, {
      identities: found.profile.identities,
      attributes,
      audiences: await membershipsOf(key, found.item, of),
      events: events.map(({ entry, event }) => ({
        dataset: entry.datasetId,
        receivedAt: isoOf(entry.receivedAt),
        event,
      })),
      // More events than one answer can have are read by the entities API.
      isComplete: next === '',
    });
  }
  const read = { what: 'profile', keys, found: people.size, fields: ['privacy access'] } as const;
  const obstacle = await audited(read, FAMILY, call);
  return obstacle ?? { status: 200, body: { jobId: job.jobId, people: [...people.values()] } };
}

const jobOf = async ({ deps, params }: PeopleCall): Promise<PrivacyJob | undefined> =>
  (await deps.notes.get(noteOf(params.id ?? ''))) as PrivacyJob | undefined;

const UNKNOWN_REFERENCE = problem(FAMILY, 404, 'This is no reference of a profile of this stage');
const UNKNOWN = problem(FAMILY, 404, 'There is no privacy job of this id; jobs are kept for 30 days');

/** `GET /jobs`: deletions that are under way. */
export async function listJobs({ deps }: PeopleCall): Promise<HttpAnswer> {
  const jobs = (await deps.erasures.underWay()).map(({ requestId, requestedAt }) => ({
    jobId: requestId,
    action: 'delete',
    status: 'processing',
    createdDate: isoOf(requestedAt),
  }));
  return { status: 200, body: { jobDetails: jobs, totalRecords: jobs.length } };
}

/** `DELETE /{reference}`: the person is suppressed and gone from profiles at once; the receipt follows. */
export async function deletePerson(call: PeopleCall): Promise<HttpAnswer> {
  const value = call.params.reference ?? '';
  if (identityIn(value, await call.deps.referenceSecret()) === undefined) return UNKNOWN_REFERENCE;
  const users = [{ key: 'profile', action: ['delete' as const], userIDs: [{ namespace: 'reference', value }] }];
  return openJobs({ ...call, body: { users } });
}
