import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { isGenuine, type SignedReceipt } from '#core/privacy/receipt.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, exampleCatalog, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { findIn } from '#tests/harness/platform/search.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Stores of which a receipt says that they are empty at a later date. */
const LATER = /^(landing|exports|delivery state): /;

describe('the deletion of a person', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    catalog = await exampleCatalog();
    wiring = readWiring(templatesOf('prod'));
  });

  const emailOf = (n: number): string => `person-${n}@example.com`;
  const csvOf = (...people: number[]): string =>
    `crmId,email,tier,updatedAt\n${people.map((n) => `RB-${n},${emailOf(n)},gold,2026-01-01T00:00:00Z\n`).join('')}`;
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
    await platform.upload('landing/customers/people.csv', csvOf(1, 2));
    await platform.poller.run({ until: START + 10 * MINUTE });
    return platform;
  };
  const ask = (platform: Platform, more: object = {}) =>
    platform.schedules.erasePerson({ requestId: 'request-1', identity: 'CRMID:RB-1', reason: 'asked', ...more });
  const erase = async (platform: Platform, more: object = {}): Promise<SignedReceipt> => {
    await ask(platform, more);
    return (await platform.erased())['request-1']!;
  };
  const profilesIn = ({ stores }: Platform): Promise<object[]> =>
    allProfiles(stores.profiles, stageSettings(catalog).evaluation);
  const OF_ONE = ['RB-1', emailOf(1), ecidOf(1)];
  const leftOfOne = async (platform: Platform): Promise<string[]> =>
    (await findIn(platform, OF_ONE)).filter((found) => !LATER.test(found));
  const OTHERS = { identities: ['CRMID:RB-2', `ECID:${ecidOf(2)}`, `Email:${emailOf(2)}`] };

  it('takes everything of theirs away, tells the destinations, and leaves everybody else', async () => {
    const platform = await populated();
    expect((await deliveredTo(platform)).webhook!.some((member) => member.includes('RB-1'))).toBe(true);
    expect(await leftOfOne(platform)).not.toEqual([]);
    const { receipt, ...signature } = await erase(platform, { identity: `ECID:${ecidOf(1)}` });
    expect(await leftOfOne(platform)).toEqual([]);

    const [other, ...more] = (await profilesIn(platform)) as { identities: string[] }[];
    expect(more).toEqual([]);
    expect([...other!.identities].sort()).toEqual(OTHERS.identities);
    const lastRouted = await deliveredTo(platform);
    const knows = (destination: string, n: number): boolean =>
      lastRouted[destination]!.some((member) => member.includes(`RB-${n}`) || member.includes(ecidOf(n)));
    for (const destination of Object.keys(lastRouted)) expect(knows(destination, 1), destination).toBe(false);
    for (const destination of ['webhook', 'audience-manager']) expect(knows(destination, 2), destination).toBe(true);
    expect(receipt).toMatchObject({
      requestId: 'request-1',
      profile: { fragments: 2, links: 2 },
      timelineEntries: 4,
      lake: { rows: 4 },
      quarantine: { rows: 1 },
      destinations: [
        { id: 'audience-manager', outcome: 'removed' },
        { id: 'crm-export', outcome: expect.stringMatching(/ask|unknown/) },
        { id: 'webhook', outcome: expect.stringMatching(/ask|removed/) },
      ],
    });
    expect(receipt.stores.map(({ store }) => store)).toEqual(expect.arrayContaining(['lake', 'uploaded files']));
    expect(receipt.identities).toHaveLength(3);
    expect(isGenuine({ receipt, ...signature }, 'receipt key')).toBe(true);
    expect(isGenuine({ receipt: { ...receipt, timelineEntries: 0 }, ...signature }, 'receipt key')).toBe(false);
  });

  it('says so where nobody is known under the identity, and begins nothing', async () => {
    const platform = await populated();
    expect(await ask(platform, { identity: 'CRMID:RB-11' })).toEqual({ outcome: 'nobody' });
    expect(await platform.stores.erasures.underWay()).toEqual([]);
  });

  it.each([0, 2 * DAY])('finds rows of the lake whose timeline entries have expired (late by %i ms)', async (late) => {
    const platform = await populated({ expiresLateBy: late });
    platform.poller.clock.advanceTo(START + 91 * DAY);
    expect(await Array.fromAsync(platform.stores.timeline.read(`ECID:${ecidOf(1)}`))).toHaveLength(late === 0 ? 1 : 2);
    await erase(platform);
    expect(await leftOfOne(platform)).toEqual([]);
  });

  it.each([
    ['as it was', csvOf(1, 2)],
    [
      'with a stamp that is still to come',
      `crmId,email,tier,updatedAt\nRB-1,${emailOf(1)},gold,2031-01-01T00:00:00Z\n`,
    ],
    ['with a row that is rejected', `crmId,email,tier,updatedAt\nRB-1,${emailOf(1)},gold,yesterday\n`],
  ])('ingests nothing under their identities when a file is uploaded again %s, and counts it', async (_how, csv) => {
    const platform = await populated();
    await erase(platform);
    for (const message of messages()) platform.collect(message);
    await platform.upload('landing/customers/again.csv', csv);
    await platform.poller.run();
    const back = await findIn(platform, ['RB-1', emailOf(1)]);
    expect(back.filter((found) => !LATER.test(found))).toEqual([]);
    const streamed = await Array.fromAsync(platform.stores.counts.streams());
    const reasons = streamed.map(({ counts }) => counts.withoutProfile['identity-suppressed'] ?? 0);
    expect(
      reasons.reduce((sum, count) => sum + count, 0),
      'the login, and what the device has sent before',
    ).toBe(2);
  });

  it('takes a device in again that is used afterwards, and a person only once they are readmitted', async () => {
    const platform = await populated();
    await erase(platform);
    const now = platform.poller.clock.now();
    const again = (id: string): string =>
      enveloped('logins', { ...logIn(1, platform.poller.clock.now() - 1_000), _id: id });
    platform.poller.clock.advanceBy(MINUTE);
    platform.collect(enveloped('web-events', addToCart(1, now + 1_000, { _id: 'cart-again' })));
    platform.collect(again('login-again'));
    await platform.poller.run();
    expect(await profilesIn(platform)).toMatchObject([
      { identities: expect.anything() },
      { identities: [`ECID:${ecidOf(1)}`] },
    ]);
    expect(await findIn(platform, ['RB-1'])).toEqual(['delivery state: RB-1', 'landing: RB-1', 'exports: RB-1']);
    expect(await platform.schedules.erasePerson({ readmit: 'CRMID:RB-1', reason: 'signed up' })).toEqual({
      outcome: 'readmitted',
    });
    expect(await platform.schedules.erasePerson({ readmit: 'CRMID:RB-7', reason: 'by mistake' })).toEqual({
      outcome: 'not-suppressed',
    });
    platform.poller.clock.advanceBy(MINUTE);
    platform.collect(again('login-readmitted'));
    await platform.poller.run();
    expect(await profilesIn(platform)).toMatchObject([
      { identities: ['CRMID:RB-1', `ECID:${ecidOf(1)}`] },
      { identities: expect.anything() },
    ]);
  });

  it('takes out what a function has written that did not know of the suppression yet, after the first pass', async () => {
    const platform = await populated();
    const { clock } = platform.poller;
    const shortly = (): Promise<void> => platform.poller.run({ until: clock.now() + 1_000 });
    // The list of suppressed identities is read, and gone by for five seconds.
    platform.collect(enveloped('web-events', addToCart(2, START, { _id: 'cart-of-another' })));
    await shortly();
    await ask(platform);
    await platform.schedules.erase();
    await shortly();
    expect((await platform.stores.erasureJobs.latest()).current?.status).toBe('finished');
    platform.collect(enveloped('logins', { ...logIn(1, START), _id: 'login-at-that-instant' }));
    await shortly();
    expect(await leftOfOne(platform)).toEqual(
      expect.arrayContaining(['lake: RB-1', 'profiles: RB-1', 'timeline: RB-1']),
    );
    await platform.erased();
    expect(await leftOfOne(platform)).toEqual([]);
  });

  it('comes to the same when it is interrupted anywhere and goes on', async () => {
    const clean = await populated();
    await erase(clean);
    await clean.poller.run();
    const expected = { profiles: await profilesIn(clean), lastRouted: await deliveredTo(clean) };
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 120 }), fc.constantFrom<Fault>('before', 'after'), async (call, fault) => {
        let calls = 0;
        const platform = await populated({
          intercept: (port, _name, reader) =>
            reader.startsWith('erase') ? withFaults(port, () => (calls++ === call ? fault : 'none')) : port,
        });
        await ask(platform).catch(() => ask(platform));
        const receipts = await platform.erased();
        expect({ profiles: await profilesIn(platform), lastRouted: await deliveredTo(platform) }).toEqual(expected);
        expect(receipts['request-1']!.receipt.identities).toHaveLength(3);
        expect(await leftOfOne(platform)).toEqual([]);
      }),
      runs(0.125, 25),
    );
  });
});
