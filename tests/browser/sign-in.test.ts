import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, newVisitor, obstaclesOn, settled } from '#tests/harness/console-stage/browser.ts';
import { type ServedStage, serveStage } from '#tests/harness/console-stage/serve.ts';
import { createStage } from '#tests/harness/console-stage/stage.ts';

describe('signing in to the console', () => {
  let [browser, served] = [undefined! as Browser, undefined! as ServedStage];
  beforeAll(async () => {
    served = await serveStage(await createStage({ empty: true }));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  it('works with an address once, whose token is nowhere afterwards but in the memory of the tab', async () => {
    const address = served.signInAddress('viewer');
    const { page, complaints, foreign, context } = await newVisitor(browser, served.url);
    await page.goto(address);
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    expect(page.url()).toBe(`${served.url}/console/`);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('token');
    expect(await context.cookies()).toEqual([]);
    expect(await page.evaluate('history.length')).toBeLessThan(3);

    const second = await newVisitor(browser, served.url);
    await second.page.goto(address);
    await second.page.getByText('That address was used already').waitFor();
    expect([...complaints, ...second.complaints]).toEqual([]);
    expect([...foreign, ...second.foreign]).toEqual([]);
    await Promise.all([context.close(), second.context.close()]);
  });

  it('outlives a reload of the page, and ends when somebody signs out', async () => {
    const { page, context } = await newVisitor(browser, served.url);
    await page.goto(served.signInAddress('viewer'));
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await context.close();
  });

  it.each(['light', 'dark'] as const)('shows everybody how to get an address (%s)', async (scheme) => {
    const { page, context, complaints } = await newVisitor(browser, served.url, { scheme });
    await page.goto(`${served.url}/console/`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await settled(page);
    expect(await obstaclesOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
