import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { obstaclesOn, settled, type VisitorOptions } from '#tests/harness/console-stage/browser.ts';
import { visitedStage } from '#tests/harness/console-stage/visit.ts';

/** Where pictures go, for who wants to look at them. */
const PICTURES = process.env.TRIBUTARY_PICTURES;

describe('destinations in the console', () => {
  const seen = visitedStage({ persons: 60 });

  const signedIn = async (role: 'marketer' | 'viewer', options: VisitorOptions = {}) => {
    // Functions look for new clients after some seconds only.
    await seen.stage.pass(60_000);
    const visitor = await seen.visit('/', role, options);
    await visitor.page.waitForFunction('sessionStorage.length > 0');
    return visitor;
  };
  const look = async (page: Page, name: string): Promise<void> => {
    await settled(page);
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
    expect([name, await obstaclesOn(page)]).toEqual([name, []]);
  };
  const open = (page: Page, path: string) => page.goto(`${seen.served.url}/console${path}`);

  it('are connected with a form that their type declares, then paused and resumed', async () => {
    const { page, context, complaints, foreign } = await signedIn('marketer');
    await open(page, '/destinations');
    await look(page, 'destinations');
    await page.getByRole('link', { name: 'Connect a destination' }).click();
    await page.getByLabel('Search types').fill('webhook');
    await look(page, 'destinations-catalogue');
    await page.getByRole('link', { name: 'HTTP API' }).click();
    await page.getByLabel('Id', { exact: false }).first().fill('partner');
    await page.getByLabel('Audiences', { exact: true }).first().click();
    await page.getByRole('option').first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'url' }).fill('nowhere');
    await page.getByRole('button', { name: 'Check who is reached' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('textbox', { name: 'url' }).fill('https://partner.example/profiles');
    await page.getByRole('button', { name: 'Check who is reached' }).click();
    await page.getByText('Who would be sent').waitFor();
    await look(page, 'destinations-set-up');
    await page.getByRole('button', { name: 'Create and send' }).click();
    await page.getByRole('heading', { name: 'partner' }).waitFor();
    await page.locator('.state', { hasText: 'delivering' }).waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('waiting deliveries stay queued').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.locator('.state', { hasText: 'paused' }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.locator('.state', { hasText: 'delivering' }).waitFor();
    const { catalog } = await seen.stage.definitions.active();
    expect(catalog.destinations.find(({ id }) => id === 'partner')).toMatchObject({ type: 'http', enabled: true });
    expect([complaints, foreign]).toEqual([[], []]);
    await context.close();
  });

  it("show what was sent, what failed in the vendor's words, and keep credentials to themselves", async () => {
    const { deliveryErrors, runs } = seen.stage.platform.stores;
    const now = seen.stage.now();
    const detail = '<img src=x onerror=alert(1)> no such list';
    const error = { profile: 'p1', identities: ['Email:a***'], reason: 'http-400', errorClass: 'drop' as const };
    await deliveryErrors.add('webhook', now, [{ ...error, detail, first: now, last: now, times: 3 }]);
    await runs.add('webhook', now, { received: 40, activated: 30, failed: 4, excluded: { noConsent: 5 } });
    const { page, context, complaints, answers } = await signedIn('marketer', { scheme: 'dark' });
    await open(page, '/destinations/webhook/overview');
    await page.getByText(/received = .* sent \+ .* failed \+ .* excluded \+ .* waiting/).waitFor();
    await look(page, 'destination-overview-dark');
    const tabs = page.getByRole('navigation', { name: 'E-mail provider' });
    for (const tab of ['Mapping', 'Audiences', 'Runs'] as const) {
      await tabs.getByRole('link', { name: tab }).click();
      await look(page, `destination-${tab.toLowerCase()}-dark`);
    }
    await tabs.getByRole('link', { name: 'Failures' }).click();
    await page.getByText(`Vendor said: ${detail}`).waitFor();
    await look(page, 'destination-failures-dark');
    await tabs.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('bearerToken').fill('canary-of-a-token');
    await page.getByRole('button', { name: 'Store credentials' }).click();
    await page.getByText('Deliveries use them within five minutes').waitFor();
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByText(/The vendor takes the credentials|does not take/).waitFor();
    await look(page, 'destination-settings-dark');
    expect((await answers()).join('\n')).not.toContain('canary-of-a-token');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('are steered by nobody who only looks', async () => {
    const { page, context } = await signedIn('viewer');
    await open(page, '/destinations/webhook/overview');
    const pause = page.getByRole('button', { name: 'Pause' });
    await pause.waitFor();
    expect(await pause.getAttribute('aria-disabled')).toBe('true');
    await context.close();
  });
});
