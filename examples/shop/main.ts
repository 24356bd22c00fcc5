import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { SHOP_DATASTREAM } from '#cli/local/shop.ts';
import { demoCustomers } from './demo-customers.ts';
import { identitySigner } from './identity-token.ts';
import { shopListener } from './server.ts';

/** The shop as a process: `node main.ts <port> <bind address> <file with its private key> <address of the edge> <organisation>`. */
const [port, host, keyFile, edgeUrl, orgId] = process.argv.slice(2);
if (port === undefined || host === undefined || keyFile === undefined || edgeUrl === undefined || orgId === undefined) {
  throw new Error(
    'usage: main.ts <port> <bind address> <file with its private key> <address of the edge> <organisation>',
  );
}
const server = createServer(
  shopListener({
    settings: { edgeUrl, orgId, datastreamId: SHOP_DATASTREAM },
    sign: await identitySigner(JSON.parse(readFileSync(keyFile, 'utf8')), SHOP_DATASTREAM),
    // Loaded when it is asked for: it takes most of a second, and pages do not need it.
    platform: async () => (await import('./stage.ts')).localPlatform(Date.now, randomUUID),
    customers: demoCustomers(Date.now()),
    newId: randomUUID,
  }),
);
server.listen(Number(port), host);

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
