import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileEdge } from '#core/catalog/compile-edge.ts';
import { edgeRegionOf } from '#core/edge/hints.ts';
import type { LateMessage } from '#core/edge/message.ts';
import type { EdgeStores } from '#core/edge/profile.ts';
import type { CollectedMessage } from '#core/ports/collection-stream.ts';
import { createHandler } from '#lambdas/functions/edge/handler.ts';

export const SHOP_ORIGIN = 'https://www.riverbend.example';
export const ORG = 'ABCDEF0123456789@AdobeOrg';
export const COOKIE = (name: string): string => `kndctr_ABCDEF0123456789_AdobeOrg_${name}`;

export interface EdgeRequestOf {
  readonly path?: string;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Over those of a browser on a page of the shop. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly sourceIp?: string;
}

export interface EdgeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly cookies: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the edge says; tests look at what they expect in it
  readonly body: any;
  /** The payloads of all handles of a type. */
  // biome-ignore lint/suspicious/noExplicitAny: the same
  payloads(type: string): any[];
}

export interface EdgeFunctionOptions {
  readonly now?: () => number;
  /** Which messages the stream has no room for. */
  readonly full?: (index: number) => boolean;
  /** Whether the queue beside the stream takes nothing either. */
  readonly noQueue?: boolean;
  readonly awsRegion?: string;
  /** @default false */
  readonly isBehindCdn?: boolean;
  /** Nobody is known where there are none. */
  readonly stores?: EdgeStores;
}

/** The function behind the edge in this process, and what it has put where. Random numbers are counted up. */
export function edgeFunction(catalog: Catalog, options: EdgeFunctionOptions = {}) {
  const { now = () => Date.parse('2026-03-01T10:00:00Z'), full = () => false } = options;
  const stream: CollectedMessage[] = [];
  const late: LateMessage[] = [];
  const settings = compileEdge(catalog);
  const stores = options.stores ?? {
    profiles: { lookup: async () => new Map() },
    memberships: { get: async () => undefined },
  };
  let count = 0;
  const handler = createHandler({
    catalog: { current: async () => settings },
    stores,
    isBehindCdn: options.isBehindCdn ?? false,
    note: () => {},
    now,
    newId: () => `00000000-0000-4000-8000-${String(count++).padStart(12, '0')}`,
    random: (bytes) =>
      Uint8Array.from({ length: bytes }, (_, i) => (i === 0 ? (count >> 8) & 255 : i === 1 ? count++ & 255 : i)),
    region: edgeRegionOf(options.awsRegion ?? 'eu-west-1'),
    stream: {
      async put(messages) {
        const left = new Set([...messages.keys()].filter(full));
        stream.push(...messages.filter((_, index) => !left.has(index)));
        return left;
      },
    },
    late: {
      async send(messages) {
        if (options.noQueue) throw new Error('the queue is away');
        late.push(...messages);
      },
    },
  });

  async function call(request: EdgeRequestOf): Promise<EdgeReply> {
    const { path = '/ee/v1/interact', method = 'POST', query = { configId: 'shop-web' }, body = {} } = request;
    const headers = {
      origin: SHOP_ORIGIN,
      'content-type': 'text/plain; charset=UTF-8',
      host: 'edge.example',
      ...request.headers,
    };
    const answer = await handler({
      rawPath: path,
      requestContext: { http: { method, sourceIp: request.sourceIp ?? '192.0.2.1' }, domainName: 'edge.example' },
      queryStringParameters: query,
      headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
      body: typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2);
    const json = JSON.parse(answer.body || 'null');
    return {
      status: answer.statusCode!,
      headers: answer.headers ?? {},
      cookies: answer.cookies ?? [],
      body: json,
      payloads: (type) =>
        (json?.handle ?? []).flatMap((handle: { type: string; payload: unknown[] }) =>
          handle.type === type ? handle.payload : [],
        ),
    };
  }
  return { call, stream, late, records: () => stream.map(recordOf) };
}

export interface PassedOn {
  readonly datasetId: string;
  // biome-ignore lint/suspicious/noExplicitAny: XDM
  readonly entity: any;
}

/** What a message of the stream carries. */
export function recordOf({ data }: { readonly data: Uint8Array | string }): PassedOn {
  const { header, body } = JSON.parse(Buffer.from(data as Uint8Array).toString('utf8'));
  return { datasetId: header.datasetId, entity: body.xdmEntity };
}

/** A request of the SDK as it was recorded on the first page of a device, without what nothing is done with. */
export const firstPageView = (xdm: object = {}, more: object = {}): object => ({
  events: [
    {
      xdm: {
        eventType: 'web.webpagedetails.pageViews',
        web: { webPageDetails: { URL: 'https://www.riverbend.example/tents', name: 'tents' } },
        device: { screenHeight: 720, screenWidth: 1280, screenOrientation: 'landscape' },
        placeContext: { localTimezoneOffset: 0, localTime: '2026-03-01T09:59:59.412+00:00', ianaTimezone: 'UTC' },
        timestamp: '2026-03-01T09:59:59.436Z',
        implementationDetails: {
          name: 'https://ns.adobe.com/experience/alloy',
          version: '2.33.1',
          environment: 'browser',
        },
        ...xdm,
      },
    },
  ],
  query: { identity: { fetch: ['ECID'] } },
  meta: { queueTimeMillis: 32, state: { domain: 'riverbend.example', cookiesEnabled: true } },
  ...more,
});

/** `meta` of a page of another domain that has kept what an earlier answer gave it. */
export const keeping = (reply: EdgeReply): object => ({
  meta: {
    state: {
      domain: 'riverbend.example',
      cookiesEnabled: true,
      entries: reply.payloads('state:store').map(({ key, value }) => ({ key, value })),
    },
  },
});
