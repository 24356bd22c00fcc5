import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Balance, columnsOf, fieldsOf, outcomeOf, settingsOf } from '#console/destinations/model.ts';
import { describeType } from '#core/activation/describe.ts';
import { TYPES } from '#core/activation/registry.ts';
import { runs } from '#tests/harness/runs.ts';

const count = fc.nat(1_000);
const balance: fc.Arbitrary<Balance> = fc.record({
  received: count,
  activated: count,
  failed: count,
  retried: count,
  excluded: fc.dictionary(fc.constantFrom('noConsent', 'policy'), count),
  waiting: count,
  fromBefore: count,
});

describe('what screens show of runs', () => {
  it('never calls a run complete in which somebody failed or waits', () => {
    fc.assert(
      fc.property(balance, (run) => {
        const outcome = outcomeOf(run);
        if (run.failed > 0 || run.waiting > 0) expect(['partial', 'failed', 'waiting']).toContain(outcome);
        if (run.failed > 0 && run.activated > 0) expect(outcome).toBe('partial');
      }),
      runs(1, 100),
    );
  });

  it('stacks columns on one scale: the highest fills it, none is higher', () => {
    fc.assert(
      fc.property(fc.array(balance, { minLength: 1, maxLength: 24 }), (all) => {
        const heights = columnsOf(all).map((stacked) => stacked.reduce((sum, { height }) => sum + height, 0));
        expect(Math.max(...heights)).toBeLessThanOrEqual(100.0001);
        for (const stacked of columnsOf(all)) expect(stacked[1]!.from).toBeCloseTo(stacked[0]!.height);
      }),
      runs(1, 100),
    );
  });
});

describe('the form of a type', () => {
  it('asks for every setting of every type once, and gives back what its example has', () => {
    for (const name of TYPES.keys()) {
      const { schema, example } = describeType(name)!;
      const fields = fieldsOf(schema);
      expect(new Set(fields.map((field) => field.name)).size).toBe(fields.length);
      const own = Object.entries(example).filter(([key]) => fields.some((field) => field.name === key));
      const filled = own.map(([key, value]) => {
        const { kind } = fields.find((field) => field.name === key)!;
        return [key, kind === 'json' ? JSON.stringify(value) : kind === 'number' ? String(value) : value];
      });
      expect([name, settingsOf(fields, Object.fromEntries(filled))]).toEqual([name, Object.fromEntries(own)]);
    }
  });

  it('says which field cannot be read', () => {
    const fields = [{ name: 'fields', kind: 'json' as const, isRequired: true, options: [] }];
    expect(settingsOf(fields, { fields: '{' })).toEqual({ wrong: 'fields' });
  });
});
