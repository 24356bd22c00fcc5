import { createServer } from 'node:http';
import { Command } from 'commander';
import getPort from 'get-port';
import { GATEWAY_PORT } from '#cli/local/gateway.ts';
import { gatewayListener } from '#cli/local/gateway-server.ts';
import { parseCount } from '#cli/options.ts';
import { useStage } from '#cli/stage/use-stage.ts';
import { endpointsOf } from './endpoints.ts';

/** Nobody but this machine. */
const HOST = '127.0.0.1';

export const gatewayCommand = (): Command =>
  new Command('gateway')
    .description(
      'let pages on this machine call the edge of a stage: one address, until it is interrupted (npm start has one for the local stage)',
    )
    .option('--stage <name>', 'stage', 'local')
    .option('--port <number>', 'port; a free one, 4620 if possible, when omitted', parseCount)
    .action(async ({ stage, port }: { stage: string; port?: number }) => {
      const { edge, collection } = await endpointsOf(await useStage(stage), stage);
      const listener = gatewayListener({ upstreams: () => ({ edge, collection }) });
      const server = createServer(listener);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        getPort({ port: port ?? GATEWAY_PORT, host: HOST }).then(
          (free) => server.listen(port ?? free, HOST, resolve),
          reject,
        );
      });
      const { port: taken } = server.address() as { port: number };
      process.stdout.write(textOf(`http://${HOST}:${taken}`));
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
      });
      server.closeAllConnections();
      server.close();
    });

/** The SDK calls https and port 443 only, whatever it is configured with. */
const textOf = (url: string): string => `The edge host is at ${url} until you press Ctrl-C
In a page on localhost, before the Web SDK is loaded:
  <script>
    for (const [at, name] of [[window, "fetch"], [navigator, "sendBeacon"]]) {
      const call = at[name].bind(at);
      at[name] = (url, ...more) => call(String(url).replace("https://edge.local/", "${url}/"), ...more);
    }
  </script>
and configure it with edgeDomain: "edge.local", edgeBasePath: "ee", thirdPartyCookiesEnabled: false
`;
