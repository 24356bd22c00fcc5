import { z } from 'zod';
import type { Line } from '#cli/local/vendor-server/faults.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import type { Answer, ItemResult, RequestDestination } from '#core/activation/destination-type.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { bodyOf, DELIVERED, failed, failureOf, unreadable } from '#core/activation/item-results.ts';
import { emailSha256, storedSha256 } from '#core/activation/normalise/forms.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';

/**
 * The ways in which vendors answer, each as a small vendor of its own, so that the framework is tried with all of them
 * before any vendor's type is.
 */
export interface Shape {
  /** Who rejects: each row; the whole request, naming rows; the whole request, saying nothing. */
  readonly rejects: 'rows' | 'whole, named' | 'whole, unnamed';
  /** Whether audiences are made on request. */
  readonly makesAudiences: boolean;
  /**
   * Whether results come later: of each row at once; of those that failed, page by page, once the job is done; or only how
   * many failed.
   */
  readonly later: 'no' | 'rows' | 'pages' | 'counts';
  /** Whether a person's id has to be looked up before anything is said about them. */
  readonly looksUp: boolean;
  /** Whether failures and expired tokens come inside a 200. */
  readonly inside200: boolean;
  /** The status of an answer to a token that has expired, where it is none inside a 200: 401, or another one and a word. */
  readonly expiredStatus: 401 | 400 | 500;
  /** How many rows the vendor takes at last, which are fewer than it took before. */
  readonly shrinksTo: number;
}

const definition = z.strictObject({ ...destinationBase, type: z.literal('shape') });
type ShapeDestination = z.output<typeof definition>;

interface Call {
  readonly step: 'look-up' | 'change';
  readonly action?: 'add' | 'remove';
  readonly audience?: string;
}
interface Row {
  readonly id: string;
  readonly next?: Call;
}

const HOST = 'https://api.vendor.example.com';
export const BATCH = 7;
/** A limit shrinks after so many requests. */
const REQUESTS_BEFORE = 2;
const answerBody = z.looseObject({
  error: z.string().optional(),
  bad: z.array(z.int()).optional(),
  job: z.string().optional(),
  done: z.boolean().optional(),
  failed: z.int().optional(),
  next: z.int().optional(),
  ids: z.array(z.string()).optional(),
  errors: z.array(z.looseObject({ index: z.int() })).optional(),
});
const bodyIn = (outcome: HttpOutcome) => answerBody.safeParse(bodyOf(outcome));

