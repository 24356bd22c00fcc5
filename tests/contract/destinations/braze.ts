import type { HttpRequest } from '#core/activation/http/client.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';
import { respond } from './respond.ts';

interface Sent {
  readonly external_id: string;
  readonly _update_existing_only: boolean;
  readonly tributary_segments?: { readonly add?: readonly string[]; readonly remove?: readonly string[] };
}

const KEY = 'rest api key';
/** What a user may have in an array attribute, if nothing else was agreed. */
const ARRAY_LENGTH = 25;

/** `users/track`: 75 objects, errors by position inside a 201, arrays that are cut off. All users of the tests exist. */
function brazeVendor({ invalid, now }: VendorWorld): FakeVendor {
  const arrays = new Map<string, readonly string[]>();
  const say = (status: number, body: object) =>
    respond(status, body, {
      'x-ratelimit-limit': '3000',
      'x-ratelimit-remaining': '2999',
      'x-ratelimit-reset': String(Math.ceil(now() / 1_000) + 3),
    });
  const take = ({ external_id: id, tributary_segments: change = {} }: Sent): void => {
    const { add = [], remove = [] } = change;
    const left = (arrays.get(id) ?? []).filter((each) => !remove.includes(each) && !add.includes(each));
    arrays.set(id, [...left, ...add].slice(0, ARRAY_LENGTH));
  };
  return {
    members: () => new Set([...arrays].flatMap(([id, segments]) => segments.map((segment) => `${id}|${segment}`))),
    answer: ({ method, url, headers, body }: HttpRequest) => {
      if (headers.authorization !== `Bearer ${KEY}`) return say(401, { message: 'Invalid API key' });
      if (method !== 'POST' || url !== 'https://rest.fra-01.braze.eu/users/track') return say(404, {});
      const { attributes } = JSON.parse(body) as { attributes: readonly Sent[] };
      if (attributes.length > 75) return say(400, { message: 'max input length exceeded' });
      const errors = attributes.flatMap(({ external_id: id }, index) =>
        invalid.has(id) ? [{ type: 'BLACKLISTED_EXTERNAL_USER_ID', input_array: 'attributes', index }] : [],
      );
      for (const each of attributes) if (!invalid.has(each.external_id)) take(each);
      const processed = attributes.length - errors.length;
      return say(201, { message: 'success', attributes_processed: processed, ...(errors.length > 0 && { errors }) });
    },
  };
}

export const conformance: Conformance = {
  destination: { url: 'https://rest.fra-01.braze.eu', identities: { externalId: ['CRMID'] } },
  secret: { bearerToken: KEY },
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`), identity('Email', `person.${n}@example.com`)] }),
  person: (n) => `C-${n}`,
  vendor: brazeVendor,
};
