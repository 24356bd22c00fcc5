import type { PinterestDestination } from '#core/activation/destinations/pinterest-customer-lists/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, isSha256, put, respond } from '../vendor-server/vendor.ts';

interface List {
  readonly id: string;
  readonly name: string;
  readonly records: Set<string>;
}

/** So many records another integrator sends; no document says more. */
const MAX_RECORDS = 1_900;

/** Customer lists of an ad account: a bad record has the whole request rejected, and who is not there is removed all the same. */
export const vendor: CreateVendor<PinterestDestination> = ({ invalid, destination, takesToken }) => {
  const lists: List[] = [];
  const error = (status: number, message: string): HttpOutcome => respond(status, { code: 1, message });
  const segmentIn = ({ name }: List): string => (name.endsWith(']') ? name.slice(name.lastIndexOf('.') + 1, -1) : name);
  const recordsIn = (records: unknown): string[] | undefined => {
    const all = String(records).split(',');
    return all.length <= MAX_RECORDS && all.every(isSha256) ? all : undefined;
  };
  const shown = ({ id, name, records }: List): object => ({
    type: 'customerlist',
    id,
    name,
    status: records.size < 100 ? 'TOO_SMALL' : 'READY',
    exceptions: {},
  });

  const create = (body: string): HttpOutcome => {
    const { name, list_type: type, records } = JSON.parse(body) as Record<string, unknown>;
    const own = recordsIn(records);
    if (typeof name !== 'string' || type !== 'EMAIL' || !own) return error(400, 'Invalid list.');
    const list = { id: String(643_165_000_000 + lists.length), name, records: new Set(own) };
    lists.push(list);
    return respond(200, shown(list));
  };

  const change = (list: List, body: string): HttpOutcome => {
    const { operation_type: operation, records } = JSON.parse(body) as Record<string, unknown>;
    const own = recordsIn(records);
    const isAdded = operation === 'ADD';
    if (!own || !(isAdded || operation === 'REMOVE')) return error(400, 'Invalid records.');
    if (isAdded && own.some((record) => invalid.has(record))) return error(400, 'Invalid records.');
    put(list.records, isAdded, own);
    return respond(200, { ...shown(list), num_batches: 1, num_uploaded_user_records: isAdded ? own.length : 0 });
  };

  const answerAt = (id: string | undefined, { method, body }: HttpRequest): HttpOutcome => {
    if (id === undefined && method === 'GET') return respond(200, { items: lists.map(shown), bookmark: null });
    if (id === undefined) return method === 'POST' ? create(body) : error(405, 'Method.');
    const list = lists.find((each) => each.id === id);
    if (!list) return error(404, 'Customer list not found.');
    return method === 'PATCH' ? change(list, body) : error(405, 'Method.');
  };

  return {
    members: () => {
      // Without the first: with nobody's address a list is made.
      const made = lists.flatMap((list) => [...list.records].map((record) => `${record}|${segmentIn(list)}`).slice(1));
      return new Set(made);
    },
    answer: (request) => {
      const { origin, pathname } = new URL(request.url);
      if (!takesToken(request.headers.authorization)) return error(401, 'Authentication failed.');
      const [, account, id] = /^\/v5\/ad_accounts\/(\d+)\/customer_lists(?:\/(\d+))?$/.exec(pathname) ?? [];
      const isHere = origin === destination.url && account === destination.adAccount;
      return isHere ? answerAt(id, request) : error(404, 'Not found.');
    },
  };
};
