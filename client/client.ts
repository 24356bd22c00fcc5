import { ApiError, errorOf } from './api-error.ts';
import { type AnswerOf, type Call, type CallOptions, type Place, type Route, requestOf } from './route.ts';

export { ApiError, type Mistake } from './api-error.ts';
export { type ClientCredentials, clientCredentials } from './credentials.ts';
export type { AnswerOf, BodyOf, Call, CallOptions, GetRoute, Route, Where } from './route.ts';

export interface ClientSettings {
  /** Scheme and host of the management host; empty in a page that this host has served. */
  readonly url: string;
  /** A token, or what gives one for each request; undefined: the request has none. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  readonly fetch?: typeof fetch;
}

export interface Answer<T> {
  readonly data: T;
  /** The state of the definition that was read or written: `ifMatch` of the next change. */
  readonly etag: string | undefined;
}

/** Everything of a call may be omitted that the route asks for nothing of. */
type Given<C> = object extends C ? [call?: C] : [call: C];

/** Calls of a route whose types are not known. */
export interface UntypedCall extends Place, CallOptions {
  readonly body?: unknown;
}

/** Calls the management host of a stage. */
export interface Client {
  /** @throws {ApiError} where the answer is no success, or nothing answers */
  call<R extends Route>(route: R, ...given: Given<Call<R>>): Promise<Answer<AnswerOf<R>>>;
  /**
   * The same for what the description of the host does not have, such as batches.
   * @param route method and path: `GET /data/foundation/catalog/batches`
   * @throws {ApiError} where the answer is no success, or nothing answers
   */
  send<T = unknown>(route: `${string} /${string}`, call?: UntypedCall): Promise<Answer<T>>;
}

/** A client of a stage. It neither retries nor keeps anything. */
export function createClient({ url, token, fetch: send = fetch }: ClientSettings): Client {
  const host = url.replace(/\/$/, '');
  const sendTo = async <T>(route: string, call: UntypedCall = {}): Promise<Answer<T>> => {
    const { method, address } = requestOf(route, call);
    const bearer = typeof token === 'function' ? await token() : token;
    const init = { method, headers: headersOf(call, bearer), ...payloadOf(call) };
    const response = await send(`${host}${address}`, init).catch((cause: unknown) => {
      if (call.signal?.aborted) throw cause;
      throw new ApiError(0, { cause });
    });
    const data = jsonOf(await response.text());
    if (!response.ok) throw errorOf(response, data);
    return { data: data as T, etag: response.headers.get('etag') ?? undefined };
  };
  return { call: (route: Route, call?: UntypedCall) => sendTo(route, call), send: sendTo } as Client;
}

const headersOf = ({ body, ifMatch, headers }: UntypedCall, bearer: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  ...(body !== undefined && { 'content-type': 'application/json' }),
  ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  ...headers,
});

const payloadOf = ({ body, signal }: UntypedCall): Pick<RequestInit, 'body' | 'signal'> => ({
  ...(body !== undefined && { body: JSON.stringify(body) }),
  ...(signal && { signal }),
});

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
