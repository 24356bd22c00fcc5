import { createServer } from 'node:http';
import { readUpstreams } from './gateway.ts';
import { gatewayListener } from './gateway-server.ts';

/** The gateway as a process of its own: `node gateway-main.ts <port> <bind address> <file with the addresses>`. */
const [port, host, upstreamsFile] = process.argv.slice(2);
if (port === undefined || host === undefined || upstreamsFile === undefined) {
  throw new Error('usage: gateway-main.ts <port> <bind address> <file with the addresses>');
}
const server = createServer(
  gatewayListener({
    upstreams: () => readUpstreams(upstreamsFile),
    own: (_, response, path) => {
      if (path !== '/_gateway') return false;
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
