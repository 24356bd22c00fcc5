import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import type { IngestionMethod } from '#cli/stage/endpoints.ts';
import { ROUTES, type Route, type RouteName } from '#core/contract/routes.ts';
import { foreignCaller } from './own-callers.ts';

/** Where the functions behind the routes can be called from here. */
export type Upstreams = Readonly<Partial<Record<RouteName, IngestionMethod>>>;

export interface GatewayOptions {
  /** Asked at each request, since a new deployment may change them. */
  readonly upstreams: () => Upstreams;
  /** What is answered besides the routes: own paths, for own pages only. @returns whether it has answered */
  readonly own?: (incoming: IncomingMessage, response: ServerResponse, path: string) => boolean;
}

/** Headers that concern one connection, or that are said anew. */
const OWN_HEADERS = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding', 'x-forwarded-host']);

/**
 * One address in front of the URLs of functions, as the HTTP APIs of the hosts are in the cloud, made from the same table
 * of routes. The paths of the edge host are public, as they are there: any page may call, and the function says which may.
 * All others are for this machine's own pages and commands (`foreignCaller`).
 */
export const gatewayListener =
  ({ upstreams, own }: GatewayOptions): RequestListener =>
  (incoming, response) => {
    const path = (incoming.url ?? '/').split('?', 1)[0]!;
    const found = routeTo(path, incoming.method);
    if (found?.[1].host !== 'edge') {
      const foreign = foreignCaller(incoming);
      if (foreign) return answer(response, foreign);
      if (own?.(incoming, response, path)) return;
    }
    const upstream = found && upstreams()[found[0] as RouteName];
    if (!found || !upstream) return fail(incoming, response, 404, 'There is nothing at this address');
    if (!hasMethod(found[1], incoming.method)) {
      return fail(incoming, response, 404, `Only ${found[1].methods.join(', ')} is possible here`);
    }
    forward(incoming, response, upstream);
  };

/** The route of a path that takes the method; where none does, one of the path. */
export function routeTo(path: string, method: string | undefined): [name: string, route: Route] | undefined {
  const fitting = Object.entries<Route>(ROUTES).filter(([, route]) => hasPath(route, path));
  return fitting.find(([, route]) => hasMethod(route, method)) ?? fitting[0];
}

const hasMethod = ({ methods }: Route, method: string | undefined): boolean =>
  methods.includes('ANY') || methods.includes(method as 'GET');

/** Whether a path is one of a route's: `{name}` is one step, `{name+}` the rest. */
function hasPath({ paths }: Route, path: string): boolean {
  const steps = path.split('/');
  return paths.some((pattern) => {
    const wanted = pattern.split('/');
    const isOpen = wanted.at(-1)!.endsWith('+}');
    if (isOpen ? steps.length < wanted.length : steps.length !== wanted.length) return false;
    return wanted.every((step, i) => (step.startsWith('{') ? steps[i] !== '' : step === steps[i]));
  });
}

function forward(incoming: IncomingMessage, response: ServerResponse, upstream: IngestionMethod): void {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).filter(([name, value]) => value !== undefined && !OWN_HEADERS.has(name)),
  );
  const forwarded = { ...headers, ...upstream.headers, 'x-forwarded-host': incoming.headers.host ?? '' };
  const call = request(`${upstream.url}${incoming.url}`, { method: incoming.method, headers: forwarded }, (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !OWN_HEADERS.has(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
    answer.pipe(response);
  });
  call.on('error', () => fail(incoming, response, 503, 'The stage does not answer; it may be starting'));
  incoming.pipe(call);
}

/** An answer of the gateway itself, which pages can read like all others. */
function fail(incoming: IncomingMessage, response: ServerResponse, status: number, title: string): void {
  if (response.headersSent) return void response.destroy();
  const { origin } = incoming.headers;
  const toPage = {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'origin',
  };
  answer(response, { status, title }, origin === undefined ? {} : toPage);
}

function answer(
  response: ServerResponse,
  problem: { readonly status: number; readonly title: string },
  headers: Readonly<Record<string, string | undefined>> = {},
): void {
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify(problem));
}