/** A type for vendors of a shape. */
export function shapeType(shape: Shape): RequestDestination<ShapeDestination, Call, Row> {
  const rowResults = (count: number, errors: readonly { index: number }[] = []): ItemResult[] => {
    const bad = new Set(errors.map(({ index }) => index));
    return Array.from({ length: count }, (_, index) => (bad.has(index) ? failed('drop', 'invalid') : DELIVERED));
  };
  const read = (outcome: HttpOutcome, rows: readonly Row[], call: Call): Answer<Call, Row> => {
    const body = bodyIn(outcome);
    if (body.success && body.data.error === 'throttled')
      return { kind: 'all', result: failed('wait', 'throttled', { waitMs: 7_000 }) };
    if (body.success && body.data.error === 'expired') return { kind: 'all', result: failed('stop', 'expired') };
    if (body.success && body.data.error === 'invalid') {
      const failure = failed('drop', 'invalid');
      return { kind: 'split', failure, ...(body.data.bad && { bad: body.data.bad }) };
    }
    // Whoever sends too many sends fewer.
    if (body.success && body.data.error === 'too-many') return { kind: 'split', failure: failed('drop', 'too-many') };
    const failure = failureOf(outcome);
    if (failure) return { kind: 'all', result: failure };
    if (!body.success || body.data.error !== undefined) return unreadable();
    const { job, ids, errors, done } = body.data;
    if (call.step === 'look-up') {
      if (ids?.length !== rows.length) return unreadable();
      return { kind: 'continue', rows: rows.map(({ next }, index) => ({ call: next!, row: { id: ids[index]! } })) };
    }
    if (job !== undefined) return { kind: 'job', job, againInMs: 20_000 };
    return done === true ? { kind: 'rows', results: rowResults(rows.length, errors) } : unreadable();
  };
  return {
    name: 'shape',
    title: 'A shape',
    category: 'advertising',
    summary: 'What a vendor of this shape is sent.',
    definition,
    example: { id: 'shape' },
    setUp: ['Nothing.'],
    credentials: { clientId: 'id', clientSecret: 'secret' },
    capabilities: {
      exit: true,
      backfill: true,
      audiences: shape.makesAudiences ? 'created' : 'implied',
      list: false,
      deletion: false,
    },
    delivery: 'requests',
    limits: () => ({ rows: BATCH, bytes: 5_000 }),
    authentication: () => ({ type: 'oauth2ClientCredentials', clientAuthentication: 'body' }),
    identities: () => ({
      take: 'all',
      forms: [{ form: 'emailHash', from: { Email: emailSha256(), Email_LC_SHA256: storedSha256() } }],
    }),
    attributes: () => [],
    mandatory: () => [],
    sendsUpdates: () => false,
    ...((shape.inside200 || shape.expiredStatus !== 401) && {
      expired: (outcome: HttpOutcome) => {
        const body = bodyIn(outcome);
        return body.success && body.data.error === 'expired';
      },
    }),
    ...(shape.makesAudiences && {
      audiences: {
        given: () => undefined,
        create: ({ segmentId }) => request({ step: 'audience', name: segmentId }),
        created: (outcome) => {
          const body = bodyIn(outcome).data;
          if (body?.error === 'throttled') return failed('wait', 'throttled', { waitMs: 7_000 });
          const ids = body?.ids;
          return ids?.[0] === undefined ? (failureOf(outcome) ?? failed('retry', 'malformed-answer')) : { id: ids[0] };
        },
      },
    }),
    rows: ({ identities, changes }, _destination, { audienceId }) =>
      changes.flatMap(({ segmentId, status }) => {
        const audience = shape.makesAudiences ? audienceId(segmentId) : segmentId;
        // Nobody is in what was never made.
        if (audience === undefined) return [];
        const change: Call = { step: 'change', action: status === 'realized' ? 'add' : 'remove', audience };
        return identities.map(({ value }) =>
          shape.looksUp
            ? { call: { step: 'look-up' as const }, row: { id: value, next: change } }
            : { call: change, row: { id: value } },
        );
      }),
    request: (call, rows) => request({ ...call, ids: rows.map(({ id }) => id) }),
    answer: read,
    ...(shape.later !== 'no' && {
      jobs: {
        giveUpAfterMs: 3_600_000,
        request: (text) => {
          const [job, page] = text.split('/');
          return request(page === undefined ? { step: 'job', job } : { step: 'errors', job, page: Number(page) });
        },
        answer: (outcome, rows, text, _destination, known) => {
          const body = bodyIn(outcome);
          if (body.success && body.data.error === 'throttled')
            return { kind: 'all', result: failed('wait', 'throttled') };
          const failure = failureOf(outcome);
          if (failure) return { kind: 'all', result: failure };
          if (!body.success || body.data.done === undefined) return unreadable();
          const { done, failed: count, errors, next } = body.data;
          if (!done) return { kind: 'running', againInMs: 20_000 };
          if (shape.later === 'counts' && count! > 0) return { kind: 'split', failure: failed('drop', 'invalid') };
          const [job] = text.split('/');
          if (count !== undefined && count > 0) return { kind: 'ask', job: `${job}/0` };
          const bad = [...known.keys(), ...(errors ?? []).map(({ index }) => index)];
          const results = rowResults(
            rows,
            bad.map((index) => ({ index })),
          );
          if (next === undefined) return { kind: 'rows', results };
          return { kind: 'ask', job: `${job}/${next}`, known: new Map(bad.map((index) => [index, results[index]!])) };
        },
      },
    }),
  };
}

const request = (body: object): HttpRequest => ({
  method: 'POST',
  url: `${HOST}/do`,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  timeoutMs: 5_000,
});

interface Asked extends Partial<Call> {
  readonly ids?: readonly string[];
  readonly name?: string;
  readonly job?: string;
  readonly page?: number;
}

