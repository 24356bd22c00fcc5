import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { changeFragment, type Fragment } from '#core/profile/fragment.ts';
import { mergeFragments } from '#core/profile/merge.ts';
import { fragmentKey } from '#core/profile/profile-item.ts';
import { provenanceOf } from '#core/profile/provenance.ts';
import { valueAtKeys } from '#core/util/value-at-keys.ts';
import { runs } from '#tests/harness/runs.ts';

const DATASETS = ['crm', 'shop', 'forms'];
const PATHS = [['loyalty', 'tier'], ['person', 'name', 'firstName'], ['person', 'name', 'lastName'], ['tags']];

const change = fc.record({
  dataset: fc.constantFrom(...DATASETS),
  identity: fc.constantFrom('CRMID:1', 'Email:a@b.de'),
  operation: fc.constantFrom('create' as const, 'merge' as const),
  values: fc.uniqueArray(fc.nat({ max: PATHS.length - 1 }), { minLength: 1, maxLength: 3 }),
});
const policy: fc.Arbitrary<Pick<MergePolicyDefinition, 'attributeMerge'>> = fc.constantFrom(
  { attributeMerge: { type: 'timestampOrdered' } },
  { attributeMerge: { type: 'dataSetPrecedence', order: ['shop', 'crm'] } },
);

/** A nested object of one value. */
const at = (keys: readonly string[], value: unknown): Record<string, unknown> =>
  keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;

function deepMerge(x: Record<string, unknown>, y: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...x };
  for (const [key, value] of Object.entries(y))
    merged[key] =
      typeof value === 'object' && typeof merged[key] === 'object' && !Array.isArray(value)
        ? deepMerge(merged[key] as Record<string, unknown>, value as Record<string, unknown>)
        : value;
  return merged;
}

describe('where the values of a profile come from', () => {
  test.prop([fc.array(change, { minLength: 1, maxLength: 12 }), policy], runs(1, 150))(
    'is the record that set them: each value names its own, which nobody stronger has set since',
    (changes, merge) => {
      // Every record says its own number, so that a value tells which record it is of.
      const fragments = new Map<string, Fragment>();
      for (const [time, { dataset, identity, operation, values }] of changes.entries()) {
        const said = values.map((n) => PATHS[n]!);
        const attributes = said
          .map((keys) => at(keys, keys[0] === 'tags' ? [`value ${time}`] : `value ${time}`))
          .reduce(deepMerge, {});
        const key = fragmentKey(dataset, identity);
        fragments.set(key, changeFragment(fragments.get(key), operation, { time, tieBreaker: '', attributes }));
      }
      const merged = mergeFragments([...fragments], merge);
      const sources = provenanceOf([...fragments], merge);
      const there = PATHS.filter((keys) => valueAtKeys(merged, keys) !== undefined);
      expect(sources.map(({ keys }) => keys.join('.')).sort()).toEqual(there.map((keys) => keys.join('.')).sort());
      for (const { keys, value, datasetId, identity, time } of sources) {
        expect(value).toEqual(valueAtKeys(merged, keys));
        const number = Number(String(value).slice('value '.length));
        expect([datasetId, identity, time]).toEqual([changes[number]!.dataset, changes[number]!.identity, number]);
      }
    },
  );

  it('is the capture of a region, and the strictest statement of a consent', () => {
    const consent = (val: string) => ({ consents: { marketing: { email: { val } } } });
    const said = (time: number, attributes: Record<string, unknown>): Fragment =>
      changeFragment(undefined, 'create', { time, tieBreaker: '', attributes });
    const sources = provenanceOf(
      [
        [fragmentKey('crm', 'CRMID:1'), said(5, consent('n'))],
        [fragmentKey('forms', 'CRMID:1'), said(9, consent('y'))],
        [
          fragmentKey('regions', 'ECID:1'),
          said(7, { userActivityRegions: { VA6: { captureTimestamp: '2026-01-01T00:00:00Z' } } }),
        ],
      ],
      { attributeMerge: { type: 'timestampOrdered' } },
    );
    expect(sources.map(({ keys, value, datasetId }) => [keys.join('.'), value, datasetId]).sort()).toEqual([
      ['consents.marketing.email.val', 'n', 'crm'],
      ['userActivityRegions.VA6.captureTimestamp', '2026-01-01T00:00:00Z', 'regions'],
    ]);
  });
});
