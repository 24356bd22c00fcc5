import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Behaviours, behaviour, type SinkAnswer, usualAnswer } from './sink-answers.ts';
import { bodyText, publicHeaders, publicQuery, SinkRecord, type SinkRequest } from './sink-record.ts';
import type { VendorAccount } from './vendor-server/account.ts';
import { controlVendors } from './vendor-server/control.ts';
import { requestOf } from './vendor-server/server.ts';
import { Vendors } from './vendor-server/vendors.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
const MAX_DRAINED_BYTES = 16 * MAX_BODY_BYTES;

/**
 * The outside world on one port: takes what the product sends to webhooks and to Audience Manager's edges, writes all
 * of it down, and can be told to fail or to be slow. `/_sink/*` is for asking and telling it; those are not recorded.
 */
export function createSinkServer(recordFile: string, host = '127.0.0.1'): Server {
  const record = new SinkRecord(recordFile);
  const vendors = new Vendors({
    host,
    keys: dirname(recordFile),
    onHeard: ({ id, incoming, body, status }) => record.add(recorded(incoming, `/vendors/${id}`, body, status)),
  });
  const behaviours = new Behaviours();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://sink.invalid');
    const work = isControl(url)
      ? control(request, response, url, { record, behaviours, vendors })
      : receive(request, response, url, { record, behaviours, vendors });
    work.catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { error: error instanceof Error ? error.message : String(error) });
      else response.destroy();
    });
  });
  return server.on('close', () => vendors.close());
}

const isControl = ({ pathname }: URL): boolean => /^\/(_sink|vendors)(\/|$)/.test(pathname);

interface World {
  readonly record: SinkRecord;
  readonly behaviours: Behaviours;
  readonly vendors: Vendors;
}

/** A request as it is written down. @param prefix before its path, where another port than this one was asked */
function recorded(
  request: IncomingMessage,
  prefix: string,
  body: Buffer,
  status: number,
  truncated = false,
): Omit<SinkRequest, 'number'> {
  const url = new URL(request.url ?? '/', 'http://sink.invalid');
  return {
    time: new Date().toISOString(),
    method: request.method ?? 'GET',
    host: request.headers.host ?? '',
    path: `${prefix}${url.pathname}`,
    query: publicQuery(url.searchParams),
    headers: publicHeaders(request.headers),
    ...bodyText(body, truncated),
    status,
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { record, behaviours, vendors }: World,
): Promise<void> {
  const method = request.method ?? 'GET';
  const { body, truncated } = await readBody(request);
  const order = truncated ? undefined : behaviours.take(url.pathname);
  const answer = truncated
    ? { status: 413, body: { error: `the body is longer than ${MAX_BODY_BYTES} bytes` } }
    : order !== undefined && order.status !== 200
      ? { status: order.status, body: { error: 'as ordered by /_sink/behaviour' } }
      : (webhookAnswer(request, body, vendors.webhook(url.pathname)) ??
        usualAnswer(method, url.pathname, url.searchParams));
  record.add(recorded(request, '', body, answer.status, truncated));
  if (order !== undefined && order.delayMs > 0) await delay(order.delayMs);
  if (truncated) response.setHeader('connection', 'close');
  if (order?.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(order.retryAfterSeconds));
  send(response, answer.status, answer.body);
}

/** What a webhook says that remembers who it was told about. */
function webhookAnswer(
  request: IncomingMessage,
  body: Buffer,
  webhook: VendorAccount | undefined,
): SinkAnswer | undefined {
  const outcome = webhook?.answer(requestOf(request, body, 'http://sink.invalid')).outcome;
  if (outcome?.kind !== 'response') return undefined;
  return { status: outcome.status, body: outcome.body === '' ? {} : JSON.parse(outcome.body) };
}

const listQuery = z.object({ since: z.coerce.number().int().min(0).default(0), path: z.string().default('') });

async function control(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { record, behaviours, vendors }: World,
): Promise<void> {
  const { body, truncated } = await readBody(request);
  if (truncated) return send(response, 413, { error: `the body is longer than ${MAX_BODY_BYTES} bytes` });
  if (!url.pathname.startsWith('/_sink/')) {
    const answer = await controlVendors(vendors, request.method ?? 'GET', url.pathname, parseJson(body));
    return send(response, answer.status, answer.body);
  }
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
