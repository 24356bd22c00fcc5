import { Buffer } from 'node:buffer';
import { type AirshipDestination, apiUrl, MAX_TAGS } from '#core/activation/destinations/airship/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { type CreateVendor, put, respond } from '../vendor-server/vendor.ts';

interface Groups {
  readonly [group: string]: readonly string[];
}
interface Asked {
  readonly audience: Readonly<Record<string, readonly string[]>>;
  readonly add?: Groups;
  readonly remove?: Groups;
}

/** Tags of named users: a request is taken as a whole or not at all, and does not say because of whom. */
export const vendor: CreateVendor<AirshipDestination> = ({ invalid, secret, destination, takesToken }) => {
  const { tagGroup, authentication } = destination;
  const isAuthentic = (authorization = ''): boolean => {
    if (authentication.type === 'oauth2') return takesToken(authorization);
    const { appKey, masterSecret, bearerToken } = secret;
    const basic = `Basic ${Buffer.from(`${appKey}:${masterSecret}`).toString('base64')}`;
    return authorization === (authentication.type === 'basic' ? basic : `Bearer ${bearerToken}`);
  };
  const tags = new Set<string>();
  const known = new Set<string>();
  const reject = (error: string): HttpOutcome => respond(400, { ok: false, error, error_code: 40001 });
  const problemOf = (added: readonly string[], removed: readonly string[]): string | undefined => {
    if (added.length + removed.length === 0) return 'nothing to do';
    if (added.length > MAX_TAGS || removed.length > MAX_TAGS) return 'too many tags';
    return added.some((tag) => removed.includes(tag)) ? 'a tag is in both' : undefined;
  };
  const problemOfUsers = (users: readonly string[]): string | undefined => {
    if (users.length === 0 || users.length > 1_000) return 'audience';
    const isWrong = users.some((user) => !/^(?!\s).{1,128}(?<!\s)$/.test(user) || invalid.has(user));
    return isWrong ? 'invalid user' : undefined;
  };
  const change = ({ audience, add = {}, remove = {} }: Asked): HttpOutcome => {
    const users = Object.values(audience).flat();
    const [added, removed] = [add[tagGroup] ?? [], remove[tagGroup] ?? []];
    const wrong = problemOf(added, removed) ?? problemOfUsers(users);
    if (wrong !== undefined) return reject(wrong);
    const named = (own: readonly string[]): string[] => users.flatMap((user) => own.map((tag) => `${user}|${tag}`));
    if (added.length > 0) put(known, true, users);
    put(tags, true, named(added));
    put(tags, false, named(removed));
    const others = [...Object.keys(add), ...Object.keys(remove)].filter((group) => group !== tagGroup);
    return respond(200, { ok: true, ...(others.length > 0 && { tag_warnings: others.join() }) });
  };
  const erase = (ids: readonly string[]): HttpOutcome => {
    if (ids.length === 0 || ids.length > 100) return reject('named_user_id');
    put(known, false, ids);
    for (const each of tags) if (ids.some((id) => each.startsWith(`${id}|`))) tags.delete(each);
    return respond(200, { ok: true });
  };
  return {
    people: () => known,
    members: () => tags,
    answer: ({ method, url, headers, body }) => {
      if (!isAuthentic(headers.authorization)) return respond(401, 'Unauthorized');
      if (!headers.accept?.startsWith('application/vnd.urbanairship+json')) return respond(406, {});
      const { origin, pathname } = new URL(url);
      if (origin === apiUrl(destination) && pathname === '/api/named_users/uninstall') {
        return erase((JSON.parse(body) as { named_user_id: readonly string[] }).named_user_id);
      }
      const isTags =
        method === 'POST' && origin === apiUrl(destination) && /^\/api\/(named_users|channels)\/tags$/.test(pathname);
      return isTags ? change(JSON.parse(body) as Asked) : respond(404, {});
    },
  };
};
