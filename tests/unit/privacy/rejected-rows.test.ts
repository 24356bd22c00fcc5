import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import type { Suppress } from '#core/governance/suppress.ts';
import { dryRun, receiveRow, validate, withoutSuppressed } from '#core/pipeline/process.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

/** Somebody who was deleted, by one address. */
const suppress: Suppress = {
  records: async (candidates) =>
    new Set(
      candidates.flatMap(({ identities }, at) =>
        identities.some(({ value }) => value === 'ada@example.com') ? [at] : [],
      ),
    ),
  texts: async () => new Set(),
};

describe('a rejected record of a deleted person', () => {
  it.each(['ndjson', 'csv'] as const)('is recognised by what the mapping makes of it, of %s', async (format) => {
    const catalog = compileCatalog(await exampleDefinitions());
    const rows = [' ADA@Example.com', 'bob@example.com'].map((email, i) => {
      const fields = { crmId: `RB-${i}`, email, tier: 'platinum', updatedAt: '2026-05-01T10:00:00Z' };
      const value = format === 'csv' ? Object.values(fields) : fields;
      const decoded = { position: { source: 'f', row: i + 1 }, raw: JSON.stringify(fields), value };
      const metadata = { receivedAt: 1, tieBreaker: '1' };
      return receiveRow(decoded, catalog.datasets.get('customers')!, format, metadata, Object.keys(fields));
    });
    for (const { rejected } of [dryRun(rows, catalog), validate(rows, catalog)]) {
      const kept = await withoutSuppressed(rejected, { suppress, catalog });
      expect(kept.map(({ raw, rejections }) => [raw === '', rejections[0]!.code])).toEqual([
        [true, 'identity-suppressed'],
        [false, 'schema-violation'],
      ]);
    }
  });
});
