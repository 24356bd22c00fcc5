import { Buffer } from 'node:buffer';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';
import { respond } from './respond.ts';

interface Groups {
  readonly [group: string]: readonly string[];
}
interface Asked {
  readonly audience: { readonly named_user_id: readonly string[] };
  readonly add?: Groups;
  readonly remove?: Groups;
}

const SECRET = { appKey: 'the-app-key', masterSecret: 'the master secret' };
const AUTHORIZATION = `Basic ${Buffer.from(`${SECRET.appKey}:${SECRET.masterSecret}`).toString('base64')}`;
const GROUP = 'tributary-segments';

/** Tags of named users: a request is taken as a whole or not at all, and does not say because of whom. */
function airshipVendor({ invalid }: VendorWorld): FakeVendor {
  const tags = new Set<string>();
  const reject = (error: string): HttpOutcome => respond(400, { ok: false, error, error_code: 40001 });
  const change = ({ audience, add = {}, remove = {} }: Asked): HttpOutcome => {
    const { named_user_id: users } = audience;
    const [added, removed] = [add[GROUP] ?? [], remove[GROUP] ?? []];
    if (!Array.isArray(users) || users.length === 0 || users.length > 1_000) return reject('audience');
    if (added.length + removed.length === 0) return reject('nothing to do');
    if (added.length > 100 || removed.length > 100) return reject('too many tags');
    if (added.some((tag) => removed.includes(tag))) return reject('a tag is in both');
    if (users.some((user) => !/^(?!\s).{1,128}(?<!\s)$/.test(user) || invalid.has(user))) return reject('invalid user');
    for (const user of users) {
      for (const tag of added) tags.add(`${user}|${tag}`);
      for (const tag of removed) tags.delete(`${user}|${tag}`);
    }
    const others = [...Object.keys(add), ...Object.keys(remove)].filter((group) => group !== GROUP);
    return respond(200, { ok: true, ...(others.length > 0 && { tag_warnings: others.join() }) });
  };
  return {
    members: () => tags,
    answer: ({ method, url, headers, body }: HttpRequest) => {
      if (headers.authorization !== AUTHORIZATION) return respond(401, 'Unauthorized');
      if (!headers.accept?.startsWith('application/vnd.urbanairship+json')) return respond(406, {});
      const isTags = method === 'POST' && url === 'https://go.airship.eu/api/named_users/tags';
      return isTags ? change(JSON.parse(body) as Asked) : respond(404, {});
    },
  };
}

export const conformance: Conformance = {
  destination: { site: 'eu', identities: { namedUser: ['CRMID'] } },
  secret: SECRET,
  profile: (n) => ({ identities: [identity('CRMID', `C-${n}`)] }),
  person: (n) => `C-${n}`,
  vendor: airshipVendor,
};
