import {
  type MarketingCloudDestination,
  restUrl,
} from '#core/activation/destinations/salesforce-marketing-cloud/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

type Item = Readonly<Record<string, string>>;

interface Handed {
  readonly items: readonly Item[];
  readonly since: number;
  results?: { readonly status: string; readonly errorCode?: string; readonly message?: string }[];
}

const PICKED_UP_MS = 5_000;
const DONE_MS = 30_000;
/** A page has no more, whatever is asked for. */
const PAGE = 50;

/** Asynchronous upserts of data extension rows: status, then results by the order of the rows. */
export const vendor: CreateVendor<MarketingCloudDestination> = (world) => {
  const { invalid, now, destination, takesToken } = world;
  const { columns, dataExtension } = destination;
  const extension = 'key' in dataExtension ? `key:${dataExtension.key}` : dataExtension.id;
  const rows = new Map<string, string>();
  const requests = new Map<string, Handed>();

  const run = (handed: Handed): void => {
    handed.results = handed.items.map((item) => {
      const [contact, segment, status] = [columns.contactKey, columns.segmentId, columns.status].map(
        (name) => item[name]!,
      );
      if (invalid.has(contact!)) return { status: 'Error', errorCode: 'UnexpectedError', message: 'No such value.' };
      rows.set(`${contact}|${segment}`, status!);
      return { status: 'OK' };
    });
  };

  const submit = (body: string): HttpOutcome => {
    const { items } = JSON.parse(body) as { items: readonly Item[] };
    if (items.length > 30_000) return respond(413, {});
    const requestId = `request-${requests.size}`;
    requests.set(requestId, { items, since: now() });
    return respond(202, { requestId, resultMessages: [] });
  };

  const state = (requestId: string, handed: Handed): HttpOutcome => {
    const age = now() - handed.since;
    if (age < world.lasting(PICKED_UP_MS)) return respond(200, { requestId, resultMessages: [] });
    if (age < world.lasting(DONE_MS))
      return respond(200, { status: { requestStatus: 'Executing', hasErrors: false }, requestId });
    if (!handed.results) run(handed);
    const hasErrors = handed.results!.some(({ status }) => status === 'Error');
    const resultStatus = hasErrors ? 'Has Errors' : 'OK';
    return respond(200, { status: { requestStatus: 'Complete', resultStatus, hasErrors }, requestId });
  };

  const results = ({ results: all = [] }: Handed, query: URLSearchParams): HttpOutcome => {
    const page = Number(query.get('$page') ?? 1);
    const pageSize = Math.min(PAGE, Number(query.get('$pageSize') ?? PAGE));
    const items = all.slice((page - 1) * pageSize, page * pageSize);
    return respond(200, { page, pageSize, count: all.length, items });
  };

  const erase = (url: URL, body: string): HttpOutcome => {
    const { values, DeleteOperationType: kind } = JSON.parse(body) as Record<string, unknown>;
    const isRight = url.searchParams.get('type') === 'keys' && kind === 'ContactAndAttributes' && Array.isArray(values);
    if (!isRight) return respond(400, { message: 'invalid' });
    for (const key of rows.keys()) if (values.includes(key.split('|')[0])) rows.delete(key);
    return respond(200, { operationInitiated: true, operationID: 1, requestServiceMessageID: 'x', resultMessages: [] });
  };

  const upsert = (url: URL, body: string): HttpOutcome => {
    const isKnown = decodeURIComponent(url.pathname) === `/data/v1/async/dataextensions/${extension}/rows`;
    return isKnown ? submit(body) : respond(404, {});
  };

  const ask = (url: URL): HttpOutcome => {
    const [, requestId, what] = /^\/data\/v1\/async\/([^/]+)\/(status|results)$/.exec(url.pathname) ?? [];
    const handed = requests.get(requestId ?? '');
    if (!handed) return respond(200, { requestId, resultMessages: [{ resultType: 'Error' }] });
    return what === 'status' ? state(requestId!, handed) : results(handed, url.searchParams);
  };

  return {
    people: () => new Set([...rows.keys()].map((key) => key.split('|')[0]!)),
    members: () => new Set([...rows].flatMap(([key, status]) => (status === 'realized' ? [key] : []))),
    answer: ({ method, url: text, headers, body }: HttpRequest) => {
      const url = new URL(text);
      if (url.origin !== restUrl(destination)) return respond(404, {});
      if (!takesToken(headers.authorization)) return respond(401, { message: 'Not Authorized' });
      if (method === 'POST' && url.pathname === '/contacts/v1/contacts/actions/delete') return erase(url, body);
      return method === 'PUT' ? upsert(url, body) : ask(url);
    },
  };
};
