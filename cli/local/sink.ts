import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BackgroundServer, runningServer, startServer, urlOf } from './background.ts';
import { withLock } from './lock.ts';
import { localPaths } from './paths.ts';
import { SinkClient } from './sink-client.ts';

export { SinkClient } from './sink-client.ts';
export type { SinkRequest } from './sink-record.ts';

const PREFERRED_PORT = 4610;
const MAIN = fileURLToPath(new URL('./sink-main.ts', import.meta.url));

/** A running stand-in for the outside world. */
export interface Sink {
  /** Where it is for us. */
  readonly url: string;
  /** Where it is for Lambdas: the same, or what SINK_URL says when they run elsewhere (in containers). */
  readonly urlForLambdas: string;
  readonly client: SinkClient;
  /** Whether this very call started it. */
  readonly started: boolean;
}

/** The sink of this checkout, as a server in the background. */
export function sinkServer(root: string, host = '127.0.0.1'): BackgroundServer {
  const { requests, ...paths } = localPaths(root).sink;
  return {
    name: 'The sink',
    main: MAIN,
    args: [requests],
    marker: requests,
    paths,
    host,
    ports: [PREFERRED_PORT],
    selfPath: '/_sink/count',
  };
}

/**
 * The sink of this checkout: reused if it runs, else started in the background on 127.0.0.1 (SINK_HOST to bind another
 * address, for Lambdas in containers; SINK_URL for the address they know it by).
 */
export async function startSink(options: {
  readonly root: string;
  readonly caller?: NodeJS.ProcessEnv;
}): Promise<Sink> {
  const { root, caller = process.env } = options;
  return withLock(join(localPaths(root).base, 'sink.lock'), async () => {
    const server = sinkServer(root, caller.SINK_HOST || undefined);
    const running = await runningServer(server);
    const state = running ?? (await startServer(root, server));
    const url = urlOf(server.host, state.port);
    return {
      url,
      urlForLambdas: (caller.SINK_URL || url).replace(/(?<!\/)\/+$/, ''),
      client: new SinkClient(url),
      started: running === undefined,
    };
  });
}

/** The sink of this checkout, if it runs. */
export async function findSink(root: string, caller: NodeJS.ProcessEnv = process.env): Promise<SinkClient | undefined> {
  const server = sinkServer(root, caller.SINK_HOST || undefined);
  const running = await runningServer(server);
  return running && new SinkClient(urlOf(server.host, running.port));
}
