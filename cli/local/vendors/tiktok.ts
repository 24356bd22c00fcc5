import type { TikTokDestination } from '#core/activation/destinations/tiktok/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, isSha256, respond } from '../vendor-server/vendor.ts';

interface Mapping {
  readonly advertiser_ids: readonly string[];
  readonly action: 'add' | 'delete';
  readonly id_schema: readonly string[];
  readonly batch_data: readonly (readonly { readonly id?: string; readonly audience_ids?: readonly string[] }[])[];
}

const SCHEMA = new Set(['EMAIL_SHA256', 'PHONE_SHA256', 'AAID_SHA256', 'IDFA_SHA256']);

const say = (code: number, message: string, data: object = {}): HttpOutcome =>
  respond(200, { code, message, request_id: '2026', data });

/** The Business API as far as it is documented: 200 in any case, a code that speaks of the whole request. */
export const vendor: CreateVendor<TikTokDestination> = ({ invalid, secret, destination, segmentOf }) => {
  const { advertiserId, audiencePrefix, apiVersion, url: origin } = destination;
  const audiences: { readonly id: string; readonly name: string; readonly members: Set<string> }[] = [];

  const isWellFormed = ({ advertiser_ids, id_schema, batch_data }: Mapping): boolean =>
    advertiser_ids[0] === advertiserId &&
    id_schema.every((column) => SCHEMA.has(column)) &&
    batch_data.length <= destination.peoplePerRequest &&
    batch_data.every(
      (row) =>
        row.length === id_schema.length &&
        row.every(({ id }) => id === undefined || isSha256(id)) &&
        row.some(({ id }) => id !== undefined),
    );

  const mapping = (asked: Mapping): HttpOutcome => {
    if (!isWellFormed(asked)) return say(40_002, 'batch_data: Invalid value.');
    const people = asked.batch_data.flatMap((row) => row.filter(({ id }) => id !== undefined));
    const isAdded = asked.action === 'add';
    if (isAdded && people.some(({ id }) => invalid.has(id!))) return say(40_002, 'batch_data: Invalid id.');
    for (const { id, audience_ids } of people) {
      const audience = audiences.find((each) => each.id === audience_ids![0]);
      if (!audience) return say(40_001, 'No permission to operate the audience.');
      isAdded ? audience.members.add(id!) : audience.members.delete(id!);
    }
    return say(0, 'OK');
  };

  const create = ({ custom_audience_name, advertiser_id, action }: Record<string, string>): HttpOutcome => {
    if (advertiser_id !== advertiserId || action !== 'create' || !custom_audience_name) return say(40_002, 'Missing.');
    const id = `17000${audiences.length + 1}`;
    audiences.push({ id, name: custom_audience_name, members: new Set() });
    return say(0, 'OK', { audience_id: id });
  };

  const details = (query: URLSearchParams): HttpOutcome => {
    const ids = JSON.parse(query.get('custom_audience_ids') ?? '[]') as readonly string[];
    const found = audiences.filter(({ id }) => ids.includes(id));
    if (query.get('advertiser_id') !== advertiserId || found.length < ids.length) return say(40_001, 'No permission.');
    const list = found.map(({ id, name, members }) => ({
      audience_details: { audience_id: id, name, cover_num: members.size },
      audience_history: [],
    }));
    return say(0, 'OK', { list });
  };

  return {
    members: () =>
      new Set(
        audiences.flatMap(({ members, name }) =>
          [...members].map(
            (member) => `${member}|${/ \[(\S+)\]$/.exec(name)?.[1] ?? segmentOf(name.slice(audiencePrefix.length))}`,
          ),
        ),
      ),
    answer: ({ url, headers, body }: HttpRequest) => {
      if (headers['access-token'] !== secret.accessToken) return say(40_105, 'Access token is incorrect.');
      const { origin: host, pathname, searchParams } = new URL(url);
      const base = `/open_api/${apiVersion}/`;
      if (host !== origin || !pathname.startsWith(base)) return respond(404);
      switch (pathname.slice(base.length)) {
        case 'segment/mapping/':
          return mapping(JSON.parse(body));
        case 'segment/audience/':
          return create(JSON.parse(body));
        case 'dmp/custom_audience/get/':
          return details(searchParams);
        case 'dmp/custom_audience/list/':
          return say(0, 'OK', { list: audiences.map(({ id, name }) => ({ audience_id: id, name })) });
        default:
          return respond(404);
      }
    },
  };
};
