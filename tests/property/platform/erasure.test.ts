import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { unpackLakeRows } from '#core/lake/read-rows.ts';
import { readArchive } from '#core/pipeline/quarantine/write.ts';
import { isGenuine } from '#core/privacy/receipt.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('the deletion of a person', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  /** Two people, each with a device, a cart and a login; and one record of the first that was rejected. */
  const messages = (): string[] =>
    [1, 2].flatMap((n) => [
      enveloped('web-events', addToCart(n, START - HOUR)),
      enveloped('regions', seenIn(n, START - HOUR)),
      enveloped('logins', logIn(n, START - HOUR)),
    ]);
  const rejected = enveloped(
    'web-events',
    addToCart(1, START - HOUR, { commerce: { productListAdds: { value: 'x' } } }),
  );

  const populated = async (options: Partial<Parameters<typeof createPlatform>[0]> = {}): Promise<Platform> => {
    const platform = createPlatform({ wiring, catalog, start: START, ...options });
    for (const message of [...messages(), rejected]) platform.collect(message);
    await platform.poller.run({ until: START + 10 * MINUTE });
    return platform;
  };
  const erase = (platform: Platform, more: object = {}) =>
    platform.schedules.erasePerson({ requestId: 'request-1', identity: 'CRMID:RB-1', reason: 'asked', ...more });
  const profilesIn = ({ stores }: Platform): Promise<object[]> =>
    allProfiles(stores.profiles, stageSettings(catalog).evaluation);
  const mentions = async (platform: Platform, value: string): Promise<string[]> => {
    const { lake, quarantine, exports } = platform.stores;
    const found: string[] = [];
    for (const [name, store] of Object.entries({ lake, quarantine })) {
      for await (const key of store.list('')) {
        const bytes = (await store.get(key))!;
        const rows = name === 'lake' ? await unpackLakeRows(bytes) : readArchive(bytes);
        if (JSON.stringify(rows).includes(value)) found.push(`${name} ${key}`);
      }
    }
    for await (const key of exports.list('')) {
      if (
        Buffer.from((await exports.get(key))!)
          .toString('utf8')
          .includes(value)
      )
        found.push(`exports ${key}`);
    }
    return found;
  };

  it('takes everything of theirs away, tells the destinations, and leaves everybody else', async () => {
    const platform = await populated();
    expect((await deliveredTo(platform)).webhook!.some((member) => member.includes('RB-1'))).toBe(true);
    expect(await mentions(platform, ecidOf(1))).not.toEqual([]);
    const { receipt, ...signature } = await erase(platform, { identity: `ECID:${ecidOf(1)}` });
    expect(await mentions(platform, ecidOf(1))).toEqual([]);
    await platform.poller.run();

    expect(await profilesIn(platform)).toMatchObject([{ identities: ['CRMID:RB-2', `ECID:${ecidOf(2)}`] }]);
    expect(await Array.fromAsync(platform.stores.timeline.read('CRMID:RB-1'))).toEqual([]);
    expect(await Array.fromAsync(platform.stores.timeline.read(`ECID:${ecidOf(1)}`))).toEqual([]);
    const lastRouted = await deliveredTo(platform);
    const knows = (destination: string, n: number): boolean =>
      lastRouted[destination]!.some((member) => member.includes(`RB-${n}`) || member.includes(ecidOf(n)));
    for (const destination of Object.keys(lastRouted)) expect(knows(destination, 1), destination).toBe(false);
    for (const destination of ['webhook', 'audience-manager']) expect(knows(destination, 2), destination).toBe(true);
    expect(receipt).toMatchObject({
      requestId: 'request-1',
      profile: { fragments: 1, links: 1 },
      timelineEntries: 3,
      lake: { rows: 3 },
      quarantine: { rows: 1 },
      destinations: ['audience-manager', 'webhook'],
    });
    expect(JSON.stringify(receipt)).not.toContain('RB-1');
    expect(isGenuine({ receipt, ...signature }, 'receipt key')).toBe(true);
    expect(isGenuine({ receipt: { ...receipt, timelineEntries: 0 }, ...signature }, 'receipt key')).toBe(false);
  });

  it('does not let a replay of what was known bring them back; what they do afterwards is somebody new', async () => {
    const platform = await populated();
    await erase(platform);
    for (const message of messages()) platform.collect(message);
    await platform.poller.run({ until: START + 20 * MINUTE });
    // A region record has no time of its own: sent again it is news, of a device that nothing else is known of.
    const back = (await profilesIn(platform)).filter((profile) => JSON.stringify(profile).includes('RB-1'));
    expect(back).toEqual([]);
    platform.collect(enveloped('logins', { ...logIn(1, START + 15 * MINUTE), _id: 'login-again' }));
    await platform.poller.run();
    expect(await profilesIn(platform)).toMatchObject([
      { identities: ['CRMID:RB-1', `ECID:${ecidOf(1)}`] },
      { identities: ['CRMID:RB-2', `ECID:${ecidOf(2)}`] },
    ]);
  });

  it('keeps them out for good where that is asked for', async () => {
    const platform = await populated();
    await erase(platform, { keepOut: true });
    platform.collect(enveloped('logins', { ...logIn(1, START + 15 * MINUTE), _id: 'login-again' }));
    platform.collect(enveloped('regions', seenIn(1, START + 15 * MINUTE)));
    await platform.poller.run();
    expect(await profilesIn(platform)).toMatchObject([{ identities: ['CRMID:RB-2', `ECID:${ecidOf(2)}`] }]);
    expect(await Array.fromAsync(platform.stores.timeline.read('CRMID:RB-1'))).toEqual([]);
  });

  it('keeps out somebody who was never seen', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    await erase(platform, { keepOut: true });
    platform.collect(enveloped('logins', logIn(1, START + HOUR)));
    await platform.poller.run();
    expect(await profilesIn(platform)).toEqual([]);
  });

  it('comes to the same when it is interrupted anywhere and given again', async () => {
    const clean = await populated();
    await erase(clean);
    await clean.poller.run();
    const expected = { profiles: await profilesIn(clean), lastRouted: await deliveredTo(clean) };
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 25 }), fc.constantFrom<Fault>('before', 'after'), async (call, fault) => {
        let calls = 0;
        const platform = await populated({
          intercept: (port, _name, reader) =>
            reader === 'erase-person' ? withFaults(port, () => (calls++ === call ? fault : 'none')) : port,
        });
        const receipt = await erase(platform).catch(() => erase(platform));
        await platform.poller.run();
        expect({ profiles: await profilesIn(platform), lastRouted: await deliveredTo(platform) }).toEqual(expected);
        expect(receipt.receipt.identities).toHaveLength(2);
      }),
      runs(0.125, 25),
    );
  });
});
