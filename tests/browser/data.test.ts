import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#core/contract/roles.ts';
import { launch, newVisitor, obstaclesOn, settled } from '#tests/harness/console-stage/browser.ts';
import { type ServedStage, serveStage } from '#tests/harness/console-stage/serve.ts';
import { type ConsoleStage, createStage, NOW } from '#tests/harness/console-stage/stage.ts';

const CUSTOMERS = 'Nightly export of the CRM';
const HEADER = 'crmId,email,tier,updatedAt';
const ROWS = Array.from(
  { length: 40 },
  (_, i) => `RB-9${i},row${i}@example.com,${i === 0 ? 'platinum' : 'gold'},2026-01-01T00:00:00Z`,
);

describe('the screens of data', () => {
  let [browser, served, stage] = [undefined! as Browser, undefined! as ServedStage, undefined! as ConsoleStage];
  beforeAll(async () => {
    browser = await launch();
  });
  // A client that is new is known after some seconds of the stage, whose time stands still: each has a stage of their own.
  beforeEach(async () => {
    stage = await createStage({ persons: 20 });
    await stage.platform.upload('landing/customers/monday.csv', [HEADER, ...ROWS].join('\n'));
    await stage.pass(60_000);
    served = await serveStage(stage);
  });
  afterEach(() => served?.close());
  afterAll(() => browser?.close());

  const signedIn = async (roles: readonly Role[], scheme: 'light' | 'dark' = 'light') => {
    const visitor = await newVisitor(browser, served.url, { scheme, now: NOW + 120_000 });
    await visitor.page.goto(served.signInAddress(...roles));
    await visitor.page.getByRole('navigation', { name: 'Screens' }).waitFor();
    return visitor;
  };
  const open = async (page: Page, path: string, heading: string): Promise<void> => {
    await page.goto(`${served.url}/console${path}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await settled(page);
  };
  /** What the table says of a dataset. */
  const rejectedOf = async (page: Page, dataset: string): Promise<number> => {
    await open(page, '/data/datasets', 'Data');
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: dataset, exact: true }) });
    return Number((await row.getByRole('cell').nth(3).textContent())!.replaceAll(',', ''));
  };

  it.each(['light', 'dark'] as const)('have no obstacle for anybody (%s)', async (scheme) => {
    const { page, complaints, foreign, context } = await signedIn(['admin'], scheme);
    for (const path of ['/data/datasets', '/data/schemas', '/data/batches', '/data/rejected']) {
      await open(page, path, 'Data');
      expect([path, await obstaclesOn(page)]).toEqual([path, []]);
    }
    await open(page, '/data/datasets/customers', CUSTOMERS);
    expect(await obstaclesOn(page)).toEqual([]);
    await open(page, '/data/batches', 'Data');
    await page.getByRole('link', { name: 'monday.csv' }).click();
    await page.getByRole('heading', { name: 'monday.csv' }).waitFor();
    await settled(page);
    expect(await obstaclesOn(page)).toEqual([]);
    expect([complaints, foreign]).toEqual([[], []]);
    await context.close();
  });

  it('let somebody correct a rejected record in its place, and the counts move', async () => {
    const { page, complaints, context } = await signedIn(['operator', 'analyst']);
    const before = await rejectedOf(page, CUSTOMERS);
    expect(before).toBeGreaterThan(0);
    await open(page, '/data/batches', 'Data');
    await page.getByRole('link', { name: 'monday.csv' }).click();
    await page.getByRole('button', { name: 'Correct rows' }).click();
    await page.getByRole('button', { name: 'Row 1', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const tier = dialog.getByLabel('tier', { exact: true });
    await tier.waitFor();
    expect(await obstaclesOn(page)).toEqual([]);
    expect(await tier.inputValue()).toBe('platinum');
    await tier.fill('diamond');
    await dialog.getByRole('button', { name: 'Validate' }).click();
    await dialog.getByText('It would still be rejected').waitFor();
    await tier.fill('silver');
    await dialog.getByRole('button', { name: 'Validate' }).click();
    await dialog.getByText('It would be accepted.').waitFor();
    await dialog.getByRole('button', { name: 'Ingest it' }).click();
    await dialog.getByText('It is ingested.').waitFor();
    expect(await rejectedOf(page, CUSTOMERS)).toBe(before - 1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('take a file that begins with a byte order mark and has several parts, and show what becomes of it', async () => {
    const { page, complaints, foreign, context } = await signedIn(['operator']);
    await open(page, '/data/upload', 'Data');
    await page.getByRole('combobox', { name: 'Dataset' }).click();
    await page.getByRole('option', { name: CUSTOMERS }).click();
    const blanks = ' '.repeat(500_000);
    const rows = Array.from(
      { length: 10 },
      (_, i) => `RB-8${i},new${i}@example.com,gold,2026-01-01T00:00:00Z,${blanks}`,
    );
    const buffer = Buffer.from(`\uFEFF${HEADER},note\n${rows.join('\n')}\n`);
    await page.locator('input[type=file]').setInputFiles({ name: 'tuesday.csv', mimeType: 'text/csv', buffer });
    await page.getByText('tuesday.csv').waitFor();
    expect(await obstaclesOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Upload file' }).click();
    await page.locator('.state', { hasText: 'waiting' }).waitFor();
    // What S3 does with a batch that is complete.
    const id = new URL(page.url()).pathname.split('/').at(-1);
    await stage.platform.announce(`landing/customers/${id}.tributary-batch`);
    await stage.pass(60_000);
    await page.getByRole('heading', { name: 'Progress' }).waitFor();
    await page.locator('.state', { hasText: 'ingested' }).waitFor();
    expect([complaints, foreign]).toEqual([[], []]);
    await context.close();
  });

  it('show those who only look no contents of any record, in the page or in an answer', async () => {
    const { page, answers, context } = await signedIn(['viewer']);
    await open(page, '/data/rejected', 'Data');
    await page
      .getByRole('button', { name: /^Row \d+$/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('profile:read').waitFor();
    const all = [await page.content(), ...(await answers())].join('\n');
    expect(all).not.toMatch(/[\w.]+@example\.com/);
    await context.close();
  });
});
