import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';

interface Audience {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly members: Set<string>;
}
interface Payload {
  readonly schema: readonly string[];
  readonly data: readonly (readonly unknown[])[];
}

const HEX = /^[0-9a-f]{64}$/;
const PLAIN = new Set(['EXTERN_ID', 'MADID']);
const THROTTLED: HttpOutcome = {
  kind: 'response',
  status: 400,
  headers: {
    'x-business-use-case-usage':
      '{"1234567890":[{"type":"custom_audience","call_count":100,"estimated_time_to_regain_access":3}]}',
  },
  body: '{"error":{"message":"There have been too many calls to this ad-account.","type":"OAuthException","code":80003,"fbtrace_id":"A"}}',
};

/** The Marketing API as far as it is documented: rows are taken but for invalid ones, which are counted and shown. */
export function marketingApi({ invalid }: VendorWorld): FakeVendor {
  const audiences: Audience[] = [];
  const say = (status: number, body: object): HttpOutcome => ({ kind: 'response', status, body: JSON.stringify(body) });
  const error = (code: number, error_subcode?: number): HttpOutcome =>
    say(code === 190 ? 401 : 400, {
      error: { message: 'No.', type: 'OAuthException', code, error_subcode, fbtrace_id: 'A' },
    });

  const isWellFormed = ({ schema, data }: Payload): boolean =>
    data.every(
      (row) =>
        row.length === schema.length &&
        row.every((value, i) => value === '' || PLAIN.has(schema[i]!) || HEX.test(String(value))),
    );
  /** Some are rejected with everybody in the request, the others are counted and shown. */
  const sinks = (name: string): boolean => invalid.has(name) && name < '8';

  const people = (audience: Audience, { schema, data }: Payload, isAdded: boolean): HttpOutcome => {
    if (data.length > 10_000 || !isWellFormed({ schema, data })) return error(100);
    const names = data.map((row) => String(row[schema.indexOf('EMAIL')]));
    if (isAdded && names.some(sinks)) return error(100, 1_870_034);
    const bad = isAdded ? names.filter((name) => invalid.has(name)) : [];
    for (const name of names) {
      if (bad.includes(name)) continue;
      isAdded ? audience.members.add(name) : audience.members.delete(name);
    }
    return say(200, {
      audience_id: audience.id,
      session_id: '1',
      num_received: data.length,
      num_invalid_entries: bad.length,
      invalid_entry_samples: Object.fromEntries(bad.map((name, i) => [i, JSON.stringify({ EMAIL: name })])),
    });
  };

  const made = ({ method, body }: HttpRequest): HttpOutcome => {
    if (method === 'GET') return say(200, { data: audiences.map(({ id, description }) => ({ id, description })) });
    const { name, subtype, customer_file_source, description } = JSON.parse(body);
    if (subtype !== 'CUSTOM' || customer_file_source !== 'USER_PROVIDED_ONLY') return error(100);
    const id = `23850${audiences.length}`;
    audiences.push({ id, name, description, members: new Set() });
    return say(200, { id });
  };

  return {
    members: () =>
      new Set(
        audiences.flatMap(({ members, description }) =>
          [...members].map((name) => `${name}|${/^Segment (\S+),/.exec(description)![1]}`),
        ),
      ),
    answer: (request) => {
      const url = new URL(request.url);
      if (request.headers.authorization !== 'Bearer the system user token') return error(190);
      if (!HEX.test(url.searchParams.get('appsecret_proof') ?? '')) return error(100);
      if (url.pathname === '/v27.0/act_1234567890/customaudiences') return made(request);
      const id = /^\/v27\.0\/(\d+)\/users$/.exec(url.pathname)?.[1];
      const audience = audiences.find((each) => each.id === id);
      if (!audience) return error(100, 33);
      return people(audience, JSON.parse(request.body).payload, request.method === 'POST');
    },
  };
}

export const conformance: Conformance = {
  destination: { adAccount: '1234567890', externalIds: ['CRMID'], details: {} },
  secret: { bearerToken: 'the system user token', appSecret: 'the app secret' },
  profile: (n) => ({
    identities: [
      identity('Email', ` Person.${n}@Example.com`),
      identity('Phone_E.164', `+1503555${String(n).padStart(5, '0')}`),
      identity('CRMID', `C-${n}`),
    ],
    attributes: {
      'person.name.firstName': `Given${n}`,
      'homeAddress.countryCode': 'US',
      'homeAddress.postalCode': '97205-1234',
    },
  }),
  person: (n) => digest(`person.${n}@example.com`),
  vendor: marketingApi,
  throttled: THROTTLED,
  expired: {
    kind: 'response',
    status: 401,
    body: '{"error":{"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":463}}',
  },
};
