import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import { describeType } from '#core/activation/describe.ts';
import { TYPES } from '#core/activation/registry.ts';
import { isDueForRenewal, renewalOf } from '#core/activation/renewal.ts';
import { runs } from '#tests/harness/runs.ts';
import { DAY, NOW } from './factories.ts';

const ofType = (name: string) => destinationDefinition.parse({ ...describeType(name)!.example, segments: ['A1'] });
const forgetful = [...TYPES.keys()].filter((name) => describeType(name)!.membershipDays !== undefined);

describe('memberships that a vendor forgets', () => {
  it('are none where no destination forgets', () => {
    expect(renewalOf([ofType('http')])).toBeUndefined();
    expect(isDueForRenewal(undefined, NOW)({ status: 'realized', lastQualificationTime: 0 })).toBe(false);
  });

  it.each(forgetful)('are renewed before their lifetime is over, and not all the time: %s', (name) => {
    const destination = ofType(name);
    const days = describeType(name)!.membershipDays!;
    const renewal = renewalOf([destination])!;
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: days * DAY }), (key, after) => {
        let routedAt = NOW + after;
        let sent = 0;
        for (let now = routedAt; now < NOW + after + 4 * days * DAY; now = renewal.next(key, ['A1'], now)) {
          expect(now - routedAt).toBeLessThan(days * DAY);
          if (!isDueForRenewal(days, now)({ status: 'realized', lastQualificationTime: 0, routedAt })) continue;
          routedAt = now;
          sent += 1;
        }
        expect(sent).toBeGreaterThanOrEqual(4);
        expect(sent).toBeLessThanOrEqual(8);
      }),
      runs(1, 100),
    );
  });

  it('change what evaluations compare exactly when it is time, for members only', () => {
    const [name] = forgetful;
    if (name === undefined) throw new Error('No registered type forgets its members: nothing is tried here');
    const renewal = renewalOf([ofType(name)])!;
    const next = renewal.next('CRMID:1', ['A1'], NOW);
    expect(next).toBeGreaterThan(NOW);
    expect(renewal.tick('CRMID:1', ['A1'], next - 1)).toBe(renewal.tick('CRMID:1', ['A1'], NOW));
    expect(renewal.tick('CRMID:1', ['A1'], next)).not.toBe(renewal.tick('CRMID:1', ['A1'], NOW));
    expect(renewal.tick('CRMID:1', ['other'], NOW)).toBe('');
    expect(renewal.next('CRMID:1', [], NOW)).toBe(Number.POSITIVE_INFINITY);
    const left = isDueForRenewal(30, NOW)({ status: 'exited', lastQualificationTime: 0, routedAt: 0 });
    expect(left).toBe(false);
  });
});
