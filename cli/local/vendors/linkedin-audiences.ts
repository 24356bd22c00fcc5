import type { LinkedInDestination } from '#core/activation/destinations/linkedin-audiences/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, isSha256, respond } from '../vendor-server/vendor.ts';

interface Element {
  readonly action: string;
  readonly userIds: readonly { readonly idType: string; readonly idValue: string }[];
  readonly firstName?: string;
}
interface Segment {
  readonly id: number;
  readonly sourceSegmentId: string;
  readonly sourcePlatform: string;
  readonly members: Set<string>;
}

const MAX_ELEMENTS = 5_000;
const ID_TYPES = new Set(['SHA256_EMAIL', 'SHA512_EMAIL', 'GOOGLE_AID', 'APPLE_IDFA']);

/** The DMP segment API as far as it is documented: every element has a status of its own. */
export const vendor: CreateVendor<LinkedInDestination> = ({ invalid, now, destination, takesToken }) => {
  const ACCOUNT = `urn:li:sponsoredAccount:${destination.adAccount}`;
  const segments: Segment[] = [];
  const say = (status: number, body: object | string, headers: Record<string, string> = {}): HttpOutcome =>
    respond(status, body, { date: new Date(now()).toUTCString(), ...headers });
  const error = (status: number, message: string): HttpOutcome => say(status, { status, code: 'ERROR', message });

  const take = ({ members }: Segment, { action, userIds }: Element): object => {
    const isKnown = userIds.length > 0 && userIds.every(({ idType }) => ID_TYPES.has(idType));
    const isHashed = userIds.every(({ idType, idValue }) => idType !== 'SHA256_EMAIL' || isSha256(idValue));
    if (!isKnown || !isHashed) return { status: 400, error: { message: 'Invalid id.' } };
    const values = userIds.map(({ idValue }) => idValue);
    const isAdded = action === 'ADD';
    if (isAdded && values.some((value) => invalid.has(value)))
      return { status: 400, error: { message: 'Invalid user.' } };
    for (const value of values) isAdded ? members.add(value) : members.delete(value);
    return { status: 201 };
  };

  const users = (id: string, { headers, body }: HttpRequest): HttpOutcome => {
    const segment = segments.find((each) => String(each.id) === id);
    if (!segment) return error(404, 'Not found.');
    if (headers['x-restli-method'] !== 'BATCH_CREATE') return error(400, 'Method.');
    const { elements } = JSON.parse(body) as { readonly elements: readonly Element[] };
    if (elements.length > MAX_ELEMENTS) return error(400, 'Too many elements.');
    return say(200, { elements: elements.map((element) => take(segment, element)) });
  };

  const list = ({ method, url, body }: HttpRequest): HttpOutcome => {
    const { searchParams } = new URL(url);
    if (method === 'GET') {
      if (searchParams.get('account') !== ACCOUNT) return error(403, 'Account.');
      const found = segments.filter(({ sourceSegmentId }) => sourceSegmentId === searchParams.get('sourceSegmentId'));
      return say(200, { elements: found.map(({ id, sourceSegmentId }) => ({ id, sourceSegmentId })), paging: {} });
    }
    const { name, account, sourcePlatform, sourceSegmentId, destinations } = JSON.parse(body);
    if (!name || account !== ACCOUNT || destinations[0].destination !== 'LINKEDIN') {
      return error(400, 'Missing.');
    }
    const id = 987_654_321 + segments.length;
    segments.push({ id, sourceSegmentId, sourcePlatform, members: new Set() });
    return say(201, '', { 'x-linkedin-id': String(id) });
  };

  return {
    members: () =>
      new Set(
        segments.flatMap(({ members, sourceSegmentId }) =>
          [...members].map((member) => `${member}|${sourceSegmentId.slice(destination.id.length + 1)}`),
        ),
      ),
    answer: (request) => {
      const { headers } = request;
      if (!takesToken(headers.authorization)) return error(401, 'Token.');
      if (headers['linkedin-version'] !== destination.apiVersion) return error(426, 'The version has ended.');
      if (headers['x-restli-protocol-version'] !== '2.0.0') return error(400, 'Protocol.');
      const { origin, pathname } = new URL(request.url);
      if (origin !== destination.url) return error(404, 'Not found.');
      if (pathname === '/rest/dmpSegments') return list(request);
      const id = /^\/rest\/dmpSegments\/(\d+)\/users$/.exec(pathname)?.[1];
      return id === undefined ? error(404, 'Not found.') : users(id, request);
    },
  };
};
