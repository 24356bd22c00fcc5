import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { segmentOptions } from '#core/catalog/compile-people.ts';
import { historyFor } from '#core/catalog/history.ts';
import { compileNamed, publishedWith, textWithNeeded } from '#core/catalog/plan-segment.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { Role } from '#core/contract/roles.ts';
import { pqlOf } from '#core/segmentation/blocks/print.ts';
import { blocksOf } from '#core/segmentation/blocks/read.ts';
import { estimateMembers } from '#core/segmentation/preview.ts';
import { obstaclesOn, settled, type VisitorOptions } from '#tests/harness/console-stage/browser.ts';
import { visitedStage } from '#tests/harness/console-stage/visit.ts';
import { addToCart, enveloped } from '#tests/harness/platform/example.ts';

const seen = visitedStage({ persons: 60 });

/** Opens a page of the console as somebody who is signed in. */
async function open(path: string, { role = 'marketer' as Role, ...options }: VisitorOptions & { role?: Role } = {}) {
  const visitor = await seen.visit(path, role, options);
  await settled(visitor.page);
  return visitor;
}

/** What the command line counts. */
async function countOf(pql: string): Promise<number> {
  const { catalog } = await seen.stage.definitions.active();
  const compiled = compileCatalog(catalog);
  const rule = textWithNeeded(catalog, pql);
  const { profiles } = seen.stage.platform.stores;
  const history = historyFor(publishedWith(catalog, rule), compiled, seen.stage.platform.stores);
  const deps = { profiles, ...history, now: seen.stage.now(), random: Math.random };
  const settings = stageSettings(compiled).evaluation;
  return (await estimateMembers(rule.at(-1)!.id, compileNamed(rule, segmentOptions(catalog)), settings, deps)).count;
}

const now = (page: Page) => page.getByRole('region', { name: 'Now' });
const fields = (page: Page) => page.getByRole('region', { name: 'Fields' });
const words = (page: Page) => page.getByTestId('words');

async function add(page: Page, what: string): Promise<void> {
  await page.getByRole('button', { name: 'Add', exact: true }).last().click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
}

/** The rule as the page has it. */
async function pqlOn(page: Page): Promise<string> {
  await page.getByText('PQL', { exact: true }).first().click();
  await page.getByRole('textbox', { name: 'PQL' }).waitFor();
  const lines = await page.locator('.cm-line').allTextContents();
  await page.getByText('Blocks', { exact: true }).first().click();
  return lines.join('\n').trim();
}

async function writePql(page: Page, text: string): Promise<void> {
  await page.getByText('PQL', { exact: true }).first().click();
  await page.getByRole('textbox', { name: 'PQL' }).fill(text);
}

