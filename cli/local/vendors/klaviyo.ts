import { type KlaviyoDestination, keyOf } from '#core/activation/destinations/klaviyo/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

interface Job {
  readonly list: string;
  readonly emails: readonly string[];
  readonly since: number;
  errors?: { readonly pointer: string }[];
}

interface ImportJob {
  readonly data: {
    readonly attributes: {
      readonly profiles: { readonly data: readonly { readonly attributes: Readonly<Record<string, string>> }[] };
    };
    readonly relationships: { readonly lists: { readonly data: readonly { id: string }[] } };
  };
}

/** Most profiles of each call. */
const MAX = { import: 10_000, look: 100, remove: 1_000 };
const PROCESSING_MS = 30_000;

/** How the fake says of somebody that it does not take them: three ways, by a digit of the address. */
type Way = 'at once' | 'in the job, by position' | 'in the job, without position';
const WAYS: readonly Way[] = ['at once', 'in the job, by position', 'in the job, without position'];
const wayOf = (email: string): Way => WAYS[Number(/\d+/.exec(email)?.[0] ?? 0) % WAYS.length]!;

/** Lists, profiles and import jobs by the rules of revision 2026-07-15. */
export const vendor: CreateVendor<KlaviyoDestination> = (world) => {
  const { invalid, now, secret, destination, segmentOf } = world;
  /** By what profiles are found: addresses, mostly. */
  const key = keyOf(destination);
  const lists = new Map<string, string>();
  const profiles = new Map<string, string>();
  const members = new Set<string>();
  const jobs = new Map<string, Job>();
  const invalidInput = (pointer: string): HttpOutcome =>
    respond(400, {
      errors: [{ id: '1', code: 'invalid', title: 'Invalid input.', detail: 'no', source: { pointer } }],
    });

  const importProfiles = (body: string): HttpOutcome => {
    const { attributes, relationships } = (JSON.parse(body) as ImportJob).data;
    const emails = attributes.profiles.data.map((each) => each.attributes[key] ?? '');
    const list = relationships.lists.data[0]!.id;
    if (emails.length > MAX.import) return invalidInput('/data/attributes/profiles/data');
    if (!lists.has(list)) return respond(404, {});
    const bad = emails.findIndex((email) => invalid.has(email) && wayOf(email) === 'at once');
    if (bad >= 0) return invalidInput(`/data/attributes/profiles/data/${bad}/attributes/email`);
    const id = `job-${jobs.size}`;
    jobs.set(id, { list, emails, since: now() });
    return respond(202, { data: { type: 'profile-bulk-import-job', id, attributes: { status: 'queued' } } });
  };

  const run = (job: Job): void => {
    job.errors = job.emails.flatMap((email, index) => {
      if (invalid.has(email)) {
        const isNamed = wayOf(email) === 'in the job, by position';
        return [{ pointer: isNamed ? `/data/attributes/profiles/data/${index}/attributes/email` : '/data' }];
      }
      if (!profiles.has(email)) profiles.set(email, `id-of-${email}`);
      members.add(`${email}|${job.list}`);
      return [];
    });
  };

  const jobState = (job: Job): HttpOutcome => {
    const isDone = now() - job.since >= world.lasting(PROCESSING_MS);
    if (isDone && !job.errors) run(job);
    const attributes = isDone
      ? { status: 'complete', failed_count: job.errors!.length }
      : { status: 'processing', failed_count: 0 };
    return respond(200, { data: { attributes } });
  };

  const errorsOf = (job: Job, { searchParams }: URL): HttpOutcome => {
    const from = Number(searchParams.get('page[cursor]') ?? 0);
    const size = Number(searchParams.get('page[size]') ?? 20);
    if (size > 100) return invalidInput('/data');
    const page = job.errors!.slice(from, from + size);
    const more = from + size < job.errors!.length;
    const next = more ? `https://a.klaviyo.com/x?page%5Bcursor%5D=${from + size}` : null;
    return respond(200, {
      data: page.map((source) => ({ type: 'import-error', attributes: { code: 'invalid', detail: 'no', source } })),
      links: { next },
    });
  };

  const look = ({ searchParams }: URL): HttpOutcome => {
    const [, asked, listed] = /^any\((\w+),(.*)\)$/.exec(searchParams.get('filter')!)!;
    const emails = JSON.parse(listed!) as string[];
    if (asked !== key || emails.length > MAX.look) return respond(400, {});
    const data = emails.flatMap((email) => {
      const id = profiles.get(email);
      return id === undefined ? [] : [{ type: 'profile', id, attributes: { [key]: email } }];
    });
    return respond(200, { data });
  };

  const remove = (list: string, body: string): HttpOutcome => {
    const ids = (JSON.parse(body).data as { id: string }[]).map(({ id }) => id);
    if (ids.length > MAX.remove) return respond(400, {});
    for (const [email, id] of profiles) if (ids.includes(id)) members.delete(`${email}|${list}`);
    return respond(204);
  };

  const profilesOf = (list: string, { searchParams }: URL): HttpOutcome => {
    if (!lists.has(list)) return respond(404, {});
    const size = Number(searchParams.get('page[size]') ?? 20);
    const from = Number(searchParams.get('page[cursor]') ?? 0);
    if (size > 100) return respond(400, {});
    const all = [...profiles].filter(([email]) => members.has(`${email}|${list}`));
    const next = from + size < all.length ? `https://a.klaviyo.com/x?page%5Bcursor%5D=${from + size}` : null;
    const data = all
      .slice(from, from + size)
      .map(([email, id]) => ({ type: 'profile', id, attributes: { [key]: email } }));
    return respond(200, { data, links: { next } });
  };

  /** One profile at a time, and the only way to take a value from it. */
  const update = (body: string): HttpOutcome => {
    const { attributes } = JSON.parse(body).data as { attributes: Record<string, string> };
    const email = attributes[key];
    if (email === undefined || invalid.has(email)) return respond(400, {});
    const id = profiles.get(email) ?? `id-of-${email}`;
    profiles.set(email, id);
    return respond(201, { data: { type: 'profile', id, attributes: {} } });
  };

  const erase = (body: string): HttpOutcome => {
    const { attributes } = JSON.parse(body).data.attributes.profile.data as { attributes: Record<string, string> };
    if (Object.keys(attributes).length !== 1 || attributes[key] === undefined) return respond(400, {});
    const email = attributes[key];
    profiles.delete(email);
    for (const each of members) if (each.startsWith(`${email}|`)) members.delete(each);
    return respond(202);
  };

  const listsNamed = ({ searchParams }: URL): HttpOutcome => {
    const name = /^equals\(name,"(.*)"\)$/.exec(searchParams.get('filter')!)![1]!;
    const data = [...lists].flatMap(([id, each]) => (each === name ? [{ id, attributes: { name } }] : []));
    return respond(200, { data });
  };

  const createList = (body: string): HttpOutcome => {
    const id = `L${lists.size}`;
    lists.set(id, JSON.parse(body).data.attributes.name);
    return respond(201, { data: { type: 'list', id } });
  };

  const answer = (request: HttpRequest): HttpOutcome => {
    const { headers } = request;
    const url = new URL(request.url);
    if (url.origin !== destination.url) return respond(404, {});
    if (headers.authorization !== `Klaviyo-API-Key ${secret.apiKey}`) return respond(401, {});
    return /^\d{4}-\d{2}-\d{2}$/.test(headers.revision ?? '') ? answerAt(url, request) : respond(400, {});
  };
  const ofJob = (id: string, say: (job: Job) => HttpOutcome): HttpOutcome => {
    const job = jobs.get(id);
    return job ? say(job) : respond(404, {});
  };
  const answerAt = (url: URL, { method, body }: HttpRequest): HttpOutcome => {
    const [, , kind, id, ...rest] = url.pathname.split('/');
    switch (`${method} ${[kind, id && '{id}', ...rest].filter(Boolean).join('/')}`) {
      case 'POST profile-bulk-import-jobs':
        return importProfiles(body);
      case 'GET profile-bulk-import-jobs/{id}':
        return ofJob(id!, jobState);
      case 'GET profile-bulk-import-jobs/{id}/import-errors':
        return ofJob(id!, (job) => errorsOf(job, url));
      case 'GET lists/{id}/profiles':
        return profilesOf(id!, url);
      case 'POST profile-import':
        return update(body);
      case 'POST data-privacy-deletion-jobs':
        return erase(body);
      case 'GET profiles':
        return look(url);
      case 'DELETE lists/{id}/relationships/profiles':
        return remove(id!, body);
      case 'GET lists':
        return listsNamed(url);
      case 'POST lists':
        return createList(body);
      default:
        return respond(405, {});
    }
  };
  return {
    answer,
    people: () => new Set(profiles.keys()),
    members: () =>
      new Set(
        [...members].map((member) => {
          const [email, list] = member.split('|');
          return `${email}|${segmentOf(lists.get(list!)!.slice(destination.audiencePrefix.length))}`;
        }),
      ),
  };
};
