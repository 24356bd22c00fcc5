import { describe, expect, it } from 'vitest';
import { listActivities } from '#cli/commands/activity.ts';
import { printActivities } from '#cli/report/print-activities.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { cli } from '#tests/harness/cli.ts';
import { MemoryActivityCounts } from '#tests/harness/core/activity-counts.memory.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

describe('activity preview', () => {
  const preview = (...more: string[]) => cli('activity', 'preview', '--catalog', 'catalog', ...more);
  const rowsOf = (text: string): string[] =>
    text
      .split('\n')
      .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))
      .slice(2, -1);
  const member = ['--identity', 'ECID:1', '--in', 'gold-and-silver'];
  const shop = ['--url', 'https://www.shop.example/', '--scope', 'home-hero'];

  it('says what somebody would see on a page, and why the rest is not shown', async () => {
    const { stdout, code } = await preview(...shop, ...member);
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toEqual([
      '__view__ | gold-banner | 10 | free-delivery | in the audience gold-and-silver',
      'home-hero | tent-tip | 5 | no | not in the audience interested-in-tents',
    ]);
  });

  it('says so where nobody is known', async () => {
    const { stdout } = await preview('--scope', '__view__', '--in', 'gold-and-silver');
    expect(rowsOf(stdout)).toEqual([
      '__view__ | gold-banner | 10 | no | it is divided by an identity, and none is known',
    ]);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await preview(...shop, ...member, '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { scope: '__view__', activity: 'gold-banner', outcome: 'shown', experience: 'free-delivery', isInAudience: true },
      { scope: 'home-hero', activity: 'tent-tip', outcome: 'not-in-audience', isInAudience: false },
    ]);
  });

  it.each([
    [[], 'Say where: --url with the address of a page'],
    [['--url', 'tents'], '"tents" is no address of a page'],
    [['--scope', 'x', '--in', 'gold'], 'no published segment "gold"'],
    [['--scope', 'x', '--identity', 'nobody'], 'NS:VALUE'],
  ])('says what is wrong with %j', async (flags, message) => {
    const { code, stderr } = await preview(...flags);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  it('says so where nothing is defined for a place', async () => {
    const { stdout } = await preview('--scope', 'nowhere', '--in', 'gold-and-silver');
    expect(stdout).toBe('No activity is defined for these places.\n');
  });
});

describe('activity list', () => {
  it('shows every experience and the control group with what was counted', async () => {
    const counts = new MemoryActivityCounts();
    const counted = { activity: 'gold-banner', experience: 'early-access', by: 3 } as const;
    await counts.commit({ marks: [], exposures: [], counts: [{ ...counted, counted: 'displays' }] });
    const listed = await listActivities(compileCatalog(await exampleDefinitions()), counts);
    const lines = printActivities(listed).split('\n');
    expect(lines.slice(0, 6).map((line) => line.trimEnd())).toMatchInlineSnapshot(`
      [
        "  activity     state      audience             experience     displays  visitors  clicks  conversions",
        "  -----------  ---------  -------------------  -------------  --------  --------  ------  -----------",
        "  gold-banner  published  gold-and-silver      free-delivery         0         0       0            0",
        "                                               early-access          3         0       0            0",
        "                                               control               0         0       0            0",
        "  tent-offer   published  members-near-tents   footprint             0         0       0            0",
      ]
    `);
  });

  it('says so where there are none', () => {
    expect(printActivities([])).toBe('The catalog has no activities (docs/personalisation.md).\n');
  });
});
