import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { CATEGORIES, PRODUCTS } from '#cli/example/model.ts';
import { foreignCaller } from '#cli/local/own-callers.ts';
import { decodeIdentityCookie } from '#core/edge/identity-cookie.ts';
import { cookieName, cookiesOf } from '#core/edge/state.ts';
import { findAsset } from './assets.ts';
import type { Markup } from './html.ts';
import type { SignIdentity } from './identity-token.ts';
import { type DeviceCookie, type PageData, TIERS, type Tier } from './page-data.ts';
import {
  blogPage,
  cartPage,
  categoryPage,
  checkoutPage,
  guidePage,
  homePage,
  loginPage,
  missingPage,
  orderPage,
  productPage,
  type View,
} from './pages.ts';
import type { DemoCustomer, Platform } from './platform.ts';
import { addToCart, buy, cartItems, itemOf, productOf, type Session, Sessions } from './sessions.ts';

export interface ShopDeps {
  readonly settings: Pick<PageData, 'orgId' | 'datastreamId' | 'edgeUrl'>;
  readonly sign: SignIdentity;
  /** Asked for when the panel wants something of it. */
  readonly platform: () => Promise<Platform>;
  readonly customers: readonly DemoCustomer[];
  /** Something that nobody can guess, at every call. */
  readonly newId: () => string;
}

/** Longer forms are not the shop's. */
const MAX_FORM_BYTES = 10_000;
const SESSION_COOKIE = 'shop';
/** Paths are read as below it, whatever the name is under which the shop was called. */
const HERE = 'http://shop.invalid';
const CUSTOMER_NUMBER = /^[A-Za-z0-9-]{1,40}$/;

/** A call of the shop, and whose it is. */
interface Visit {
  readonly method: string;
  readonly url: URL;
  /** Where the blog is, under the other name of this machine. */
  readonly blogUrl: string;
  readonly cookieNames: readonly string[];
  readonly session: Session | undefined;
  readonly device: DeviceCookie | undefined;
  readonly form: URLSearchParams;
}

interface PageAnswer {
  readonly page: (view: View) => Markup;
  readonly data: PageData['page'];
  readonly status?: number;
}

type Answer =
  | PageAnswer
  | { readonly redirect: string; readonly session?: Session; readonly forget?: readonly string[] }
  | { readonly json: object; readonly status?: number }
  | { readonly asset: { readonly type: string; readonly content: string | Buffer } };

/**
 * A small shop as any site could be: pages that the server renders, a cart, a login, and the Web SDK on every page. The
 * panel beside the pages asks the server what the platform holds now; it is part of the demonstration, not of a shop.
 */
export function shopListener(deps: ShopDeps): RequestListener {
  const sessions = new Sessions(deps.newId);
  return (request, response) => {
    handle(request, response, sessions, deps).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { title: 'The shop could not answer; see .local/shop/shop.log' });
    });
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: Sessions,
  deps: ShopDeps,
): Promise<void> {
  const foreign = foreignCaller(request);
  if (foreign) return sendJson(response, foreign.status, foreign);
  const form = request.method === 'POST' ? await formOf(request) : new URLSearchParams();
  if (!form) return sendJson(response, 413, { title: `A form has at most ${MAX_FORM_BYTES} bytes` });
  const visit = visitOf(request, form, sessions, deps);
  const answer = (await answerVisit(visit, sessions, deps)) ?? {
    page: missingPage(),
    data: { name: 'not found', section: 'error', scopes: [] },
    status: 404,
  };
  if ('asset' in answer) return send(response, 200, answer.asset.type, answer.asset.content);
  if ('json' in answer) return sendJson(response, answer.status ?? 200, answer.json);
  if ('redirect' in answer) return redirect(response, answer);
  await sendPage(response, answer, visit, deps);
}

function visitOf(
  { headers, method = 'GET', url = '/' }: IncomingMessage,
  form: URLSearchParams,
  sessions: Sessions,
  { settings }: ShopDeps,
): Visit {
  const cookies = cookiesOf(headers.cookie);
  const session = sessions.find(cookies.get(SESSION_COOKIE));
  const kept = cookies.get(cookieName(settings.orgId, 'identity'));
  const device = kept === undefined ? undefined : decodeIdentityCookie(kept);
  const [, port = ''] = /(:\d+)$/.exec(headers.host ?? '') ?? [];
  const blogUrl = `http://127.0.0.1${port}/blog`;
  return {
    method,
    url: URL.parse(url, HERE) ?? new URL('/nothing', HERE),
    blogUrl,
    cookieNames: [...cookies.keys()],
    session,
    device,
    form,
  };
}

function answerVisit(
  visit: Visit,
  sessions: Sessions,
  deps: ShopDeps,
): Promise<Answer | undefined> | Answer | undefined {
  const [, first = '', second = ''] = visit.url.pathname.split('/');
  if (first === 'panel') return answerPanel(visit, second, deps);
  if (first === '_shop') return { json: { pid: process.pid } };
  if (visit.method === 'POST') return answerForm(visit, sessions, deps);
  if (first === 'assets') return assetAnswer(second);
  return showPage(visit, first, second, deps);
}

function assetAnswer(name: string): Answer | undefined {
  const asset = findAsset(name);
  return asset && { asset };
}

