import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Behaviours, behaviour, usualAnswer } from './sink-answers.ts';
import { bodyText, publicHeaders, publicQuery, SinkRecord } from './sink-record.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
const MAX_DRAINED_BYTES = 16 * MAX_BODY_BYTES;

/**
 * The outside world on one port: takes what the product sends to webhooks and to Audience Manager's edges, writes all
 * of it down, and can be told to fail or to be slow. `/_sink/*` is for asking and telling it; those are not recorded.
 */
export function createSinkServer(recordFile: string): Server {
  const record = new SinkRecord(recordFile);
  const behaviours = new Behaviours();
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://sink.invalid');
    const work = url.pathname.startsWith('/_sink/')
      ? control(request, response, url, record, behaviours)
      : receive(request, response, url, record, behaviours);
    work.catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { error: error instanceof Error ? error.message : String(error) });
      else response.destroy();
    });
  });
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  record: SinkRecord,
  behaviours: Behaviours,
): Promise<void> {
  const time = new Date().toISOString();
  const method = request.method ?? 'GET';
  const { body, truncated } = await readBody(request);
  const order = truncated ? undefined : behaviours.take(url.pathname);
  const answer = truncated
    ? { status: 413, body: { error: `the body is longer than ${MAX_BODY_BYTES} bytes` } }
    : order !== undefined && order.status !== 200
      ? { status: order.status, body: { error: 'as ordered by /_sink/behaviour' } }
      : usualAnswer(method, url.pathname, url.searchParams);
  record.add({
    time,
    method,
    host: request.headers.host ?? '',
    path: url.pathname,
    query: publicQuery(url.searchParams),
    headers: publicHeaders(request.headers),
    ...bodyText(body, truncated),
    status: answer.status,
  });
  if (order !== undefined && order.delayMs > 0) await delay(order.delayMs);
  if (truncated) response.setHeader('connection', 'close');
  if (order?.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(order.retryAfterSeconds));
  send(response, answer.status, answer.body);
}

const listQuery = z.object({ since: z.coerce.number().int().min(0).default(0), path: z.string().default('') });

async function control(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  record: SinkRecord,
  behaviours: Behaviours,
): Promise<void> {
  const { body, truncated } = await readBody(request);
  if (truncated) return send(response, 413, { error: `the body is longer than ${MAX_BODY_BYTES} bytes` });
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /_sink/requests': {
      const query = listQuery.safeParse(Object.fromEntries(url.searchParams));
      if (!query.success) return send(response, 400, { error: z.prettifyError(query.error) });
      return send(response, 200, { requests: record.list(query.data.since, query.data.path), count: record.count });
    }
    case 'GET /_sink/count':
      return send(response, 200, { count: record.count, kept: record.kept, pid: process.pid });
    case 'POST /_sink/reset':
      record.reset();
      behaviours.clear();
      return send(response, 200, { count: 0 });
    case 'POST /_sink/behaviour': {
      const order = behaviour.safeParse(parseJson(body));
      if (!order.success) return send(response, 400, { error: z.prettifyError(order.error) });
      behaviours.add(order.data);
      return send(response, 200, order.data);
    }
    default:
      return send(response, 404, {
        error:
          'there are GET /_sink/requests?since=N&path=PREFIX, GET /_sink/count, POST /_sink/reset, POST /_sink/behaviour',
      });
  }
}

/** Reads at most the limit; of what is longer the beginning is kept, and reading goes on a while so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    const done = () => {
      const truncated = size > MAX_BODY_BYTES;
      resolve({ body: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES), truncated });
    };
    request.on('end', done);
    request.on('data', (chunk: Buffer) => {
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_DRAINED_BYTES) done();
    });
  });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
