import { describe, expect, it } from 'vitest';
import { obstaclesOn, settled } from '#tests/harness/console-stage/browser.ts';
import { visitedStage } from '#tests/harness/console-stage/visit.ts';

const PERSON = 'RB-0001';
const TABS = ['attributes', 'events', 'audiences', 'identities', 'destinations', 'privacy'];

describe('people in the console', () => {
  const seen = visitedStage({ persons: 20 });

  async function find(role: 'viewer' | 'admin', scheme: 'light' | 'dark' = 'light') {
    const visitor = await seen.visit('/', role, { scheme });
    const { page } = visitor;
    await page.getByRole('navigation').getByRole('link', { name: 'Profiles' }).click();
    await page.getByLabel('Value').fill(PERSON);
    await page.getByRole('button', { name: 'Find person' }).click();
    await page.getByRole('link', { name: /^CRMID/ }).click();
    await page.getByRole('heading', { level: 1, name: /^CRMID/ }).waitFor();
    return visitor;
  }

  it('show a viewer no value on any tab, and whoever looks for obstacles finds none', async () => {
    const { page, context, answers } = await find('viewer');
    for (const tab of TABS) {
      await page.goto(page.url().replace(/[^/]+$/, tab));
      await settled(page);
      expect([tab, await obstaclesOn(page)]).toEqual([tab, []]);
      expect(await page.locator('main').textContent()).not.toContain(PERSON);
    }
    const bodies = await answers();
    expect(bodies.length).toBeGreaterThan(TABS.length);
    expect(bodies.join('')).not.toContain(PERSON);
    await context.close();
  });

  it.each(['light', 'dark'] as const)('are drawn as a graph (%s) that the keyboard walks through', async (scheme) => {
    const { page, context, complaints } = await find('admin', scheme);
    await page.getByRole('link', { name: 'Identities' }).click();
    const picture = page.getByRole('application', { name: /^Identity graph: \d+ identities, \d+ links?$/ });
    await picture
      .getByRole('button', { name: /^CRMID/ })
      .first()
      .focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'What is known of it' });
    await panel.getByText('Last seen').waitFor();
    expect(await panel.textContent()).toMatch(/CRMID .+ – /);
    expect(await obstaclesOn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await picture.locator(':focus').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('are found by an identity that stands in no address, say why they are in no audience, and are deleted', async () => {
    const { page, context, complaints } = await find('admin');
    expect(page.url()).not.toContain(PERSON);
    await page.getByRole('link', { name: 'Audiences', exact: true }).last().click();
    await page
      .getByRole('button', { name: /^Why: / })
      .first()
      .click();
    await page.getByText(/, because:/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Privacy' }).click();
    await page.getByRole('button', { name: 'Delete person' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete person' }).click();
    await page.getByText('Status: processing').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
