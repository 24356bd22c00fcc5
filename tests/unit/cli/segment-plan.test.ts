import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';

const plan = (...args: string[]) => cli('segment', 'plan', '--catalog', 'catalog', ...args);
const BOUGHT = 'exists E from xEvent where E.commerce.purchases.value > 0';

/** The example, with a few files changed. */
async function catalogWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-'));
  await cp('catalog', folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const segmentFile = (id: string, pql: string, more = ''): string =>
  `id: ${id}\nname: ${id}\n${more}expression:\n  type: PQL\n  format: pql/text\n  value: |\n    ${pql}\n`;

describe('segment plan', () => {
  it('prints exactly the plan of a segment of the catalog', async () => {
    const { code, stdout, stderr } = await plan('cart-abandoners', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer).sort()).toEqual(['latency', 'method', 'reasons', 'state']);
    expect(answer).toMatchObject({
      method: 'streaming',
      reasons: [expect.stringMatching(/time window/)],
      state: { lookback: 7 * 86_400_000, segments: [] },
      latency: expect.any(String),
    });
  });

  it.each([
    ['loyalty.tier = "gold"', 'edge', 'streaming', 'streaming'],
    [BOUGHT, 'edge', 'streaming', 'batch'],
    [`${BOUGHT} and E.timestamp occurs <= 30 days before now`, 'streaming', 'streaming', 'batch'],
    ['inSegment("gold-and-silver") and inSegment("several-stores")', 'batch', 'batch', 'batch'],
    [`inSegment("gold-and-silver") and (${BOUGHT} and E.timestamp >= now - 23 hours)`, 'streaming', 'batch', 'batch'],
  ])('takes a rule that is not in the catalog: %s', async (pql, ...methods) => {
    for (const [index, mode] of ['native', 'adobe-2021', 'adobe-2025'].entries()) {
      const { stdout } = await plan('--pql', pql, '--mode', mode, '--json');
      expect(JSON.parse(stdout).method, mode).toBe(methods[index]);
    }
  });

  it('is also readable', async () => {
    const { stdout } = await plan('--pql', `${BOUGHT} and E.timestamp occurs <= 2 hours before now`);
    expect(stdout).toBe(
      [
        'method         edge',
        'because        One event of the last 8 days at most decides it.',
        'latency        within the request',
        'attributes     none',
        'events         event.commerce.purchases.value > 0; of the last 2 hours',
        'segments       none',
        'timed changes  at the instant at which an event comes into its time window or leaves it; the next one is kept per profile',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['syntax', 'loyalty.tier = =', ['unexpected = (line 1, column 16)', 'loyalty.tier = =', `${' '.repeat(15)}^`]],
    [
      'a field that is not there',
      'loyalty.tier = "x"\nand loyalty.teir = "y"',
      ['"loyalty.teir" is not a field of profiles (line 2, column 13)', 'and loyalty.teir = "y"', `${' '.repeat(12)}^`],
    ],
    ['what to do', 'loyalty.teir = "y"', ['hint: did you mean "tier"?']],
    ['a segment that is not there', 'inSegment("lapsed")', ['unknown segment "lapsed" (line 1, column 11)']],
    ['what only compiling shows', 'loyalty.tier = (this month)', ['line 1, column ']],
  ])('says on stderr what is wrong with a rule, and where: %s', async (_, pql, lines) => {
    const { code, stdout, stderr } = await plan('--pql', pql, '--json');
    expect([code, stdout]).toEqual([1, '']);
    for (const line of lines) expect(stderr).toContain(line);
  });

  it('names the segment that was probably meant, and wants one or the other', async () => {
    expect(await plan('gold-and-sliver')).toMatchObject({
      code: 1,
      stderr: 'The catalog has no segment "gold-and-sliver"; did you mean "gold-and-silver"?\n',
    });
    expect(await plan()).toMatchObject({ code: 1, stderr: expect.stringMatching(/either/) });
    expect(await plan('gold-and-silver', '--pql', 'true')).toMatchObject({ code: 1 });
  });

  it('shows the line of a catalog file that is wrong', async () => {
    const catalog = await catalogWith({ 'segments/bad.yaml': segmentFile('bad', 'loyalty.teir = "gold"') });
    const { code, stderr } = await cli('segment', 'plan', 'bad', '--catalog', catalog, '--json');
    expect(code).toBe(1);
    expect(stderr).toContain('segments/bad.yaml:7:13  "loyalty.teir" is not a field of profiles');
    expect(stderr).toContain(`${' '.repeat(4)}    loyalty.teir = "gold"\n${' '.repeat(16)}^`);
  });

  it('plans drafts too, under the rules that the catalog sets', async () => {
    const catalog = await catalogWith({
      'segments/draft.yaml': segmentFile('draft', BOUGHT, 'lifecycleState: draft\n'),
      'evaluation-settings/settings.yaml': 'mode: adobe-2025\n',
    });
    const { stdout } = await cli('segment', 'plan', 'draft', '--catalog', catalog, '--json');
    expect(JSON.parse(stdout).method).toBe('batch');
    const own = await cli('segment', 'plan', 'draft', '--catalog', catalog, '--mode', 'native', '--json');
    expect(JSON.parse(own.stdout).method).toBe('edge');
  });
});
