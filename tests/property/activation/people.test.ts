import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { runs } from '#tests/harness/runs.ts';
import { activated, folded, NOW, platform, record, segments, untilDone } from './world.ts';

const FILE: DestinationDefinition = {
  id: 'people',
  type: 's3-file',
  attributes: ['loyalty'],
  schedule: 'daily',
  ...activated,
};

describe('a file with a row for each person', () => {
  it('names every member by one identity, whoever turns out to be whom', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        const run = platform(
          () => 'none',
          () => [FILE],
        );
        let [evaluated, routed] = [0, 0];
        for (const one of records) {
          await run.stitch([one]);
          await untilDone(run.profiles.changed.slice(evaluated), run.evaluate);
          evaluated = run.profiles.changed.length;
          await untilDone(run.memberships.changed.slice(routed), (canonicalKey) => run.route(canonicalKey));
          routed = run.memberships.changed.length;
        }
        const lastRouted = new Set(folded(run.sent, 'people'));
        const owned = new Set<string>();
        for await (const item of run.profiles.scan()) {
          for (const { view, identities, optedOut } of profilesOf(item, profileSettings)) {
            for (const [segment, is] of segments.evaluate(view, NOW)) {
              const named = identities.map((key) => `${key} ${segment}`).filter((entry) => lastRouted.has(entry));
              for (const entry of named) owned.add(entry);
              // Two who were told apart and are one now may both be known for the person.
              if (is && !optedOut) expect(named.length).toBeGreaterThanOrEqual(1);
              else expect(named).toEqual([]);
            }
          }
        }
        expect(owned).toEqual(lastRouted);
      }),
      runs(1, 200),
    );
  });
});
