import { expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;

async function withAddresses(activate: 'all' | 'newest') {
  const definitions = await exampleDefinitions();
  const settings = definitions.identitySettings!;
  const catalog = compileCatalog({
    ...definitions,
    identitySettings: { ...settings, namespaces: { Email: { activate } } },
    destinations: definitions.destinations.map((destination) =>
      destination.type === 'http' ? { ...destination, segments: ['gold-and-silver'] } : destination,
    ),
  });
  const platform = createPlatform({ wiring: readWiring(templatesOf('prod')), catalog, start: START });
  let minutes = 0;
  /** The address that the CRM has from now on; what the destination then knows, and the profile has. */
  const says = async (address: string) => {
    minutes += 10;
    const at = START + minutes * MINUTE;
    platform.poller.clock.advanceTo(at);
    platform.collect(
      enveloped('customers', {
        _riverbend: { crmId: 'RB-1' },
        personalEmail: { address },
        loyalty: { tier: 'gold' },
        extSourceSystemAudit: { lastUpdatedDate: new Date(at).toISOString() },
      }),
    );
    await platform.poller.run({ until: at + 5 * MINUTE });
    const known = (await deliveredTo(platform)).webhook!.map((member) => member.split(' ')[0]);
    const [profile] = (await allProfiles(platform.stores.profiles)) as { identities: string[] }[];
    return { known, has: profile!.identities };
  };
  return says;
}

it('an address that was replaced leaves destinations, and comes back when it is asserted again', async () => {
  const says = await withAddresses('newest');
  expect((await says('ann@old.example')).known).toEqual(['crmid:RB-1', 'email:ann@old.example']);
  const replaced = await says('ann@new.example');
  expect(replaced.known).toEqual(['crmid:RB-1', 'email:ann@new.example']);
  expect(replaced.has).toEqual(['CRMID:RB-1', 'Email:ann@new.example', 'Email:ann@old.example']);
  // Nothing else changes: the profile has the same identities as before.
  expect((await says('ann@old.example')).known).toEqual(['crmid:RB-1', 'email:ann@old.example']);
});

it('an address that was replaced stays at destinations, where nothing else is set', async () => {
  const says = await withAddresses('all');
  await says('ann@old.example');
  expect((await says('ann@new.example')).known).toEqual([
    'crmid:RB-1',
    'email:ann@new.example',
    'email:ann@old.example',
  ]);
});
