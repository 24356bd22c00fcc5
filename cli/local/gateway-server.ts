import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import type { IngestionMethod } from '#cli/stage/endpoints.ts';
import { type Host, ROUTES, type Route, type RouteName } from '#core/contract/routes.ts';

/** Where the functions behind the routes of a host can be called from here. */
export type Upstreams = Readonly<Partial<Record<RouteName, IngestionMethod>>>;

/** Headers that concern one connection, or that are said anew. */
const OWN_HEADERS = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding', 'x-forwarded-host']);

/**
 * One address in front of the URLs of functions, as the HTTP API of a host is in the cloud, made from the same table of
 * routes: for pages on this machine, which can be told one address only.
 * @param upstreams asked at each request, since a new deployment may change them
 */
export const gatewayListener =
  (host: Host, upstreams: () => Upstreams): RequestListener =>
  (incoming, response) => {
    const path = (incoming.url ?? '/').split('?', 1)[0]!;
    const found = Object.entries<Route>(ROUTES).find(([, route]) => route.host === host && hasPath(route, path));
    const upstream = found && upstreams()[found[0] as RouteName];
    if (!found || !upstream) return fail(incoming, response, 404, 'There is nothing at this address');
    const { methods } = found[1];
    if (!methods.includes('ANY') && !methods.includes(incoming.method as 'GET')) {
      return fail(incoming, response, 404, `Only ${methods.join(', ')} is possible here`);
    }
    forward(incoming, response, upstream);
  };

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
  response.writeHead(status, { 'content-type': 'application/problem+json', ...(origin && toPage) });
  response.end(JSON.stringify({ status, title }));
}
