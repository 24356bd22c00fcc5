import { createHmac } from 'node:crypto';
import type { MetaDestination } from '#core/activation/destinations/meta-custom-audiences/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { type CreateVendor, isSha256, put, respond } from '../vendor-server/vendor.ts';

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

/** What Meta finds people by. The company's own id is not among it. */
const MATCHED = ['EMAIL', 'PHONE', 'MADID'];
const PLAIN = new Set(['EXTERN_ID', 'MADID', 'DATA_PROCESSING_OPTIONS']);
export const secretKeys = ['appSecret'];
const MAX_ROWS = 10_000;

/** The Marketing API as far as it is documented: rows are taken but for invalid ones, which are counted and shown. */
export const vendor: CreateVendor<MetaDestination> = ({ invalid, secret, destination }) => {
  const audiences: Audience[] = [];
  const { apiVersion, adAccount, url: origin } = destination;
  const proof = createHmac('sha256', secret.appSecret!).update(secret.bearerToken!).digest('hex');
  const error = (code: number, error_subcode?: number): HttpOutcome =>
    respond(code === 190 ? 401 : 400, {
      error: { message: 'No.', type: 'OAuthException', code, error_subcode, fbtrace_id: 'A' },
    });

  const isWellFormed = ({ schema, data }: Payload): boolean =>
    data.every(
      (row) =>
        row.length === schema.length &&
        row.every((value, i) => value === '' || PLAIN.has(schema[i]!) || isSha256(value)),
    );
  /** Some are rejected with everybody in the request, the others are counted and shown. */
  const sinks = (name: string): boolean => invalid.has(name) && name < '8';

  const identifiersIn = (row: readonly unknown[], schema: readonly string[]): string[] =>
    MATCHED.map((column) => String(row[schema.indexOf(column)] ?? '')).filter((value) => value !== '');

  const people = (audience: Audience, { schema, data }: Payload, isAdded: boolean): HttpOutcome => {
    if (data.length > MAX_ROWS || !isWellFormed({ schema, data })) return error(100);
    const rows = data.map((row) => identifiersIn(row, schema));
    if (isAdded && rows.flat().some(sinks)) return error(100, 1_870_034);
    const bad = isAdded ? rows.filter((own) => own.some((name) => invalid.has(name))) : [];
    for (const own of rows) if (!bad.includes(own)) put(audience.members, isAdded, own);
    return respond(200, {
      audience_id: audience.id,
      session_id: '1',
      num_received: data.length,
      num_invalid_entries: bad.length,
      invalid_entry_samples: Object.fromEntries(bad.map(([name], i) => [i, JSON.stringify({ EMAIL: name })])),
    });
  };

  const made = ({ method, body }: HttpRequest): HttpOutcome => {
    if (method === 'GET') return respond(200, { data: audiences.map(({ id, description }) => ({ id, description })) });
    const { name, subtype, customer_file_source, description } = JSON.parse(body);
    if (subtype !== 'CUSTOM' || customer_file_source !== 'USER_PROVIDED_ONLY') return error(100);
    const id = `23850${audiences.length}`;
    audiences.push({ id, name, description, members: new Set() });
    return respond(200, { id });
  };

  const answerOf = (audience: Audience, what: string | undefined, { method, url, body }: HttpRequest): HttpOutcome => {
    if (what === 'users') return people(audience, JSON.parse(body).payload, method === 'POST');
    const fields = new URL(url).searchParams.get('fields');
    return what === undefined && method === 'GET' && fields ? sized(audience, fields) : error(100, 33);
  };

  /** A range around how many there are. */
  const sized = ({ id, members }: Audience, fields: string): HttpOutcome => {
    const bounds: Readonly<Record<string, number>> = {
      approximate_count_lower_bound: Math.floor(members.size * 0.9),
      approximate_count_upper_bound: Math.ceil(members.size * 1.1),
    };
    return respond(200, { id, ...Object.fromEntries(fields.split(',').map((field) => [field, bounds[field]])) });
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
      if (request.headers.authorization !== `Bearer ${secret.bearerToken}`) return error(190);
      if (url.searchParams.get('appsecret_proof') !== proof || url.origin !== origin) return error(100);
      const [, version, id, what] = url.pathname.split('/');
      if (version !== apiVersion) return error(2635);
      if (id === `act_${adAccount}` && what === 'customaudiences') return made(request);
      const audience = audiences.find((each) => each.id === id);
      return audience ? answerOf(audience, what, request) : error(100, 33);
    },
  };
};