function showPage({ url, session }: Visit, first: string, second: string, { customers }: ShopDeps): Answer | undefined {
  const items = session ? cartItems(session) : [];
  const product = first === 'products' ? productOf(second) : undefined;
  if (product) {
    const data = { name: product.name, section: product.category, product: itemOf(product), scopes: [] };
    return { page: productPage(product), data };
  }
  const category = CATEGORIES.find((one) => url.pathname === `/${one}`);
  if (category) {
    const offered = PRODUCTS.filter((one) => one.category === category);
    return { page: categoryPage(category, offered), data: { name: category, section: category, scopes: [] } };
  }
  switch (url.pathname) {
    case '/':
      return { page: homePage(PRODUCTS), data: { name: 'home', section: 'home', scopes: ['home-hero'] } };
    case '/guides/tents':
      return { page: guidePage(), data: { name: 'which tent', section: 'guides', scopes: [] } };
    case '/blog':
      return { page: blogPage(), data: { name: 'blog', section: 'blog', scopes: [] } };
    case '/cart':
      return { page: cartPage(items), data: { name: 'cart', section: 'cart', scopes: [] } };
    case '/checkout':
      return {
        page: checkoutPage(items),
        data: { name: 'checkout', section: 'checkout', checkout: items, scopes: [] },
      };
    case '/order':
      return { page: orderPage(), data: { name: 'thank you', section: 'checkout', scopes: [] } };
    case '/login':
      return { page: loginPage(customers), data: { name: 'log in', section: 'account', scopes: [] } };
    default:
      return undefined;
  }
}

function answerForm(
  { url, form, session: known, cookieNames }: Visit,
  sessions: Sessions,
  deps: ShopDeps,
): Answer | undefined {
  const session = known ?? sessions.start();
  const sku = form.get('sku') ?? '';
  switch (url.pathname) {
    case '/cart':
      addToCart(session, sku);
      return { redirect: '/cart', session };
    case '/cart/remove':
      session.cart.delete(sku);
      return { redirect: '/cart', session };
    case '/checkout':
      buy(session, deps.newId());
      return { redirect: '/order', session };
    case '/login':
      return logIn(form.get('crmId')?.trim() ?? '', session, sessions);
    case '/logout':
      return logOut(session, sessions);
    case '/forget':
      return { redirect: '/', forget: [SESSION_COOKIE, ...cookieNames.filter(isOfSdk)] };
    default:
      return undefined;
  }
}

/** Cookies that the SDK has written, also under the names that its predecessor reads. */
const isOfSdk = (name: string): boolean => /^(kndctr_|AMCV_|s_ecid$)[\w%@-]*$/.test(name);

/** Anybody may be anybody here: a shop that is not for trying out asks for a password first. */
function logIn(crmId: string, session: Session, sessions: Sessions): Answer {
  if (!CUSTOMER_NUMBER.test(crmId)) return { redirect: '/login?unknown' };
  const next = sessions.start(session);
  next.crmId = crmId;
  next.happened.push({ kind: 'login' });
  return { redirect: '/', session: next };
}

function logOut(session: Session, sessions: Sessions): Answer {
  const next = sessions.start(session);
  next.happened.push({ kind: 'logout' });
  return { redirect: '/', session: next };
}

async function answerPanel({ method, url, session, device, form }: Visit, name: string, deps: ShopDeps) {
  const platform = await deps.platform();
  if (method === 'GET' && name === 'profile') {
    return { json: device ? { profile: await platform.profileOf(device) } : {} };
  }
  const crmId = url.searchParams.get('crmId') ?? '';
  if (method === 'GET' && name === 'extent' && CUSTOMER_NUMBER.test(crmId)) {
    return { json: await platform.extentOf(crmId) };
  }
  const tier = form.get('tier') as Tier;
  if (method === 'POST' && name === 'tier' && TIERS.includes(tier)) {
    return session?.crmId === undefined
      ? { json: NOT_LOGGED_IN, status: 403 }
      : { json: { file: await platform.uploadTier(session.crmId, tier) } };
  }
  return undefined;
}

const NOT_LOGGED_IN = { title: 'Nobody has logged in' };

async function sendPage(
  response: ServerResponse,
  { page, data, status = 200 }: PageAnswer,
  { session, device, url, blogUrl }: Visit,
  { settings, sign }: ShopDeps,
): Promise<void> {
  const crmId = session?.crmId;
  const happened = session?.happened ?? [];
  if (session) session.happened = [];
  const pageData: PageData = {
    ...settings,
    blogUrl,
    page: data,
    happened,
    ...(crmId !== undefined && { signedIn: { crmId, token: await sign(crmId, device?.ecid) } }),
  };
  const nonce = randomBytes(16).toString('base64');
  const count = session ? [...session.cart.values()].reduce((sum, quantity) => sum + quantity, 0) : 0;
  const markup = page({ data: pageData, nonce, cartCount: count, path: url.pathname });
  response.setHeader('content-security-policy', policyOf(nonce, settings.edgeUrl));
  send(response, status, 'text/html; charset=utf-8', `<!doctype html>${markup.text}`);
}

/** Nothing but the shop's own; styles also of the SDK, which hides what it is about to change, and calls of the edge. */
const policyOf = (nonce: string, edgeUrl: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    `connect-src 'self' ${edgeUrl}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

function redirect(
  response: ServerResponse,
  { redirect: location, session, forget = [] }: Extract<Answer, { redirect: string }>,
): void {
  response.setHeader('set-cookie', [
    ...(session ? [`${SESSION_COOKIE}=${session.id}; Path=/; HttpOnly; SameSite=Lax`] : []),
    ...forget.map((name) => `${name}=; Path=/; Max-Age=0`),
  ]);
  response.setHeader('location', location);
  send(response, 303, 'text/plain', '');
}

const sendJson = (response: ServerResponse, status: number, body: object): void =>
  send(response, status, 'application/json', JSON.stringify(body));

function send(response: ServerResponse, status: number, type: string, content: string | Buffer): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
  response.writeHead(status, { 'content-type': type }).end(content);
}

/** @returns undefined where it is too long */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= MAX_FORM_BYTES) parts.push(part);
  }
  return size > MAX_FORM_BYTES ? undefined : new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
