import type { FunctionName } from './functions.ts';
import type { Scope } from './scopes.ts';

/** In which CloudFront says where a caller is, and who: `198.51.100.10:46532`. */
export const COUNTRY_HEADER = 'cloudfront-viewer-country';
export const VIEWER_ADDRESS_HEADER = 'cloudfront-viewer-address';

/**
 * Which paths lead to which function, and on which host: the HTTP APIs, the URLs of functions and the local gateway are
 * made from this table and from nothing else. Browsers may reach the `edge` host only; no host answers another's paths.
 * The `management` host knows its callers by tokens and keys, the `signed` one by signatures of AWS: one route cannot do
 * both.
 */
export type Host = 'edge' | 'management' | 'signed';
export const HOSTS: readonly Host[] = ['edge', 'management', 'signed'];
export type Method = 'GET' | 'POST' | 'OPTIONS' | 'ANY';

export interface Route {
  readonly host: Host;
  readonly function: FunctionName;
  /** Who decides who may come in: AWS, which wants requests that are signed, or the function. */
  readonly authorization: 'iam' | 'by-function';
  /**
   * What a caller needs. `public`: nothing, or what the callers of such paths have instead of scopes. `by-row`: the function
   * has a table of its own, with a scope in each row.
   */
  readonly scope: Scope | 'public' | 'by-row';
  readonly methods: readonly Method[];
  /** As API Gateway writes them: `{name}` is one step, `{name+}` the rest. */
  readonly paths: readonly string[];
  /** What one request in a hundred may take at most before somebody should look. */
  readonly slowestMs: number;
}

// A client of AEP finds the batch API below another path for each thing it does with batches.
const OF_BATCHES = ['', ...['import', 'catalog', 'export'].map((service) => `/data/foundation/${service}`)];

export const ROUTES = {
  collection: {
    host: 'edge',
    function: 'collect',
    authorization: 'by-function',
    scope: 'ingest',
    // Browsers ask with OPTIONS whether a page may send.
    methods: ['POST', 'OPTIONS'],
    paths: ['/collection/{connectionId}', '/collection/batch/{connectionId}'],
    slowestMs: 2_000,
  },
  edge: {
    host: 'edge',
    function: 'edge',
    authorization: 'by-function',
    scope: 'public',
    methods: ['POST', 'OPTIONS'],
    // The function says what there is below: with and without a hint, of both versions.
    paths: ['/ee/{proxy+}'],
    slowestMs: 1_000,
  },
  texts: {
    host: 'edge',
    function: 'text-callback',
    authorization: 'by-function',
    scope: 'public',
    methods: ['POST'],
    paths: ['/texts/{destinationId}'],
    slowestMs: 3_000,
  },
  batch: {
    host: 'management',
    function: 'batch-api',
    authorization: 'by-function',
    scope: 'ingest',
    // The function says what is possible where: a route for each would be fifty.
    methods: ['ANY'],
    paths: [
      ...OF_BATCHES.flatMap((prefix) => [`${prefix}/batches`, `${prefix}/batches/{proxy+}`]),
      '/data/foundation/catalog/batch/{batchId}',
      '/tributary/data/batches',
      '/tributary/data/batches/{batchId}',
    ],
    // Files of some megabytes come through it.
    slowestMs: 10_000,
  },
  token: {
    host: 'management',
    function: 'token',
    authorization: 'by-function',
    scope: 'public',
    methods: ['ANY'],
    paths: ['/ims/token/v2', '/ims/token/v3', '/ims/exchange/jwt'],
    slowestMs: 3_000,
  },
  profiles: {
    host: 'management',
    function: 'profile-access',
    authorization: 'by-function',
    scope: 'profile:read',
    // The function says what is possible where.
    methods: ['ANY'],
    paths: [
      '/ups/access/entities',
      '/data/core/ups/access/entities',
      '/data/core/identity/{proxy+}',
      '/tributary/profiles',
      '/tributary/profiles/{proxy+}',
      '/data/core/privacy/{proxy+}',
    ],
    slowestMs: 3_000,
  },
  rejected: {
    host: 'management',
    function: 'rejected-records',
    authorization: 'by-function',
    scope: 'by-row',
    methods: ['GET', 'POST'],
    paths: ['/tributary/data/rejected', '/tributary/data/rejected/{proxy+}'],
    // A replay goes the whole way of its records.
    slowestMs: 20_000,
  },
  access: {
    host: 'signed',
    function: 'profile-access',
    authorization: 'iam',
    scope: 'profile:read',
    methods: ['GET', 'POST'],
    paths: ['/ups/access/entities', '/data/core/ups/access/entities'],
    slowestMs: 3_000,
  },
  // Who puts credentials away is no one else: the function of definitions makes secrets and reads none.
  destinations: {
    host: 'management',
    function: 'destination-access',
    authorization: 'by-function',
    scope: 'by-row',
    methods: ['ANY'],
    paths: ['/tributary/destinations/{destinationId}/secret', '/tributary/destinations/{destinationId}/test'],
    // Vendors are asked.
    slowestMs: 15_000,
  },
  // After the others: whatever is not theirs.
  management: {
    host: 'management',
    function: 'management',
    authorization: 'by-function',
    scope: 'by-row',
    methods: ['ANY'],
    paths: [
      '/tributary/{proxy+}',
      '/data/{proxy+}',
      '/unifiedtags/{proxy+}',
      '/unifiedfolders/{proxy+}',
      '/openapi.json',
    ],
    // A change is checked as a whole; to try one counts people.
    slowestMs: 20_000,
  },
} as const satisfies Readonly<Record<string, Route>>;
export type RouteName = keyof typeof ROUTES;

/** What requests carry that come by the distribution in front of a host: its value shows that they do. */
export const ORIGIN_HEADER = 'x-origin-verify';

/** Requests of one caller's address that a running copy of the edge takes. */
export const EDGE_REQUESTS_PER_ADDRESS = { perSecond: 50, burst: 200 } as const;
/** A request of the Edge protocol may be as large as this, in bytes. */
export const MAX_EDGE_REQUEST_BYTES = 65_536;
