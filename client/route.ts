import type { Routes } from './routes.ts';

/** Every route of the management host that answers something: `GET /data/core/ups/audiences/{id}`. */
export type Route = keyof Routes;
export type GetRoute = Extract<Route, `GET ${string}`>;

/** What a route answers when all is well. */
export type AnswerOf<R extends Route> = Routes[R] extends { readonly answer: infer Answer } ? Answer : unknown;
/** What a route takes as its body. */
export type BodyOf<R extends Route> = Routes[R] extends { readonly body: infer Body } ? Body : never;

/** Parameters stand in the address as text: numbers and booleans may be given wherever any text may. */
type Query<Q> = { readonly [K in keyof Q]: (string extends Q[K] ? Q[K] | number | boolean : Q[K]) | undefined };
type QueryOf<Q> = Query<Pick<Q, RequiredKeys<Q>>> & { readonly [K in keyof Omit<Q, RequiredKeys<Q>>]?: Query<Q>[K] };
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

type PathPart<R> = R extends { readonly path: infer Path } ? { readonly path: Readonly<Path> } : object;
type QueryPart<R> = R extends { readonly query: infer Q }
  ? object extends Q
    ? { readonly query?: QueryOf<Q> | undefined }
    : { readonly query: QueryOf<Q> }
  : object;
type BodyPart<R> = R extends { readonly body: infer Body } ? { readonly body: Body } : object;

/** What has to be given to read by a route: what stands in braces in its path, and its parameters. */
export type Where<R extends Route> = R extends unknown ? PathPart<Routes[R]> & QueryPart<Routes[R]> : never;
/** What has to be given to call a route. */
export type Call<R extends Route> = R extends unknown ? Where<R> & BodyPart<Routes[R]> & CallOptions : never;

export interface CallOptions {
  /** Only if the definition is still as it was read: a changed one is answered 412. */
  readonly ifMatch?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Everything that may stand in an address. */
export interface Place {
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
}

/** The method of a route, and its address with everything filled in. */
export function requestOf(route: string, { path = {}, query = {} }: Place = {}): { method: string; address: string } {
  const [method = '', template = ''] = route.split(' ');
  const address = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return { method, address: given.length === 0 ? address : `${address}?${parameters}` };
}
