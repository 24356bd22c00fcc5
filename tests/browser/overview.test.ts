import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { settled } from '#tests/harness/console-stage/browser.ts';
import { visitedStage } from '#tests/harness/console-stage/visit.ts';

/** Gzipped, of everything that the first screen loads. */
const MAX_FIRST_SCREEN_BYTES = 300_000;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, one) => total + one, 0);

describe('the overview', () => {
  const seen = visitedStage({ persons: 120 });

  it('has the numbers that the data of the example must come to', async () => {
    const { page, context } = await seen.visit('/');
    await page.getByRole('heading', { name: 'Pipeline' }).waitFor();
    const textOf = (name: string) =>
      page.locator('.tile', { has: page.getByRole('link', { name, exact: true }) }).textContent();
    const { rejected, duplicates } = seen.stage.expected!;
    expect(await textOf('Records rejected')).toContain(`rejected${sum(rejected)}`);
    expect(await textOf('Records rejected')).toContain(`${sum(duplicates)} copies`);
    await context.close();
  });

  it('keeps what was read when the API goes away, says so, and goes on by itself when it is back', async () => {
    const { page, context } = await seen.visit('/');
    await settled(page);
    const profiles = page.getByRole('link', { name: 'Profiles', exact: true }).last();
    await profiles.waitFor();
    seen.served.fail({ kind: 'away' });
    await page.getByText('The API does not answer').first().waitFor({ timeout: 60_000 });
    expect(await profiles.isVisible()).toBe(true);
    seen.served.fail(undefined);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await expect.poll(() => page.getByText('The API does not answer').count(), { timeout: 30_000 }).toBe(0);
    await context.close();
  });

  it('says for each part what failed, with the request to ask about', async () => {
    seen.served.fail((path) =>
      path.startsWith('/tributary/definitions/history')
        ? { kind: 'status', status: 500, headers: { 'x-request-id': 'req-1' } }
        : undefined,
    );
    const { page, context } = await seen.visit('/');
    await page.getByText('Request req-1').waitFor({ timeout: 30_000 });
    expect(await page.getByRole('alert').count()).toBe(1);
    await page.getByRole('heading', { name: 'Pipeline' }).waitFor();
    seen.served.fail(undefined);
    await context.close();
  });

  it('comes with no more than 300 KB, and nothing in it moves', async () => {
    const { page, context } = await seen.visit('/');
    const sizes: Promise<number>[] = [];
    page.on('response', (response) =>
      sizes.push(
        response.body().then(
          (body) => gzipSync(body).length,
          () => 0,
        ),
      ),
    );
    await page.addInitScript(`
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await page.reload();
    await page.getByRole('heading', { name: 'Pipeline' }).waitFor();
    await settled(page);
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(MAX_FIRST_SCREEN_BYTES);
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.02);
    await context.close();
  });

  it('leads through the example in five stops, and offers it once', async () => {
    const { page, context } = await seen.visit('/');
    await page.getByRole('button', { name: 'Take the tour' }).click();
    const tour = page.getByRole('complementary', { name: 'Tour of the example' });
    for (let stop = 2; stop <= 5; stop++) {
      await tour.getByRole('button', { name: 'Next' }).click();
      await tour.getByText(`Stop ${stop} of 5`).waitFor();
    }
    expect(new URL(page.url()).pathname).toMatch(/^\/console\/destinations/);
    await tour.getByRole('button', { name: 'End the tour' }).click();
    await page.goto(`${seen.served.url}/console/`);
    await page.getByRole('heading', { name: 'Pipeline' }).waitFor();
    expect(await page.getByRole('button', { name: 'Take the tour' }).count()).toBe(0);
    await context.close();
  });

  it('finds audiences, destinations and datasets by name with the keyboard', async () => {
    const { page, context } = await seen.visit('/');
    await page.getByRole('heading', { name: 'Pipeline' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search pages, audiences').fill('several dev');
    await page.getByText('On several devices').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\/audiences\/several-devices/);
    await context.close();
  });
});

describe('the overview of an empty stage', () => {
  const seen = visitedStage({ empty: true });

  it('says what to do first', async () => {
    const { page, context } = await seen.visit('/');
    await page.getByRole('heading', { name: 'To begin with' }).waitFor();
    await page.getByText('Send the first record').waitFor();
    await context.close();
  });
});
