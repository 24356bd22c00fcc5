import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ROUTES, type Route, type RouteName } from '#core/contract/routes.ts';
import { type BackgroundServer, startServer, urlOf } from './background.ts';
import { consoleFolder } from './console-build.ts';
import type { Upstreams } from './gateway-server.ts';
import { withLock } from './lock.ts';
import { localPaths } from './paths.ts';
import { readState, writeState } from './state.ts';

/** Where the gateway had better be. */
export const GATEWAY_PORT = 4620;
/** Nobody but this machine. */
const HOST = '127.0.0.1';
const MAIN = fileURLToPath(new URL('./gateway-main.ts', import.meta.url));

/** The gateway of this checkout, as a server in the background. */
export function gatewayServer(root: string): BackgroundServer {
  const { gateway, console: places } = localPaths(root);
  const { upstreams, ...paths } = gateway;
  return {
    name: 'The gateway',
    main: MAIN,
    args: [upstreams, consoleFolder(root), places.onceTokens, places.client],
    marker: upstreams,
    paths,
    host: HOST,
    ports: [GATEWAY_PORT],
    selfPath: '/_gateway',
  };
}

/**
 * The gateway in front of the stage that has just been deployed: anew at each start, at the port of the earlier one. It
 * looks up at each call where functions are, so it goes on through deployments.
 * @param endpoints what `endpointsOf` says of the stage
 * @returns its address
 */
export async function startGateway(root: string, endpoints: Upstreams): Promise<string> {
  const { base, gateway } = localPaths(root);
  return withLock(join(base, 'gateway.lock'), async () => {
    writeState(gateway.upstreams, answered(endpoints));
    const { port } = await startServer(root, gatewayServer(root));
    return urlOf(HOST, port);
  });
}

/** Those that the gateway answers: functions that know their callers themselves. What AWS would check, nobody checks here. */
const answered = (endpoints: Upstreams): Upstreams =>
  Object.fromEntries(
    Object.entries<Route>(ROUTES)
      .filter(([, { authorization }]) => authorization === 'by-function')
      .flatMap(([name]) => {
        const endpoint = endpoints[name as RouteName];
        return endpoint ? [[name, endpoint]] : [];
      }),
  );

const upstreamsFile = z.record(z.string(), z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }));

/** Where the functions of the stage are, as the latest start has written it down; none before the first. */
export const readUpstreams = (file: string): Upstreams => readState(file, upstreamsFile) ?? {};
