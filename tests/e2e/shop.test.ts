import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployAndApply, openPages } from '#cli/commands/start.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import type { ProfileNow } from '#examples/shop/page-data.ts';
import { launchChromium } from '#tests/harness/browser/chromium.ts';
import { cli } from '#tests/harness/cli.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 60_000, interval: 500 };
const IDENTITY_COOKIE = 'kndctr_ABCDEF0123456789_AdobeOrg_identity';
const run = Date.now().toString(36);
const CUSTOMER = `SHOP-${run}`;

const SCREENS = [
  [390, 844],
  [820, 1180],
  [1280, 800],
] as const;
/** What makes a page wider than the screen. */
const TOO_WIDE = `[...document.body.querySelectorAll('*')]
  .filter((one) => document.documentElement.scrollWidth > innerWidth && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 80))`;
const WITHOUT_NAME = `[...document.querySelectorAll('button, a, input:not([type=hidden]), select')]
  .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
  .map((one) => one.outerHTML)`;

/** What `npm start` opens for people to look at, as they would use it: the example's catalog, the shop, the gateway. */
describe('the example shop in a browser, on a deployed stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-shop-'));
  const catalog = join(folder, 'catalog');
  const banner = join(catalog, 'activities', 'gold-banner.yaml');
  const complaints: string[] = [];
  let browser: Browser;
  let shopUrl: string;
  let gatewayUrl: string;
  let blogUrl: string;

  beforeAll(async () => {
    cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true });
    // So that it is the same for every device: one experience, and nobody who sees the page as it is.
    showGold('Free delivery for members');
    const progress = new Progress(process.stdout);
    const { flow, definitions } = await deployAndApply(projectRoot, catalog, progress);
    const pages = await openPages(projectRoot, definitions, flow.resources, progress);
    [shopUrl, gatewayUrl] = [pages.shopUrl!, pages.gatewayUrl];
    blogUrl = shopUrl.replace('localhost', '127.0.0.1');
    browser = await launchChromium([]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function showGold(text: string): void {
    const [head] = readFileSync(join(projectRoot, 'catalog', 'activities', 'gold-banner.yaml'), 'utf8').split(
      'control:',
    );
    const experiences = [{ id: 'one', items: [{ type: 'setText', selector: '#banner', content: text }] }];
    writeFileSync(banner, `${head}scopes: [__view__]\nexperiences: ${JSON.stringify(experiences)}\n`);
  }

  /** A browser of somebody new. What it calls, and what it complains of, is written down. */
  async function visit(): Promise<{ page: Page; sent: string[] }> {
    const context = await browser.newContext({
      locale: 'en-US',
      timezoneId: 'UTC',
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    const sent: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      if (![shopUrl, blogUrl, `${gatewayUrl}/ee`].some((own) => url.startsWith(`${own}/`))) complaints.push(url);
      if (url.startsWith(gatewayUrl)) sent.push(`${new URL(url).pathname} ${request.postData() ?? ''}`);
    });
    await page.goto(shopUrl);
    return { page, sent };
  }

  async function agree(page: Page): Promise<string> {
    await page.click('#consent-in');
    return await ecidOf(page);
  }
  const ecidOf = async (page: Page): Promise<string> => {
    const cookies = async () => (await page.context().cookies(page.url())).map(({ name }) => name);
    await vi.waitFor(async () => expect(await cookies()).toContain(IDENTITY_COOKIE), WITHIN);
    const answer = await page.request.get(new URL('/panel/profile', page.url()).href);
    return ((await answer.json()) as { profile: ProfileNow }).profile.device.ecid;
  };
  async function logIn(page: Page, crmId: string): Promise<void> {
    await page.goto(`${shopUrl}/login`);
    await page.fill('#number', crmId);
    await page.click('form.inline button.main');
    await page.waitForURL(`${shopUrl}/`);
  }
  const shows = (page: Page, selector: string, text: string) =>
    vi.waitFor(async () => expect(await page.textContent(selector)).toContain(text), WITHIN);
  /** The panel says that the visitor is a member of the audience. */
  const isIn = (page: Page, audience: string) =>
    page.waitForSelector(`#profile summary:has(.in):has-text("${audience}")`, { state: 'attached', ...WITHIN });
  // biome-ignore lint/suspicious/noExplicitAny: what the command prints
  async function profile(identity: string, ...flags: string[]): Promise<any> {
    const { code, stdout } = await cli('profile', 'get', identity, '--json', ...flags);
    return code === 0 ? JSON.parse(stdout) : undefined;
  }
  /** What is held of somebody, once nothing of earlier visits is on its way any more. */
  async function atRest(identity: string): Promise<unknown> {
    let last: unknown;
    await vi.waitFor(
      async () => {
        const before = last;
        last = { profile: await profile(identity), events: await eventTypes(identity) };
        expect(last).toEqual(before);
      },
      { ...WITHIN, interval: 2_000 },
    );
    return last;
  }
  async function eventTypes(identity: string): Promise<string[]> {
    const page = await profile(identity, '--events');
    return (page?.children ?? []).map(({ entity }: { entity: { eventType: string } }) => entity.eventType);
  }

  it('sends nothing before somebody has agreed, and keeps no event of those who do not', async () => {
    const { page, sent } = await visit();
    await page.goto(`${shopUrl}/tents`);
    expect(sent).toEqual([]);
    await page.click('#consent-out');
    const ecid = await ecidOf(page);
    await page.goto(`${shopUrl}/products/TEN-101`);
    await page.click('text=Put into the cart');
    await page.waitForURL(`${shopUrl}/cart`);
    const said = async () => (await profile(`ECID:${ecid}`))?.[`ECID:${ecid}`]?.entity?.consents?.collect?.val;
    await vi.waitFor(async () => expect(await said()).toBe('n'), WITHIN);
    expect(sent.map((call) => call.split(' ')[0])).toEqual(['/ee/v1/privacy/set-consent']);
    expect(await eventTypes(`ECID:${ecid}`)).toEqual([]);
    await page.context().close();
  });

  it('shows at once what a visitor has just become interested in, and what was sent and got in the panel', async () => {
    const { page } = await visit();
    await agree(page);
    expect(await page.isVisible('#hero')).toBe(false);
    await page.goto(`${shopUrl}/products/TEN-101`);
    await shows(page, '#calls', 'commerce.productViews');
    await page.goto(shopUrl);
    await shows(page, '#hero', 'Which tent for which weather?');
    await shows(page, '#calls', 'show tent-tip:tip:home-hero');
    await shows(page, '#calls', 'decisioning.propositionDisplay');
    await isIn(page, 'Interested in tents');
    await page.context().close();
  });

  it('reports what is put into the cart and bought', async () => {
    const { page } = await visit();
    const ecid = await agree(page);
    await page.goto(`${shopUrl}/products/STO-007`);
    await page.click('text=Put into the cart');
    await shows(page, '#calls', 'commerce.productListAdds');
    await page.click('text=To the checkout');
    await shows(page, '#calls', 'commerce.checkouts');
    await page.click('text=Order');
    await shows(page, '#calls', 'commerce.purchases');
    const kinds = ['productViews', 'productListAdds', 'checkouts', 'purchases'].map((kind) => `commerce.${kind}`);
    await vi.waitFor(
      async () => expect(await eventTypes(`ECID:${ecid}`)).toEqual(expect.arrayContaining(kinds)),
      WITHIN,
    );
    expect((await eventTypes(`ECID:${ecid}`)).filter((type) => type === 'commerce.purchases')).toHaveLength(1);
    await page.context().close();
  });

  it('changes the page in the same visit when a file says that the customer is a gold member', async () => {
    const { page } = await visit();
    const ecid = await agree(page);
    await logIn(page, CUSTOMER);
    await shows(page, '#device', `${CUSTOMER}, signed by the shop`);
    await shows(page, '#profile', CUSTOMER);
    expect(await page.textContent('#banner')).toContain('Free returns');
    await page.click('#tier-form button');
    await shows(page, '#banner', 'Free delivery for members');
    expect(page.url()).toBe(`${shopUrl}/`);
    await isIn(page, 'Gold and silver members');
    await shows(page, '#profile', 'loyalty.tier = "gold"');
    const { entity } = (await profile(`CRMID:${CUSTOMER}`))[`CRMID:${CUSTOMER}`];
    expect(entity.identityMap.ecid).toMatchObject([{ id: ecid }]);
    expect(entity.loyalty.tier).toBe('gold');

    await page.goto(`${shopUrl}/products/TEN-101`);
    await isIn(page, 'Members who look at tents');
    await page.goto(`${shopUrl}/tents`);
    await shows(page, 'main', 'a footprint with every tent');

    const other = await visit();
    await agree(other.page);
    await logIn(other.page, CUSTOMER);
    await shows(other.page, '#banner', 'Free delivery for members');
    for (const one of [page, other.page]) await one.context().close();
  });

  it('tells nothing of a customer to whoever only claims to be that customer', async () => {
    const before = await atRest(`CRMID:${CUSTOMER}`);
    const { page } = await visit();
    const ecid = await agree(page);
    await page.fill('#claim', CUSTOMER);
    await page.click('#claim-button');
    await shows(page, '#profile', `claims, unverified: CRMID:${CUSTOMER}`);
    const answers: string[] = [];
    for (const path of ['/tents', '/boots', '/products/TEN-101', '/tents', '/']) {
      const answered = page.waitForResponse((response) => response.url().includes('/v1/interact'));
      await page.goto(`${shopUrl}${path}`);
      answers.push(await (await answered).text());
      expect(await page.textContent('#banner')).toContain('Free returns');
    }
    await vi.waitFor(async () => expect((await eventTypes(`ECID:${ecid}`)).length).toBeGreaterThan(3), WITHIN);
    expect(await atRest(`CRMID:${CUSTOMER}`)).toEqual(before);
    expect(Object.keys((await profile(`ECID:${ecid}`))[`ECID:${ecid}`].entity.identityMap)).toEqual(['ecid']);
    expect(answers.join()).toContain('interested-in-tents');
    expect(answers.join()).not.toMatch(new RegExp(`${CUSTOMER}|gold`));
    await page.context().close();
  });

  it('is the same device on another site of the company, if it comes by a link of the shop', async () => {
    const { page } = await visit();
    const ecid = await agree(page);
    await page.click('#blog');
    await page.waitForURL((url) => url.hostname === '127.0.0.1' && url.searchParams.has('adobe_mc'));
    await agree(page);
    await shows(page, '#device', ecid);

    await page.click('text=Come as a new visitor');
    expect(await agree(page)).not.toBe(ecid);
    await page.context().close();
  });

  it('is called by apps in the same way, as the page about the edge says', async () => {
    const docs = readFileSync(join(projectRoot, 'docs', 'edge.md'), 'utf8');
    const [, example] = /### Apps\n[\s\S]*?-d '([^']*)'/.exec(docs)!;
    const gaid = crypto.randomUUID();
    const body = example!.replace('6d92078a-8246-4ba4-ae5b-76104861e7dc', gaid);
    expect(body).toContain(gaid);
    const headers = { 'content-type': 'application/json' };
    const url = `${gatewayUrl}/ee/v2/interact?datastreamId=shop-web`;
    const answer = await fetch(url, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    const { handle } = (await answer.json()) as { handle: { type: string; payload: { id: string }[] }[] };
    const ecid = handle.find(({ type }) => type === 'identity:result')!.payload[0]!.id;
    const identities = async () =>
      Object.keys((await profile(`GAID:${gaid}`))?.[`GAID:${gaid}`]?.entity.identityMap ?? {});
    await vi.waitFor(async () => expect((await identities()).sort()).toEqual(['ecid', 'gaid']), WITHIN);
    expect(await eventTypes(`ECID:${ecid}`)).toEqual(['application.launch']);
  });

  it('shows what a marketer has changed in the catalog meanwhile', async () => {
    const { page } = await visit();
    await agree(page);
    await logIn(page, CUSTOMER);
    await shows(page, '#banner', 'Free delivery for members');
    showGold('Members see the new boots first');
    expect((await cli('catalog', 'apply', '--catalog', catalog, '--overwrite')).code).toBe(0);
    await vi.waitFor(async () => {
      await page.reload();
      await vi.waitFor(
        async () => expect(await page.textContent('#banner')).toContain('Members see the new boots first'),
        { timeout: 1_500, interval: 100 },
      );
    }, WITHIN);
    await page.context().close();
  });

  it('fits every screen, and names everything that can be pressed or filled', async () => {
    const { page } = await visit();
    await agree(page);
    await logIn(page, CUSTOMER);
    await shows(page, '#profile', 'Newest events');
    for (const path of ['', '/products/TEN-204', '/cart', '/checkout', '/login', '/blog', '/nothing']) {
      if (path !== '') await page.goto(`${shopUrl}${path}`);
      expect(await page.evaluate(WITHOUT_NAME), path).toEqual([]);
      for (const [width, height] of SCREENS) {
        await page.setViewportSize({ width, height });
        expect(await page.evaluate(TOO_WIDE), `${path} at ${width}`).toEqual([]);
      }
    }
    await page.context().close();
  });

  it('has called nobody but the shop and the edge, and done nothing that its policy forbids', () => {
    expect(complaints).toEqual([]);
  });
});
