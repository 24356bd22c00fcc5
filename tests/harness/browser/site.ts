import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { generate } from 'selfsigned';
import { projectRoot } from '#cli/root.ts';
import { COUNTRY_HEADER } from '#core/contract/routes.ts';
import { launchChromium } from './chromium.ts';

/** The SDK as npm has it, byte for byte. */
export const SDK = {
  '2.33.1': '@adobe/alloy/dist/alloy.min.js',
  '2.32.0': 'alloy-2.32/dist/alloy.min.js',
} as const;
export type SdkVersion = keyof typeof SDK;

const EDGE_HOST = 'edge.example';
/** A page below it is first-party to the edge. */
export const FIRST_PARTY_EDGE = 'edge.shop-one.example';

/** A call of the SDK, as it went over the wire. */
export interface Sent {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly search: URLSearchParams;
  readonly cookie: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the SDK sends; tests look at what they expect in it
  readonly body: any;
}

export interface Site {
  readonly browser: Browser;
  readonly sent: readonly Sent[];
  /** Answers calls of the edge in place of what is behind it, until it is taken away. */
  intercept(listener: RequestListener | undefined): void;
  /** The country that calls come from, as a CDN in front of the edge says it; nothing is said until it is set. */
  callFrom(country: string | undefined): void;
  close(): Promise<void>;
}

/**
 * Web sites on domains of their own, and the edge on others, over TLS on one port of this machine: the browser is told
 * that all names lead there, and to accept the certificate. Nothing else of what browsers check is switched off.
 * @param edge what answers calls of the edge
 */
export async function openSite(edge: RequestListener): Promise<Site> {
  const sent: Sent[] = [];
  let intercepting: RequestListener | undefined;
  let country: string | undefined;
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
  const server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    const { host = '' } = request.headers;
    if (host.startsWith('edge.')) {
      record(request, sent);
      // What callers write there themselves is replaced.
      delete request.headers[COUNTRY_HEADER];
      if (country !== undefined) request.headers[COUNTRY_HEADER] = country;
      return (intercepting ?? edge)(request, response);
    }
    void servePage(request.url ?? '/', response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launchChromium([
    `--host-resolver-rules=MAP *.example 127.0.0.1:${port}`,
    '--ignore-certificate-errors',
  ]);
  return {
    browser,
    sent,
    intercept: (listener) => {
      intercepting = listener;
    },
    callFrom: (code) => {
      country = code;
    },
    close: async () => {
      await browser.close();
      await closed(server);
    },
  };
}

function record(request: Parameters<RequestListener>[0], sent: Sent[]): void {
  const url = new URL(request.url ?? '/', 'https://edge.invalid');
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { host = '', cookie } = request.headers;
    const text = Buffer.concat(parts).toString('utf8');
    const call = { method: request.method!, host, path: url.pathname, search: url.searchParams, cookie };
    sent.push({ ...call, body: parsed(text) });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function servePage(url: string, response: Parameters<RequestListener>[1]): Promise<void> {
  const version = /^\/sdk-([\d.]+)\.js$/.exec(url)?.[1] as SdkVersion | undefined;
  const isScript = version !== undefined && version in SDK;
  const script = isScript ? await readFile(join(projectRoot, 'node_modules', SDK[version])) : undefined;
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
  response.end(script ?? '<!doctype html><title>Shop</title><h1 id="banner">Welcome</h1>');
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** A command of the SDK on a page; what it resolves to, or `{ error }`. */
// biome-ignore lint/suspicious/noExplicitAny: the SDK's own results
export type Alloy = (command: string, options?: object) => Promise<any>;

/** A browser of somebody, with cookies of its own. */
export const newVisitor = (site: Site): Promise<BrowserContext> =>
  site.browser.newContext({ locale: 'en-US', timezoneId: 'UTC', ignoreHTTPSErrors: true });

/** Opens a page with the SDK on it, configured as a site would. */
export async function openPage(
  visitor: BrowserContext,
  { version, origin, path = '/', edge = EDGE_HOST, datastream = 'shop-web', configuration = {} }: PageOptions,
): Promise<{ readonly page: Page; readonly alloy: Alloy }> {
  const page = await visitor.newPage();
  await page.goto(`${origin}${path}`);
  await page.evaluate(() => {
    // The base code that Adobe publishes queues commands until the library is there.
    const scope = globalThis as unknown as Record<string, unknown> & { __alloyNS: string[] };
    scope.__alloyNS = ['alloy'];
    const queue = (...args: unknown[]) =>
      new Promise((resolve, reject) => void (queue.q as unknown[]).push([resolve, reject, args]));
    queue.q = [] as unknown[];
    scope.alloy = queue;
  });
  await page.addScriptTag({ url: `/sdk-${version}.js` });
  const alloy: Alloy = (command, options = {}) =>
    page.evaluate(
      async ([name, given]) => {
        const { alloy: run } = globalThis as unknown as {
          alloy: (command: string, options: unknown) => Promise<unknown>;
        };
        try {
          return JSON.parse(JSON.stringify((await run(name as string, given)) ?? null));
        } catch (error) {
          return { error: (error as Error).message };
        }
      },
      [command, options] as const,
    );
  const settings = {
    edgeDomain: edge,
    edgeBasePath: 'ee',
    thirdPartyCookiesEnabled: false,
    orgId: 'ABCDEF0123456789@AdobeOrg',
  };
  await alloy('configure', { datastreamId: datastream, ...settings, ...configuration });
  return { page, alloy };
}

export interface PageOptions {
  readonly version: SdkVersion;
  /** `https://www.shop.example` */
  readonly origin: string;
  /** Of the page, with what stands behind the question mark. */
  readonly path?: string;
  readonly edge?: string;
  readonly datastream?: string;
  readonly configuration?: object;
}
