import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpAnswer, HttpCall } from '#core/api/http.ts';

/** Something that answers calls, at an address of this machine. */
export async function serve(answer: (call: HttpCall) => Promise<HttpAnswer>): Promise<{ url: string; server: Server }> {
  const server = createServer(async (incoming, response) => {
    const {
      status,
      headers = {},
      body,
      file,
    } = await answer(await callOf(incoming)).catch((error: unknown) => {
      console.error(error);
      return { status: 500, body: { status: 500 } } as HttpAnswer;
    });
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    response.writeHead(status, { ...(text !== '' && { 'content-type': 'application/json' }), ...headers });
    response.end(file ?? text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function callOf(incoming: IncomingMessage): Promise<HttpCall> {
  const [path = '', rawQuery = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return {
    method: incoming.method!,
    origin: `http://${incoming.headers.host}`,
    path: decodeURIComponent(path),
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawQuery,
    headers,
    body: Buffer.concat(await incoming.toArray()),
  };
}
