import { fc, it } from '@fast-check/vitest';
import { parse } from 'csv-parse/sync';
import { describe, expect } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { compileMapping } from '#core/ingestion/mapping/mapping.ts';
import { crmFile } from '#examples/shop/crm-file.ts';
import { runs } from '#tests/harness/runs.ts';

const UPDATED_AT = '2026-06-01T00:00:00.000Z';
/** A cell that is empty, or has spaces around it, says the same as none, or without them. */
const text = fc.string({ minLength: 1 }).filter((cell) => cell.trim() === cell && cell !== '');

describe('the file that the office of the example shop uploads', () => {
  const catalog = loadCatalogFolder('catalog', {});

  it.prop([text, text, fc.constantFrom('none', 'gold')], runs(0.5, 20))(
    'changes the tier, and keeps what is known of the customer otherwise, whatever the characters',
    async (firstName, lastName, tier) => {
      const { datasets } = await catalog;
      const { mapping = [] } = datasets.find(({ id }) => id === 'customers')!;
      const known = { person: { name: { firstName, lastName } }, consents: { marketing: { email: { val: 'y' } } } };
      const file = crmFile(
        { crmId: 'RB-0001', tier, updatedAt: UPDATED_AT },
        { ...known, loyalty: { tier: 'bronze' } },
      );
      const [header, row, ...more] = parse(file) as string[][];
      expect(more).toEqual([]);
      expect(compileMapping(mapping).mapRow(row!, header!)).toMatchObject({
        value: { ...known, _riverbend: { crmId: 'RB-0001' }, loyalty: { tier } },
      });
    },
  );
});
