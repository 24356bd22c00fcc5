import type { BrazeDestination } from '#core/activation/destinations/braze/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { type CreateVendor, respond } from '../vendor-server/vendor.ts';

type Sent = Readonly<Record<string, unknown>>;
interface Change {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

const MAX_OBJECTS = 75;
const MAX_DELETED = 50;

/** Users of one kind of identifier. */
type Deletion = Readonly<Record<string, readonly (string | { readonly alias_name: string })[]>>;

/** `users/track`: errors by position inside a 201, arrays that are cut off. Everybody who is spoken of exists as a user. */
export const vendor: CreateVendor<BrazeDestination> = ({ invalid, now, secret, destination }) => {
  const arrays = new Map<string, readonly string[]>();
  const say = (status: number, body: object) =>
    respond(status, body, {
      'x-ratelimit-limit': '3000',
      'x-ratelimit-remaining': '2999',
      'x-ratelimit-reset': String(Math.ceil(now() / 1_000) + 3),
    });
  const { membership } = destination;
  const idOf = ({ external_id: externalId, user_alias: alias, email, phone }: Sent): string =>
    String(externalId ?? (alias as { readonly alias_name: string } | undefined)?.alias_name ?? email ?? phone);
  const changeIn = (sent: Sent): Change => {
    if (membership.as === 'array') return (sent[membership.attribute] ?? {}) as Change;
    const flags = Object.entries(sent).filter(([name]) => name.startsWith(membership.prefix));
    const named = (wanted: boolean): string[] =>
      flags.flatMap(([name, value]) => (value === wanted ? [name.slice(membership.prefix.length)] : []));
    return { add: named(true), remove: named(false) };
  };
  const take = (sent: Sent): void => {
    const id = idOf(sent);
    const { add = [], remove = [] } = changeIn(sent);
    const left = (arrays.get(id) ?? []).filter((each) => !remove.includes(each) && !add.includes(each));
    arrays.set(id, [...left, ...add].slice(0, membership.as === 'array' ? membership.maxLength : undefined));
  };
  const erase = (asked: Deletion): HttpOutcome => {
    const kinds = Object.values(asked);
    if (kinds.length !== 1 || kinds[0]!.length > MAX_DELETED) return say(400, { message: 'invalid' });
    const ids = kinds[0]!.map((each) => (typeof each === 'string' ? each : each.alias_name));
    return say(201, { deleted: ids.filter((id) => arrays.delete(id)).length, message: 'success' });
  };
  const track = (attributes: readonly Sent[]): HttpOutcome => {
    if (attributes.length > MAX_OBJECTS) return say(400, { message: 'max input length exceeded' });
    const errors = attributes.flatMap((each, index) =>
      invalid.has(idOf(each)) ? [{ type: 'BLACKLISTED_EXTERNAL_USER_ID', input_array: 'attributes', index }] : [],
    );
    for (const each of attributes) if (!invalid.has(idOf(each))) take(each);
    const processed = attributes.length - errors.length;
    return say(201, { message: 'success', attributes_processed: processed, ...(errors.length > 0 && { errors }) });
  };
  return {
    people: () => new Set(arrays.keys()),
    members: () => new Set([...arrays].flatMap(([id, segments]) => segments.map((segment) => `${id}|${segment}`))),
    answer: ({ method, url, headers, body }) => {
      if (headers.authorization !== `Bearer ${secret.bearerToken}`) return say(401, { message: 'Invalid API key' });
      if (method === 'POST' && url === `${destination.url}/users/delete`) return erase(JSON.parse(body) as Deletion);
      const isTrack = method === 'POST' && url === `${destination.url}/users/track`;
      return isTrack ? track((JSON.parse(body) as { attributes: readonly Sent[] }).attributes) : say(404, {});
    },
  };
};