function shapeVendor(shape: Shape, { invalid, now, takesToken }: VendorWorld): FakeVendor {
  let requests = 0;
  const members = new Set<string>();
  const audiences = new Map<string, string>();
  const jobs = new Map<string, { readonly asked: Asked; readonly since: number; errors?: { index: number }[] }>();
  const say = (body: object, status = 200): HttpOutcome => ({ kind: 'response', status, body: JSON.stringify(body) });
  const reject = (error: string, more: object = {}): HttpOutcome =>
    say({ error, ...more }, shape.inside200 ? 200 : 400);
  const personOf = (id: string): string => (shape.looksUp ? id.slice(3) : id);
  const apply = ({ ids = [], action, audience }: Asked): { index: number }[] => {
    const errors: { index: number }[] = [];
    const segment = shape.makesAudiences ? [...audiences].find(([, id]) => id === audience)![0] : audience!;
    for (const [index, id] of ids.entries()) {
      if (invalid.has(personOf(id))) errors.push({ index });
      else if (action === 'add') members.add(`${personOf(id)}|${segment}`);
      else members.delete(`${personOf(id)}|${segment}`);
    }
    return errors;
  };
  const change = (asked: Asked): HttpOutcome => {
    const { ids = [] } = asked;
    requests += 1;
    if (ids.length > (requests > REQUESTS_BEFORE ? shape.shrinksTo : BATCH)) return reject('too-many');
    const bad = ids.flatMap((id, index) => (invalid.has(personOf(id)) ? [index] : []));
    if (shape.rejects !== 'rows' && bad.length > 0)
      return reject('invalid', shape.rejects === 'whole, named' ? { bad } : {});
    if (shape.later === 'no') return say({ done: true, errors: apply(asked) });
    const job = `job-${jobs.size}`;
    jobs.set(job, { asked, since: now() });
    return say({ job });
  };
  const look = (job: string): HttpOutcome => {
    const found = jobs.get(job)!;
    if (now() - found.since < 30_000) return say({ done: false });
    found.errors ??= apply(found.asked);
    return say({
      done: true,
      ...(shape.later === 'rows' ? { errors: found.errors } : { failed: found.errors.length }),
    });
  };
  const PAGE = 2;
  const errorsOf = (job: string, page: number): HttpOutcome => {
    const { errors = [] } = jobs.get(job)!;
    const end = (page + 1) * PAGE;
    return say({ done: true, errors: errors.slice(page * PAGE, end), ...(end < errors.length && { next: page + 1 }) });
  };
  return {
    members: () => members,
    answer: ({ headers, body }) => {
      if (!takesToken(headers.authorization))
        return say({ error: 'expired' }, shape.inside200 ? 200 : shape.expiredStatus);
      const asked = JSON.parse(body) as Omit<Asked, 'step'> & { step: string };
      switch (asked.step) {
        case 'audience': {
          const id = audiences.get(asked.name!) ?? `id-of-${asked.name}`;
          audiences.set(asked.name!, id);
          return say({ ids: [id] });
        }
        case 'look-up':
          return say({ ids: asked.ids!.map((id) => `of:${id}`) });
        case 'job':
          return look(asked.job!);
        case 'errors':
          return errorsOf(asked.job!, asked.page!);
        default:
          return change(asked as Asked);
      }
    },
  };
}

/** Counts and lists that do not fit what was asked: one is missing, or there is one more. */
const otherCounts: Line = (_request, pass) => {
  const outcome = pass();
  if (outcome.kind !== 'response' || outcome.status !== 200) return outcome;
  const { ids, failed: count, ...said } = JSON.parse(outcome.body) as { ids?: string[]; failed?: number };
  const other = {
    ...said,
    ...(ids && { ids: ids.length > 1 ? ids.slice(1) : [...ids, ...ids] }),
    ...(count !== undefined && { failed: count + 1 }),
  };
  return { ...outcome, body: JSON.stringify(other) };
};

/** How the suite tries a shape. */
export const shapeConformance = (shape: Shape): Conformance => ({
  destination: {},
  secret: { clientId: 'the client', clientSecret: 'the client secret' },
  profile: (n) => ({ identities: [identity('Email', ` Person.${n}@Example.com`)] }),
  person: (n) => emailSha256().make(`person.${n}@example.com`) as string,
  vendor: (world) => shapeVendor(shape, world),
  oddities: { 'an answer about one more or one fewer': otherCounts },
  ...(!shape.inside200 && { expired: { kind: 'response', status: shape.expiredStatus, body: '{"error":"expired"}' } }),
  ...(shape.inside200 && {
    expired: { kind: 'response', status: 200, body: '{"error":"expired"}' },
    throttled: { kind: 'response', status: 200, body: '{"error":"throttled"}' },
  }),
});
