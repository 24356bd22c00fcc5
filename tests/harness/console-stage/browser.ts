import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '#tests/harness/browser/chromium.ts';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export interface VisitorOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Epoch ms: the time of day for the page, which stands still. */
  readonly now?: number;
}

/** Somebody with a browser of their own, and what it has noticed that must not be. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the policy of the page stopped, errors on its console, and exceptions. */
  readonly complaints: readonly string[];
  /** Addresses of other origins that were asked for. */
  readonly foreign: readonly string[];
  /** Bodies of answers, as text. */
  answers(): Promise<readonly string[]>;
}

export const launch = (): Promise<Browser> => launchChromium([]);

/** Opens the console as somebody would, with everything that browsers check switched on. */
export async function newVisitor(browser: Browser, url: string, options: VisitorOptions = {}): Promise<Visitor> {
  const { scheme = 'light', width = 1280, height = 800, now } = options;
  const context = await browser.newContext({
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme: scheme,
    reducedMotion: 'reduce',
    viewport: { width, height },
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  if (now !== undefined) await page.clock.setFixedTime(now);
  const [complaints, foreign]: [string[], string[]] = [[], []];
  const answers: Promise<string>[] = [];
  // What a policy stops is said on the console too.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(url).origin) foreign.push(request.url());
  });
  page.on('response', (response) => {
    if (/json/.test(response.headers()['content-type'] ?? '')) answers.push(response.text().catch(() => ''));
  });
  return { context, page, complaints, foreign, answers: () => Promise.all(answers) };
}

/** What stands in the way of people who see, hear or move otherwise, by WCAG 2.2 AA: rule and place. */
export async function obstaclesOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary.split('\n')[1] ?? ''}`,
    ),
  );
}

const BUSY = '[aria-busy="true"], .mantine-Skeleton-root, .mantine-Loader-root';

/** Waits until nothing is being read any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  // Not by a function: what waits for one is stopped by the policy of the page.
  await page.locator(BUSY).first().waitFor({ state: 'detached' });
}
