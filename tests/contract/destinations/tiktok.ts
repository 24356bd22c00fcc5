import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';

interface Mapping {
  readonly advertiser_ids: readonly string[];
  readonly action: 'add' | 'delete';
  readonly id_schema: readonly string[];
  readonly batch_data: readonly (readonly { readonly id?: string; readonly audience_ids?: readonly string[] }[])[];
}

const HEX = /^[0-9a-f]{64}$/;
const SCHEMA = new Set(['EMAIL_SHA256', 'PHONE_SHA256', 'AAID_SHA256', 'IDFA_SHA256']);
const MAX_ROWS = 50;

const answer = (code: number, message: string, data: object = {}): HttpOutcome => ({
  kind: 'response',
  status: 200,
  body: JSON.stringify({ code, message, request_id: '2026', data }),
});

/** The Business API as far as it is documented: 200 in any case, a code that speaks of the whole request. */
export function businessApi({ invalid }: VendorWorld): FakeVendor {
  const audiences: { readonly id: string; readonly name: string; readonly members: Set<string> }[] = [];

  const isWellFormed = ({ advertiser_ids, id_schema, batch_data }: Mapping): boolean =>
    advertiser_ids[0] === '7000001' &&
    id_schema.every((column) => SCHEMA.has(column)) &&
    batch_data.length <= MAX_ROWS &&
    batch_data.every(
      (row) =>
        row.length === id_schema.length &&
        row.every(({ id }) => id === undefined || HEX.test(id)) &&
        row.some(({ id }) => id !== undefined),
    );

  const mapping = (asked: Mapping): HttpOutcome => {
    if (!isWellFormed(asked)) return answer(40_002, 'batch_data: Invalid value.');
    const column = asked.id_schema.indexOf('EMAIL_SHA256');
    const people = asked.batch_data.map((row) => row[column]!);
    const isAdded = asked.action === 'add';
    if (isAdded && people.some(({ id }) => invalid.has(id!))) return answer(40_002, 'batch_data: Invalid id.');
    for (const { id, audience_ids } of people) {
      const audience = audiences.find((each) => each.id === audience_ids![0]);
      if (!audience) return answer(40_001, 'No permission to operate the audience.');
      isAdded ? audience.members.add(id!) : audience.members.delete(id!);
    }
    return answer(0, 'OK');
  };

  const create = ({ custom_audience_name, advertiser_id, action }: Record<string, string>): HttpOutcome => {
    if (advertiser_id !== '7000001' || action !== 'create' || !custom_audience_name) return answer(40_002, 'Missing.');
    const id = `17000${audiences.length + 1}`;
    audiences.push({ id, name: custom_audience_name, members: new Set() });
    return answer(0, 'OK', { audience_id: id });
  };

  return {
    members: () =>
      new Set(
        audiences.flatMap(({ members, name }) =>
          [...members].map((member) => `${member}|${name.slice('Tributary: '.length)}`),
        ),
      ),
    answer: ({ url, headers, body }: HttpRequest) => {
      if (headers['access-token'] !== 'the access token') return answer(40_105, 'Access token is incorrect.');
      const { pathname } = new URL(url);
      switch (pathname) {
        case '/open_api/v1.3/segment/mapping/':
          return mapping(JSON.parse(body));
        case '/open_api/v1.3/segment/audience/':
          return create(JSON.parse(body));
        case '/open_api/v1.3/dmp/custom_audience/list/':
          return answer(0, 'OK', { list: audiences.map(({ id, name }) => ({ audience_id: id, name })) });
        default:
          return { kind: 'response', status: 404, body: '' };
      }
    },
  };
}

export const conformance: Conformance = {
  destination: { advertiserId: '7000001', peoplePerRequest: MAX_ROWS },
  secret: { accessToken: 'the access token' },
  profile: (n) => ({
    identities: [
      identity('Email', ` Person.${n}@Example.com`),
      ...(n % 2 === 0 ? [identity('Phone_E.164', `+1503555${String(n).padStart(5, '0')}`)] : []),
    ],
  }),
  person: (n) => digest(`person.${n}@example.com`),
  vendor: businessApi,
  throttled: answer(40_100, 'Too many requests (QPM). Please try again later.'),
  expired: answer(40_102, 'Access token is expired.'),
};
