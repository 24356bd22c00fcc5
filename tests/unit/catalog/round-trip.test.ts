import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { catalogs, writtenCatalog } from '#tests/harness/core/catalogs.ts';
import { runs } from '#tests/harness/runs.ts';

describe('a catalog', () => {
  it('is the same after it was written to files and read again', () => {
    fc.assert(
      fc.property(
        catalogs,
        fc.constantFrom('yaml' as const, 'json' as const),
        fc.boolean(),
        (catalog, style, turned) => {
          const files = writtenCatalog(catalog, style, (i) => (turned ? `z${9 - i}` : `a${i}`));
          const { catalog: read, problems } = loadCatalog(files, {});
          expect(problems).toEqual([]);
          expect(read).toEqual(catalog);
          expect(catalogVersion(read!)).toBe(catalogVersion(catalog));
        },
      ),
      runs(0.5, 100),
    );
  }, 60_000);

  it('has a version that depends on what it says, not on the order of its keys or on having been JSON', () => {
    fc.assert(
      fc.property(catalogs, (catalog) => {
        const turned = Object.fromEntries(Object.entries(catalog).reverse()) as unknown as Catalog;
        expect(catalogVersion(turned)).toBe(catalogVersion(catalog));
        expect(catalogVersion(JSON.parse(JSON.stringify(catalog)) as Catalog)).toBe(catalogVersion(catalog));
        const [first, ...rest] = catalog.segments;
        const other = { ...catalog, segments: [{ ...first!, name: `${first!.name}.` }, ...rest] };
        expect(catalogVersion(other)).not.toBe(catalogVersion(catalog));
      }),
      runs(0.25, 50),
    );
  }, 60_000);

  it('may be empty', () => {
    expect(loadCatalog(new Map(), {})).toEqual({
      problems: [],
      warnings: [],
      catalog: { namespaces: [], schemas: [], datasets: [], mergePolicies: [], segments: [], destinations: [] },
    });
  });
});
