import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dryRun, type ReceivedRecord, validate } from '#core/pipeline/process.ts';
import { addToCart, exampleCatalog } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const catalog = await exampleCatalog();
const NOON = Date.parse('2026-03-01T12:00:00Z');
const BROKEN = { code: 'malformed', message: 'This is not JSON: it ends too early' } as const;

const entity = fc.oneof(
  fc.nat(9).map((n) => addToCart(n, NOON)),
  fc.record({ timestamp: fc.constantFrom('today', NOON) }).map((change) => addToCart(1, NOON, change)),
  fc.constantFrom('ECID', 'NOBODY').map((code) => addToCart(1, NOON, { identityMap: { [code]: [{ id: '1' }] } })),
  fc.jsonValue(),
);
const received: fc.Arbitrary<ReceivedRecord> = fc
  .record({
    datasetId: fc.constantFrom(...catalog.datasets.keys(), 'nobodys'),
    entity,
    operation: fc.constantFrom(undefined, 'create' as const, 'merge' as const, 'delete' as const),
    row: fc.integer({ min: 1, max: 5 }),
    hasText: fc.boolean(),
    isBroken: fc.boolean(),
  })
  .map(({ row, hasText, isBroken, operation, ...one }) => ({
    ...one,
    position: { source: 'landing/file', row },
    receivedAt: NOON,
    tieBreaker: '',
    ...(hasText && { raw: 'as it came' }),
    ...(operation && { operation }),
    ...(isBroken && { raw: 'as it came', rejection: BROKEN }),
  }));

describe('records that are only looked at', () => {
  it('are rejected for the very reasons, and kept with the very text, as when they are ingested', () => {
    fc.assert(
      fc.property(fc.array(received, { maxLength: 20 }), (records) => {
        const { accepted, rejected } = validate(records, catalog);
        expect(dryRun(records, catalog)).toEqual({ good: accepted.length, rejected });
      }),
      runs(2.5, 500),
    );
  });
});
