import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { OutgoingDelivery } from '#core/activation/ports/outbox.ts';
import { runs } from '#tests/harness/runs.ts';
import { activated, failuresOf, folded, platform, record, untilDone } from './world.ts';

const http = (id: string): DestinationDefinition => ({
  id,
  type: 'http',
  url: 'https://hooks.example.com',
  attributes: [],
  ...activated,
});

describe('a queue that takes nothing for a while', () => {
  it('keeps no other destination from its messages, and gets its own in order later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 2, maxLength: 15 }),
        fc.infiniteStream(fc.boolean()),
        async (records, downs) => {
          let isDown = false;
          const sent: OutgoingDelivery[] = [];
          const run = platform(
            () => 'none',
            () => [http('broken'), http('sound')],
            {
              send: async (deliveries) => {
                if (isDown && deliveries.some(({ laneId }) => laneId === 'broken')) throw new Error('no such queue');
                sent.push(...deliveries);
              },
            },
          );
          let [evaluated, routed] = [0, 0];
          let late: readonly string[] = [];
          for (const one of records) {
            isDown = downs.next().value as boolean;
            await run.stitch([one]);
            await untilDone(run.profiles.changed.slice(evaluated), run.evaluate);
            evaluated = run.profiles.changed.length;
            const canonicalKeys = [...late, ...run.memberships.changed.slice(routed)];
            routed = run.memberships.changed.length;
            late = await failuresOf(canonicalKeys, (canonicalKey) => run.route(canonicalKey));
            const soundBefore = folded(sent, 'sound');
            // Nothing that the sound one should know waits for the broken one.
            await failuresOf(canonicalKeys, (canonicalKey) => run.route(canonicalKey));
            expect(folded(sent, 'sound')).toEqual(soundBefore);
          }
          isDown = false;
          await untilDone([...late, ...run.memberships.changed], (canonicalKey) => run.route(canonicalKey));
          expect(folded(sent, 'broken')).toEqual(folded(sent, 'sound'));
        },
      ),
      runs(0.75, 150),
    );
  });
});
