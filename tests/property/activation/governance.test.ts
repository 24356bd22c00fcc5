import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DestinationDefinition } from '#core/activation/definition.ts';
import { isShared } from '#core/activation/destinations/aam/identities.ts';
import { consentPolicyDefinition } from '#core/governance/definition.ts';
import type { Governance } from '#core/governance/governance.ts';
import { attributesOf } from '#core/profile/fragment.ts';
import { identityOfFragment, type ProfileItem } from '#core/profile/profile-item.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import type { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { attributes } from '#tests/harness/core/factories.ts';
import type { Fault } from '#tests/harness/core/faults.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { runs } from '#tests/harness/runs.ts';
import { activated, DAY, folded, follow, NOW, platform, record, segments } from './world.ts';

const destinations: readonly DestinationDefinition[] = [
  { id: 'webhook', type: 'http', url: 'https://hooks.example.com', attributes: ['loyalty'], ...activated },
  { id: 'aam', type: 'aam', edgeEndpoint: 'https://{host}', ...activated },
];

/** Whether people are asked, and which segment a policy forbids. */
interface Decisions {
  readonly asks: boolean;
  readonly forbids: string | undefined;
}

const ask = consentPolicyDefinition.parse({ id: 'ask-first', channel: 'email' });
const decisions = fc.record({ asks: fc.boolean(), forbids: fc.constantFrom(undefined, 'gold', 'known') });
const governanceOf = ({ asks, forbids }: Decisions): Governance => ({
  forbidden: new Map(destinations.map(({ id }) => [id, new Map(forbids === undefined ? [] : [[forbids, 'policy']])])),
  consents: new Map(destinations.map(({ id }) => [id, asks ? [ask] : []])),
  normalForms: new Map(),
  fingerprint: `${asks} ${forbids}`,
});

/** What somebody says about e-mail, in one of two datasets. */
const consent = fc
  .record({
    at: fc.integer({ min: 1, max: 30 }).map((days) => NOW - days * DAY),
    who: fc.constantFrom('CRMID:ann', 'CRMID:bob'),
    val: fc.constantFrom('y', 'y', 'n', 'u'),
    dataset: fc.constantFrom('crm', 'app'),
  })
  .map(({ at, who, val, dataset }) => attributes(at, who, { consents: { marketing: { email: { val } } } }, dataset));

const step = fc.oneof(
  { weight: 4, arbitrary: record.map((one) => ({ record: one })) },
  { weight: 3, arbitrary: consent.map((one) => ({ record: one })) },
  { weight: 1, arbitrary: decisions.map((decided) => ({ decided })) },
);

/** Somebody consents who has said yes, and in no dataset anything else: worked out from the fragments themselves. */
function consents({ fragments }: ProfileItem, identities: readonly string[]): boolean {
  const asserted = Object.entries(fragments).flatMap(([key, fragment]) => {
    if (!identities.includes(identityOfFragment(key))) return [];
    const own = attributesOf(fragment) as { consents?: { marketing: { email: { val: string } } } } | undefined;
    return own?.consents?.marketing.email.val ?? [];
  });
  return asserted.length > 0 && asserted.every((val) => val === 'y');
}

async function desired(profiles: MemoryProfileStore, destinationId: string, decided: Decisions): Promise<string[]> {
  const members: string[] = [];
  for await (const item of profiles.scan()) {
    for (const { view, identities, optedOut } of profilesOf(item, profileSettings)) {
      if (optedOut || (decided.asks && !consents(item, identities))) continue;
      const held = [...segments.evaluate(view, NOW)].flatMap(([id, is]) => (is && id !== decided.forbids ? [id] : []));
      const accepted = identities.filter((key) => destinationId !== 'aam' || isShared(parseIdentityKey(key)));
      members.push(...accepted.flatMap((key) => held.map((id) => `${key} ${id}`)));
    }
  }
  return members.sort();
}

describe('consents and policies', () => {
  it('decide after the next evaluation exactly what destinations know, through merges, splits, withdrawals, edits and faults', async () => {
    await fc.assert(
      fc.asyncProperty(
        decisions,
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.infiniteStream(fc.nat()),
        async (first, steps, numbers) => {
          const draw = (): number => numbers.next().value as number;
          let faults = 25;
          const next = (): Fault =>
            faults-- > 0 ? (['none', 'none', 'none', 'before', 'after', 'conflict'] as const)[draw() % 6]! : 'none';
          let current = first;
          const run = platform(
            next,
            () => destinations,
            undefined,
            () => governanceOf(current),
          );
          const { catchUp, endOfDay } = follow(run);
          for (const one of steps) {
            if ('decided' in one) current = one.decided;
            else {
              for (let pending = [one.record]; pending.length > 0; ) {
                pending = (await run.stitch(pending)).failed.map((failed) => failed.record);
              }
            }
            if (draw() % 2 === 0) await catchUp();
          }
          await endOfDay(true);
          for (const { id } of destinations) {
            expect(folded(run.sent, id), id).toEqual(await desired(run.profiles, id, current));
          }
        },
      ),
      runs(1.5, 300),
    );
  });
});
