import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import type { OutgoingDelivery } from '#core/activation/ports/outbox.ts';
import { identityKey } from '#core/record/identity.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { runs } from '#tests/harness/runs.ts';
import { activated, DAY, NOW, platform, record } from './world.ts';

const WEBHOOK: DestinationDefinition = {
  id: 'webhook',
  type: 'http',
  url: 'https://hooks.example.com',
  attributes: [],
  ...activated,
};
const world = () =>
  platform(
    () => 'none',
    () => [WEBHOOK],
  );

/** `identity segment`, with the revision of every decision about it, as they were made. */
function decisions(sent: readonly OutgoingDelivery[]): Map<string, number[]> {
  const made = new Map<string, number[]>();
  for (const { delivery } of sent) {
    if (delivery.kind !== 'profile') continue;
    for (const name of delivery.identities.map(identityKey)) {
      for (const { segmentId } of delivery.changes) {
        const key = `${name} ${segmentId}`;
        made.set(key, [...(made.get(key) ?? []), delivery.revision]);
      }
    }
  }
  return made;
}

it('nothing is routed of profiles that were joined before their memberships are', async () => {
  const run = world();
  await run.stitch([event(NOW - 3 * DAY, [ecid(1)])]);
  await run.stitch([attributes(NOW - 3 * DAY, 'CRMID:ann', { loyalty: 'gold' })]);
  for (const canonicalKey of [ecid(1), 'CRMID:ann']) {
    await run.evaluate(canonicalKey);
    await run.route(canonicalKey);
  }
  await run.stitch([event(NOW - DAY, ['CRMID:ann', ecid(1)])]);
  const item = (await Array.fromAsync(run.profiles.scan()))[0]!;
  const before = run.sent.length;
  await run.route(item.canonicalKey);
  expect(run.sent.length).toBe(before);
  await run.evaluate(item.canonicalKey);
  await run.route(item.canonicalKey);
  expect(run.sent.length).toBeGreaterThan(before);
});

it('what is decided later about somebody has the larger revision, whoever is joined, evaluated and routed when', async () => {
  const step = fc.oneof(
    { weight: 1, arbitrary: fc.record({ what: fc.constant('stitch' as const), record }) },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constantFrom('evaluate' as const, 'route' as const), who: fc.nat({ max: 6 }) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 100 }), async (steps) => {
      const run = world();
      for (const one of steps) {
        if (one.what === 'stitch') await run.stitch([one.record]);
        else {
          const known = [...new Set(run.profiles.changed)];
          const canonicalKey = known[one.who % known.length];
          if (canonicalKey !== undefined) await run[one.what](canonicalKey);
        }
      }
      for (const [who, revisions] of decisions(run.sent)) {
        const increasing = revisions.every((revision, at) => at === 0 || revision > revisions[at - 1]!);
        expect(increasing, `${who}: ${revisions}`).toBe(true);
      }
    }),
    runs(1, 500),
  );
});
