import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';

/** The example with `lifecycleState` of some segments. */
async function catalogWith(states: Readonly<Record<string, string>>, without: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-'));
  await cp('catalog', folder, { recursive: true, filter: (path) => !without.some((name) => path.endsWith(name)) });
  for (const [id, state] of Object.entries(states)) {
    const file = join(folder, 'segments', `${id}.yaml`);
    await writeFile(file, `${await readFile(file, 'utf8')}\nlifecycleState: ${state}\n`);
  }
  return folder;
}

const list = async (catalog: string) =>
  JSON.parse((await cli('segment', 'list', '--catalog', catalog, '--json')).stdout);

describe('segment list', () => {
  it('says what each segment depends on, what depends on it, and who is told of it', async () => {
    const listing = await list('catalog');
    expect(listing).toContainEqual({
      id: 'loyal-cart-abandoners',
      name: 'Gold and silver cart abandoners',
      lifecycleState: 'published',
      method: 'streaming',
      dependencies: ['cart-abandoners', 'gold-and-silver'],
      dependents: [],
      destinations: ['webhook'],
    });
    expect(listing).toContainEqual(
      expect.objectContaining({ id: 'cart-abandoners', dependencies: [], dependents: ['loyal-cart-abandoners'] }),
    );
  });

  it('is also a table', async () => {
    const { stdout } = await cli('segment', 'list', '--catalog', 'catalog');
    expect(stdout).toMatch(/^ {2}id +name +state +method +depends on +needed by +routed to\n/);
    expect(stdout).toMatch(/\n {2}several-stores +Shop in several stores +published +batch .*\bwebhook\n/);
  });

  it('shows drafts too', async () => {
    const catalog = await catalogWith({ 'loyal-cart-abandoners': 'draft' });
    expect(await list(catalog)).toContainEqual(
      expect.objectContaining({ id: 'loyal-cart-abandoners', lifecycleState: 'draft' }),
    );
  });
});

describe('a segment that others depend on', () => {
  const validate = (catalog: string) => cli('catalog', 'validate', '--catalog', catalog);

  it.each([
    ['deleted', {}, ['gold-and-silver.yaml'], 'unknown segment "gold-and-silver"', 'loyal-cart-abandoners.yaml:9:15'],
    ['archived', { 'gold-and-silver': 'archived' }, [], 'is archived', 'loyal-cart-abandoners.yaml:9:15'],
    [
      'paused',
      { 'gold-and-silver': 'inactive' },
      [],
      'is not published, it is inactive',
      'loyal-cart-abandoners.yaml:9:15',
    ],
    [
      'archived under a draft',
      { 'gold-and-silver': 'archived', 'loyal-cart-abandoners': 'draft' },
      [],
      'is archived',
      'loyal-cart-abandoners.yaml:9:15',
    ],
    [
      'archived while destinations are told of it',
      { 'several-stores': 'archived' },
      [],
      'is archived',
      'webhook.yaml:',
    ],
  ])('cannot be %s', async (_, states, without, message, place) => {
    const { code, stderr } = await validate(await catalogWith(states, without));
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain(place);
  });

  it('can be archived together with what depends on it', async () => {
    const catalog = await catalogWith({ 'gold-and-silver': 'archived', 'loyal-cart-abandoners': 'archived' }, [
      'webhook.yaml',
      'crm-export.yaml',
      'gold-banner.yaml',
    ]);
    expect(await validate(catalog)).toMatchObject({ code: 0 });
  });
});
