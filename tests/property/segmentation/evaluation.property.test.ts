import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { NOW, segments } from '#tests/unit/segmentation/factories.ts';
import { chain, profileView, rule } from './generators.ts';
import { naiveIsMember } from './naive.ts';

const few = runs(0.2, 300);

const answer = (text: string, profile: ProfileView): boolean =>
  segments({ rule: text }).evaluate(profile, NOW).get('rule')!;

describe('evaluation of segments', () => {
  it('gives what the definition of the language gives, for rules about events and attributes', { timeout }, () => {
    fc.assert(
      fc.property(rule, profileView(8), (text, profile) => {
        expect(answer(text, profile)).toBe(naiveIsMember(parsePql(text), profile, NOW));
      }),
      few,
    );
  });

  it('gives what trying every choice of events gives, for chains', { timeout }, () => {
    fc.assert(
      fc.property(chain, profileView(7), (text, profile) => {
        expect(answer(text, profile)).toBe(naiveIsMember(parsePql(text), profile, NOW));
      }),
      few,
    );
  });

  it('does not depend on the order in which events are given', { timeout }, () => {
    const shuffled = profileView(8).chain((profile) =>
      fc
        .shuffledSubarray([...profile.xEvent], { minLength: profile.xEvent.length })
        .map((xEvent) => [profile, { ...profile, xEvent }] as const),
    );
    fc.assert(
      fc.property(fc.oneof(rule, chain), shuffled, (text, [profile, other]) => {
        expect(answer(text, other)).toBe(answer(text, profile));
      }),
      few,
    );
  });

  it('is the same on projected events, and without the events that projection leaves out', { timeout }, () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(rule, chain), { minLength: 1, maxLength: 3 }), profileView(8), (texts, profile) => {
        const set = segments(Object.fromEntries(texts.map((text, index) => [`s${index}`, text])));
        const xEvent = profile.xEvent.flatMap((event) => {
          const entity = set.projectEvent({ ...event.entity, unrelated: { deep: [1, 2, 3] } });
          return entity === undefined ? [] : [{ ...event, entity }];
        });
        for (const { entity } of xEvent) expect(entity).not.toHaveProperty('unrelated');
        expect(set.evaluate({ ...profile, xEvent }, NOW)).toEqual(set.evaluate(profile, NOW));
      }),
      few,
    );
  });

  it('gives each segment the same answer alone and among others', { timeout }, () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(rule, chain), { minLength: 2, maxLength: 4 }), profileView(8), (texts, profile) => {
        const set = segments(Object.fromEntries(texts.map((text, index) => [`s${index}`, text])));
        const together = set.evaluate(profile, NOW);
        expect(texts.map((_, index) => together.get(`s${index}`))).toEqual(texts.map((text) => answer(text, profile)));
      }),
      runs(0.1, 100),
    );
  });
});
