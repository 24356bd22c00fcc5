import { createServer } from 'node:http';
import { consoleListener } from './console-server.ts';
import { openSession } from './console-session.ts';
import { readUpstreams } from './gateway.ts';
import { gatewayListener } from './gateway-server.ts';

/**
 * The gateway as a process of its own: `node gateway-main.ts <port> <bind address> <file with the addresses>`, then, for the
 * console, where it was built to, the folder of tokens that count once, and the file that says as whom it calls.
 */
const [port, host, upstreamsFile, folder, onceTokens, client] = process.argv.slice(2);
if (!port || !host || !upstreamsFile || !folder || !onceTokens || !client) {
  throw new Error('usage: gateway-main.ts <port> <address> <addresses> <console> <once tokens> <client>');
}
const upstreams = () => readUpstreams(upstreamsFile);
const showConsole = consoleListener({ folder, openSession: openSession({ onceTokens, client, upstreams }) });
const server = createServer(
  gatewayListener({
    upstreams,
    own: (incoming, response, path) => {
      if (path !== '/_gateway') return showConsole(incoming, response, path);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ pid: process.pid }));
      return true;
    },
  }),
);
server.listen(Number(port), host);

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
