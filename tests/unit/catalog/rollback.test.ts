import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkAgain, printHistory, versionToRollBackTo } from '#cli/catalog/history.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { catalogFiles } from '#core/catalog/write-definitions.ts';
import { PROFILE_CLASS } from '#core/schema/definition.ts';
import { extensible } from '#tests/harness/core/schemas.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
// biome-ignore lint/suspicious/noTemplateCurlyInString: a value that looks like a variable of a catalog
const WEBHOOK = 'https://hooks.example.com/${literally}';

/** As it comes back from where it is kept. */
const stored = (catalog: Catalog): Catalog => JSON.parse(JSON.stringify(catalog)) as Catalog;

describe('a version that was active once', () => {
  it.each([
    ['the example', join(ROOT, 'catalog')],
    ['another', join(ROOT, 'tests', 'fixtures', 'luma-catalog')],
  ])('is read as files, and is the same version (%s)', async (_, folder) => {
    const variables = { WEBHOOK_URL: WEBHOOK, AAM_EDGE_ENDPOINT: 'https://{host}', SHOP_KEY_SHA256: 'a'.repeat(64) };
    const catalog = await loadCatalogFolder(folder, variables);
    const again = loadCatalog(catalogFiles(stored(catalog)), {});
    expect(again.problems).toEqual([]);
    expect(again.catalog).toEqual(catalog);
    expect(catalogVersion(checkAgain(stored(catalog), 'v'))).toBe(catalogVersion(catalog));
  });

  it('is the same also where its schemas were composed of parts, which are not kept', () => {
    const context = { $ref: 'https://ns.adobe.com/xdm/common/extensible#/definitions/@context' };
    const text = { type: 'string' };
    const part = extensible(
      'https://ns.example.com/contact',
      { 'xdm:nickname': text, 'xdm:size': { type: 'integer' } },
      [context],
    );
    const people = {
      $id: 'https://ns.example.com/people',
      'meta:class': PROFILE_CLASS,
      allOf: [{ $ref: PROFILE_CLASS }, { $ref: 'https://ns.example.com/contact' }],
    };
    const files = { 'schemas/part.json': part, 'schemas/people.json': people };
    const { catalog, problems } = loadCatalog(
      new Map(Object.entries(files).map(([path, value]) => [path, JSON.stringify(value)])),
      {},
    );
    expect(problems).toEqual([]);
    expect(JSON.stringify(catalog)).toContain('nickname');
    expect(loadCatalog(catalogFiles(stored(catalog!)), {})).toEqual({ catalog, problems: [], warnings: [] });
  });

  it('is checked like any other catalog: what was right then may be wrong now', async () => {
    const catalog = stored(await loadCatalogFolder(join(ROOT, 'catalog'), {}));
    const [first, ...others] = catalog.segments;
    const wrong = { ...first!, expression: { ...first!.expression, value: 'person.name.nickname = "x"' } };
    expect(() => checkAgain({ ...catalog, segments: [wrong, ...others] }, 'abc')).toThrow(
      /segments\/.*\.json:\d+:\d+.*\n(.*\n)*1 problem in version abc; nothing was done/,
    );
  });

  const activations = [
    { version: 'c1', at: 3_000, by: 'ann' },
    { version: 'c1', at: 2_500 },
    { version: 'b22', at: 2_000, comment: 'more segments' },
    { version: 'b21', at: 1_000 },
  ];

  it('is found by how it begins, or is the one before', () => {
    expect(versionToRollBackTo(activations, undefined)).toBe('b22');
    expect(versionToRollBackTo(activations, 'b21')).toBe('b21');
    expect(() => versionToRollBackTo(activations, 'b2')).toThrow('Several versions begin with "b2": b22, b21');
    expect(() => versionToRollBackTo(activations, 'd')).toThrow(/No version .* begins with "d"/);
    expect(() => versionToRollBackTo(activations, '')).toThrow(/No version/);
    expect(() => versionToRollBackTo(activations, 'c1')).toThrow('is active already');
    expect(() => versionToRollBackTo(activations.slice(0, 2), undefined)).toThrow('no earlier version');
  });

  it('is listed with since when, who and why, the active one marked', () => {
    expect(printHistory(activations)).toBe(`     version  active since         by   comment
  -  -------  -------------------  ---  -------------
  *  c1       1970-01-01T00:00:03  ann
     c1       1970-01-01T00:00:02
     b22      1970-01-01T00:00:02       more segments
     b21      1970-01-01T00:00:01
`);
    expect(printHistory([])).toContain('No version');
  });
});
