import { hash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Callers } from '#core/api/management/caller.ts';
import { sourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { ObjectAddresses } from '#core/ports/object-addresses.ts';
import { createHandler } from '#lambdas/functions/batch-api/handler.ts';
import { NO_CALLERS } from '#tests/harness/core/callers.ts';
import { createPlatform, type PlatformOptions } from './platform.ts';

export const KEY = 'the key of the till';
/** Who may send: one by a key, and one that is open to anybody and has no batches. */
export const CONNECTIONS = [
  { id: 'till', keySha256: [hash('sha256', KEY, 'hex')], datasets: ['web-events', 'customers'] },
  { id: 'open', authenticationRequired: false },
].map((connection) => sourceConnectionDefinition.parse(connection));

/** Where the API answers. */
export const HOST = 'batches.example';
/** Where objects have addresses. */
const BUCKET = 'https://landing.example/';

/** The platform with the batch API in front of it, and what clients do there. */
export function createBatchApi({
  wiring,
  catalog,
  start,
  callers = NO_CALLERS,
  ...options
}: Pick<PlatformOptions, 'wiring' | 'catalog' | 'start' | 'chunkBytes' | 'intercept' | 'concurrency'> & {
  readonly callers?: Callers;
}) {
  const platform = createPlatform({ wiring, catalog, start, ...options });
  const { landing, quarantine, operations } = platform.stores;
  const { now } = platform.poller.clock;
  const addressOf = (key: string) => ({ href: `${BUCKET}${key}`, headers: {}, expiresAt: now() + 3_600_000 });
  const addresses: ObjectAddresses = {
    forWriting: async (key) => ({ method: 'PUT', ...addressOf(key) }),
    forReading: async (key) => ({ method: 'GET', ...addressOf(key) }),
  };
  /** What a client does with an address. */
  const putAt = (href: string, bytes: Uint8Array) => landing.put(href.slice(BUCKET.length), bytes);
  let ids = 0;
  /** The function behind the API; something may come between it and its ports. */
  const handlerOf = (intercept: <T extends object>(port: T) => T) =>
    createHandler({
      catalog: { current: async () => catalog },
      callers,
      landing: intercept(landing),
      addresses,
      quarantine: intercept(quarantine),
      operations: intercept(operations),
      reverts: {
        send: async (messages) => {
          for (const message of messages) platform.poller.queue('reverts').send(JSON.stringify(message));
        },
      },
      hasOwnHost: true,
      now,
      newId: () => `batch-${ids++}`,
    });
  const callerOf =
    (handler: ReturnType<typeof handlerOf>) =>
    async (
      method: string,
      address: string,
      body: string | Uint8Array | object = '',
      headers: Record<string, string> = { 'x-api-key': KEY, authorization: 'Bearer a token of IMS' },
    ) => {
      const [rawPath, query = ''] = address.split('?');
      const bytes = typeof body === 'object' && !(body instanceof Uint8Array) ? JSON.stringify(body) : body;
      const isText = typeof bytes === 'string';
      const event = {
        rawPath,
        // As the URL of a function hands it over: encoded. An HTTP API has decoded it.
        routeKey: '$default',
        requestContext: { http: { method }, domainName: HOST },
        queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
        headers: { host: HOST, ...headers },
        body: isText ? bytes : Buffer.from(bytes).toString('base64'),
        isBase64Encoded: !isText,
      } as unknown as APIGatewayProxyEventV2;
      const answer = await handler(event);
      const text = Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8').toString('utf8');
      return {
        status: answer.statusCode,
        headers: answer.headers ?? {},
        text,
        body: text.startsWith('{') ? JSON.parse(text.split('\n')[0]!) : {},
      };
    };
  const call = callerOf(handlerOf((port) => port));
  const callThrough = (intercept: <T extends object>(port: T) => T) => callerOf(handlerOf(intercept));
  const create = async (datasetId = 'web-events', format = 'json', more: object = {}): Promise<string> =>
    (await call('POST', '/batches', { datasetId, inputFormat: { format }, ...more })).body.id;
  const put = (id: string, name: string, body: string | Uint8Array, datasetId = 'web-events') =>
    call('PUT', `/batches/${id}/datasets/${datasetId}/files/${name}`, body);
  const patch = (id: string, name: string, body: Uint8Array, start: number, size: number) =>
    call('PATCH', `/batches/${id}/datasets/web-events/files/${name}`, body, {
      'x-api-key': KEY,
      'content-range': `bytes ${start}-${start + body.length - 1}/${size}`,
    });
  const complete = (id: string) => call('POST', `/batches/${id}?action=COMPLETE`);
  const read = async (id: string) => (await call('GET', `/batches/${id}`)).body[id];
  /** What S3 does with a complete batch. */
  const announce = (id: string, datasetId = 'web-events', times = 1) =>
    platform.announce(`landing/${datasetId}/${id}.tributary-batch`, times);
  return { platform, call, callThrough, putAt, create, put, patch, complete, read, announce };
}
