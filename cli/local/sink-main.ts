import { createSinkServer } from './sink-server.ts';

/** The sink as a process of its own: `node sink-main.ts <port> <bind address> <file for the requests>`. */
const [port, host, recordFile] = process.argv.slice(2);
if (port === undefined || host === undefined || recordFile === undefined) {
  throw new Error('usage: sink-main.ts <port> <bind address> <file for the requests>');
}
const server = createSinkServer(recordFile, host);
server.listen(Number(port), host);

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