describe('an audience that is built of blocks', () => {
  it('is counted as the command line counts it, kept as a draft, published, and fills as events come', async () => {
    const { page, complaints, foreign, context } = await open('/audiences/new');
    await page.getByRole('textbox', { name: 'Name' }).fill('Fresh carts');
    // Did something in the last 30 days, which is what a new block of events asks.
    await add(page, 'Events');
    const event = page.getByRole('group', { name: 'Events', exact: true });
    await event.getByRole('button', { name: 'Add a test of the event' }).click();
    await event.getByRole('textbox', { name: 'Value' }).fill('commerce.productListAdds');
    await page.getByText('eventType is “commerce.productListAdds”').first().waitFor();
    const rule = await pqlOn(page);
    expect(rule).toBe(
      'exists E from xEvent where E.eventType = "commerce.productListAdds" and E.timestamp occurs <= 30 days before now',
    );
    const before = await countOf(rule);
    await now(page).getByText(`${before} exactly`, { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.waitForURL('**/audiences/fresh-carts/definition');
    await page.locator('.state', { hasText: 'draft' }).waitFor();
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByRole('dialog');
    await review.getByRole('cell', { name: 'fresh-carts' }).waitFor();
    expect(await review.getByRole('row', { name: /fresh-carts/ }).textContent()).toContain(String(before));
    await review.getByRole('button', { name: 'Publish' }).click();
    await page.locator('.state', { hasText: 'active' }).waitFor();

    // Somebody new does it: nobody reloads the page.
    seen.stage.platform.collect(enveloped('web-events', addToCart(900_001, seen.stage.now() - 1_000)));
    await seen.stage.pass(120_000);
    expect(await countOf(rule)).toBe(before + 1);
    await page
      .getByText(`${before + 1}`, { exact: true })
      .first()
      .waitFor({ timeout: 60_000 });
    expect([complaints, foreign]).toEqual([[], []]);
    await context.close();
  });

  const LINES: Readonly<Record<string, { rule: string; build: (page: Page) => Promise<void> }>> = {
    'tier is any of': {
      rule: 'loyalty.tier in ["gold", "silver"]',
      build: async (page) => {
        await fields(page).getByRole('textbox').fill('loyalty.tier');
        await fields(page).getByRole('button', { name: 'Add loyalty.tier' }).click();
        await page.getByRole('combobox', { name: 'Comparison' }).selectOption('in');
        const values = page.getByRole('combobox', { name: 'Values' });
        for (const value of ['gold', 'silver']) {
          await values.fill(value);
          await values.press('Enter');
        }
        await page.getByRole('group', { name: 'Profile field' }).locator('.mantine-Pill-remove').first().click();
      },
    },
    'at least three times in 90 days': {
      rule: 'xEvent[eventType = "store.order" and timestamp occurs <= 90 days before now].count() >= 3',
      build: async (page) => {
        await add(page, 'Events');
        await page.getByRole('combobox', { name: 'What of the events' }).selectOption('count');
        await page.getByRole('textbox', { name: 'Amount' }).first().fill('3');
        await page.getByRole('textbox', { name: 'Amount' }).last().fill('90');
        await page.getByRole('button', { name: 'Add a test of the event' }).click();
        await page.getByRole('textbox', { name: 'Value' }).fill('store.order');
      },
    },
    'one thing, and another not within a day of it': {
      rule: 'CHAIN(xEvent, timestamp, [A: WHAT(eventType = "commerce.productListAdds") WHEN(<= 7 days before now), B: WHAT(eventType = "commerce.purchases") WHEN(<= 24 hours after A) COUNT(0)])',
      build: async (page) => {
        await add(page, 'Events in order');
        for (const [name, type] of [
          ['A', 'commerce.productListAdds'],
          ['B', 'commerce.purchases'],
        ]) {
          const step = page.getByRole('group', { name: `Step ${name}` });
          await step.getByRole('button', { name: 'Add a test of the event' }).click();
          await step.getByRole('textbox', { name: 'Value' }).fill(type!);
        }
        await page
          .getByRole('group', { name: 'Step B' })
          .getByRole('textbox', { name: /At least so many/ })
          .fill('0');
      },
    },
    'not in another audience': {
      rule: 'not inSegment("gold-and-silver")',
      build: async (page) => {
        await add(page, 'Audience');
        await page.getByRole('combobox', { name: 'Comparison' }).selectOption('out');
        await page.getByRole('combobox', { name: 'Audience' }).click();
        await page.getByRole('option', { name: 'Gold and silver members' }).click();
      },
    },
  };

  it.each(Object.entries(LINES))('can say: %s', async (_, { rule, build }) => {
    const { page, complaints, context } = await open('/audiences/new');
    await build(page);
    const written = await pqlOn(page);
    expect(written).toBe(pqlOf(blocksOf(rule)));
    await now(page)
      .getByText(`${await countOf(rule)} exactly`, { exact: true })
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('a rule that is written', () => {
  it('keeps comments and lines until a block is edited, and has them again when that is undone', async () => {
    const { page, context } = await open('/audiences/new');
    const text = '// the best of them\nloyalty.tier = "gold"\n  and inSegment("cart-abandoners") // and undecided';
    await writePql(page, text);
    await page.getByText('Blocks', { exact: true }).first().click();
    await page.getByRole('group', { name: 'Profile field' }).waitFor();
    expect(await pqlOn(page)).toBe(text);
    await page.getByRole('combobox', { name: 'How these are joined' }).selectOption('any');
    await page.getByText('Comments and line breaks of the text went with this edit').waitFor();
    expect(await pqlOn(page)).toBe('loyalty.tier = "gold" or inSegment("cart-abandoners")');
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await pqlOn(page)).toBe(text);
    await context.close();
  });

  it('stays PQL in the smallest part that blocks cannot say', async () => {
    const { page, context } = await open('/audiences/new');
    await writePql(page, 'loyalty.tier = "gold" and personalEmail.address = mobilePhone.number');
    await page.getByText('Blocks', { exact: true }).first().click();
    await page.getByRole('group', { name: 'Profile field' }).waitFor();
    const raw = page.getByRole('group', { name: 'PQL' }).getByRole('textbox', { name: 'PQL' });
    expect(await raw.inputValue()).toBe('personalEmail.address = mobilePhone.number');
    await context.close();
  });

  it('is underlined where it is wrong, says what to do, and warns of values that no schema lists', async () => {
    const { page, context } = await open('/audiences/new');
    await writePql(page, 'loyalty.teir = "gold"');
    await now(page).getByText('did you mean "tier"?').waitFor();
    await page.locator('.cm-lintRange-error').waitFor();
    await writePql(page, 'loyalty.tier = ');
    await page
      .getByText(/line 1, column/)
      .first()
      .waitFor();
    await writePql(page, 'loyalty.tier = "platinum"');
    await now(page).getByText('Warnings').waitFor();
    await page.getByText('Blocks', { exact: true }).first().click();
    await page.getByText('No schema lists “platinum” for this field').waitFor();
    await context.close();
  });
});

describe('an audience that somebody else changes at the same time', () => {
  it('is compared, and either of the changes can count', async () => {
    const { page, context } = await open('/audiences/interested-in-tents/definition');
    const { catalog } = await seen.stage.definitions.active();
    const found = catalog.segments.find(({ id }) => id === 'interested-in-tents')!;
    const segments = catalog.segments.map((one) => (one === found ? { ...found, name: 'Tents by others' } : one));
    await page.getByRole('combobox', { name: 'What of the events' }).selectOption('none');
    await seen.stage.definitions.replace(
      (await seen.stage.definitions.active()).version,
      { ...catalog, segments },
      { by: 'somebody' },
    );
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const compare = page.getByRole('dialog', { name: /Somebody else has changed/ });
    await compare.getByText('Tents by others').waitFor();
    await compare
      .getByText('not exists', { exact: false })
      .or(compare.getByText('not (exists', { exact: false }))
      .first()
      .waitFor();
    await compare.getByRole('button', { name: 'Take theirs' }).click();
    await compare.waitFor({ state: 'hidden' });
    expect(await words(page).textContent()).not.toContain('No event');
    await context.close();
  });
});

describe('the screens of audiences', () => {
  it('can be used with the keyboard alone: a rule is begun, grouped, and undone', async () => {
    const { page, context } = await open('/audiences/new');
    await page.getByRole('button', { name: 'Add', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Events', exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Events', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions for Events' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Put into a group' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Group of 1' }).nth(1).waitFor();
    await page.getByRole('button', { name: 'Actions for Group' }).waitFor();
    await page.locator('body').press('Control+z');
    await page.getByRole('button', { name: 'Actions for Group' }).waitFor({ state: 'hidden' });
    await context.close();
  });

  it.each(['light', 'dark'] as const)(
    'have nothing in the way of anybody, and stay within the page (%s)',
    async (scheme) => {
      const paths = [
        '',
        '/new?template=1',
        ...['definition', 'members', 'destinations', 'used-by', 'history'].map((tab) => `/cart-abandoners/${tab}`),
      ];
      const { page, complaints, context } = await open('/audiences', { scheme, width: 1024, height: 768 });
      for (const path of paths) {
        await page.goto(`${seen.served.url}/console/audiences${path}`);
        await settled(page);
        expect([path, await obstaclesOn(page)]).toEqual([path, []]);
        expect([path, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([path, true]);
      }
      await page.goto(`${seen.served.url}/console/audiences/cart-abandoners/definition`);
      await page.getByText('PQL', { exact: true }).first().click();
      await page.getByRole('textbox', { name: 'PQL' }).waitFor();
      expect(await obstaclesOn(page)).toEqual([]);
      await page.getByRole('button', { name: 'Review and publish' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).waitFor();
      await settled(page);
      expect(await obstaclesOn(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  it('show who only looks the rule, and nothing that changes it', async () => {
    const { page, context } = await open('/audiences/cart-abandoners/definition', { role: 'viewer' });
    await words(page).getByText('no event where', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Review and publish' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Add', exact: true }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    await context.close();
  });

  it('answer within 200 ms to a key with fifty blocks', async () => {
    const { page, context } = await open('/audiences/new');
    const rule = Array.from({ length: 50 }, (_, n) => `person.name.lastName = "n${n}"`).join(' or ');
    await writePql(page, rule);
    await page.getByText('Blocks', { exact: true }).first().click();
    const values = page.getByRole('textbox', { name: 'Value' });
    await values.nth(49).waitFor();
    await values.nth(25).focus();
    await page.evaluate(`(() => {
      window.__slow = [];
      new PerformanceObserver((list) => window.__slow.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'event', durationThreshold: 16 });
    })()`);
    for (const letter of 'abcdefg') await page.keyboard.press(letter);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const slow = ((await page.evaluate('window.__slow')) as number[]).sort((a, b) => a - b);
    const median = slow[Math.floor(slow.length / 2)] ?? 0;
    expect(median).toBeLessThan(200);
    await context.close();
  });
});
