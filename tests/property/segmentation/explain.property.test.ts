import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { type ExplainedPart, explainMembership } from '#core/segmentation/explain/explain.ts';
import { parsePql } from '#core/segmentation/pql/parse/parse.ts';
import { compileSegments } from '#core/segmentation/segment-set.ts';
import { runs } from '#tests/harness/runs.ts';
import { segment } from '#tests/unit/segmentation/factories.ts';
import { profileView, rule } from './generators.ts';
import { naiveIsMember } from './naive.ts';
import { wideRule } from './wide-rules.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');

const explain = (text: string, profile: ProfileView): ExplainedPart =>
  explainMembership({ definitions: [segment(text)], relationships: [], profile, now: NOW });

function* allOf(part: ExplainedPart): Generator<ExplainedPart> {
  yield part;
  for (const inside of part.parts) yield* allOf(inside);
}

const joined = ({ kind, parts }: ExplainedPart): boolean => {
  if (kind === 'and') return parts.every(({ isTrue }) => isTrue);
  return kind === 'or' ? parts.some(({ isTrue }) => isTrue) : !parts[0]!.isTrue;
};

describe('why somebody is in an audience', () => {
  /** Each part must hold as it does when it is asked alone, by others. */
  const partsHold = (text: string, profile: ProfileView, holds: (text: string) => boolean): number => {
    const explained = explain(text, profile);
    const parts = [...allOf(explained)];
    expect(explained.isTrue, text).toBe(holds(text));
    for (const part of parts) {
      if (part.parts.length > 0) expect(part.isTrue, part.text).toBe(joined(part));
      // What a name stands for is said around the part, not in it.
      if (!/\blet\b|=>/.test(text)) expect(part.isTrue, part.text).toBe(holds(part.text));
    }
    return parts.length;
  };

  it('is said as the rule itself decides, and each of its parts as it would be asked alone', () => {
    let parts = 0;
    fc.assert(
      fc.property(rule, profileView(6), (text, profile) => {
        parts += partsHold(text, profile, (part) => naiveIsMember(parsePql(part), profile, NOW));
      }),
      runs(1, 200),
    );
    expect(parts).toBeGreaterThan(300);
  }, 120_000);

  it('is so for every kind of rule', () => {
    fc.assert(
      fc.property(wideRule, profileView(6), (text, profile) => {
        partsHold(
          text,
          profile,
          (part) =>
            compileSegments([segment(part)])
              .evaluate(profile, NOW)
              .get('segment')!,
        );
      }),
      runs(1, 200),
    );
  }, 120_000);

  it('names the events that count, as many as the rule counts', () => {
    const condition = fc.constantFrom(
      'eventType = "a"',
      'commerce.order.priceTotal > 10',
      'timestamp occurs <= 3 days before now',
      'not (eventType = "a")',
    );
    const counts = fc.record({ condition, least: fc.integer({ min: 0, max: 4 }) });
    const events = fc.array(
      fc.record({
        days: fc.double({ min: -1, max: 6, noNaN: true }),
        eventType: fc.constantFrom('a', 'b'),
        priceTotal: fc.constantFrom(5, 20),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(counts, events, (one, happened) => {
        const xEvent = happened.map(({ days, eventType, priceTotal }, i) => ({
          id: `e${i}`,
          time: Math.round(NOW - days * 86_400_000),
          entity: { eventType, commerce: { order: { priceTotal } } },
        }));
        const text = `xEvent[${one.condition}].count() >= ${one.least}`;
        const explained = explain(text, { xEvent });
        const counted = xEvent.filter((event) =>
          naiveIsMember(parsePql(`xEvent[${one.condition}].count() = 1`), { xEvent: [event] }, NOW),
        );
        expect(explained.events!.count).toBe(counted.length);
        expect(explained.isTrue).toBe(counted.length >= one.least);
        const newest = [...counted].sort((a, b) => b.time - a.time).map(({ time }) => time);
        expect(explained.events!.newest.map(({ time }) => time)).toEqual(newest);
      }),
      runs(1, 200),
    );
  }, 120_000);
});
