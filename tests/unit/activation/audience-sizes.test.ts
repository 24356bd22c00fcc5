import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believedSizes, sizeFinding } from '#core/activation/audience-sizes.ts';
import { noDeliveryState } from '#core/activation/delivery-state.ts';
import { runs } from '#tests/harness/runs.ts';
import { NOW } from './factories.ts';

type Fate = 'realized' | 'exited';

/** The people of a destination, each with identities and what was routed of them. */
async function* statesOf(people: readonly (readonly Fate[])[]) {
  for (const [n, fates] of people.entries()) {
    const lastRouted = Object.fromEntries(
      fates.map((status, i) => [`Email:p${n}-${i}@example.com`, { A1: { status, lastQualificationTime: NOW } }]),
    );
    const destinations = { d: { lastRouted, digests: {}, excluded: {} } };
    yield { ...noDeliveryState(`CRMID:${n}`), destinations };
  }
  yield { redirectTo: 'CRMID:0' };
}

describe('the size of an audience', () => {
  it('is believed to be that of those who were routed and have not left: people, and their identities', async () => {
    const fate = fc.constantFrom<Fate>('realized', 'exited');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fate, { maxLength: 4 }), { maxLength: 12 }), async (people) => {
        const sizes = await believedSizes('d', ['A1', 'A2'], statesOf(people));
        expect(sizes.get('A1')).toEqual({
          people: people.filter((fates) => fates.includes('realized')).length,
          identities: people.flat().filter((each) => each === 'realized').length,
        });
        expect(sizes.get('A2')).toEqual({ people: 0, identities: 0 });
      }),
      runs(1, 100),
    );
    expect((await believedSizes('another', ['A1'], statesOf([['realized']]))).get('A1')).toEqual({
      people: 0,
      identities: 0,
    });
  });

  it('that a vendor counts says something where it is more than can be, or nobody', () => {
    const believed = { people: 80, identities: 100 };
    expect(sizeFinding(believed, {})).toBe('not-reported');
    expect(sizeFinding(believed, { atLeast: 20, atMost: 40 })).toBe('possible');
    expect(sizeFinding(believed, { atLeast: 100, atMost: 110 })).toBe('possible');
    expect(sizeFinding(believed, { atLeast: 101, atMost: 110 })).toBe('too-many');
    expect(sizeFinding(believed, { atLeast: 0, atMost: 0 })).toBe('nobody-recognised');
    expect(sizeFinding({ people: 0, identities: 0 }, { atLeast: 0, atMost: 0 })).toBe('possible');
  });
});
