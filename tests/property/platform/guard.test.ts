import { beforeAll, describe, expect, it } from 'vitest';
import { HELD } from '#core/activation/guard.ts';
import { route } from '#core/activation/route.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { consentPolicyDefinition } from '#core/governance/definition.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { ecidOf, enveloped, exampleDefinitions, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const SEGMENT = 'gold-and-silver';
const PEOPLE = Array.from({ length: 40 }, (_, n) => n + 1);
const DESTINATIONS = ['webhook', 'crm-export', 'audience-manager'] as const;

/** As the CRM exports them: with the tier, or with nothing in its column. */
const export_ = (people: readonly number[], tier: string, at: number): string => {
  const rows = people.map((n) => `RB-${n},p${n}@example.com,${tier},y,${new Date(at).toISOString()}`);
  return ['crmId,email,tier,emailConsent,updatedAt', ...rows].join('\n');
};

/** A column that comes empty empties an audience; destinations of every type, as production wires them, do not follow. */
describe('a column that comes empty', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;

  beforeAll(async () => {
    const example = await exampleDefinitions();
    const destinations = example.destinations.map((one) => ({
      ...one,
      segments: [SEGMENT],
      guard: { percent: 20, profiles: 5 },
    }));
    const ask = consentPolicyDefinition.parse({ id: 'ask-first', channel: 'email' });
    catalog = compileCatalog({ ...example, destinations, consentPolicies: [ask] });
    wiring = readWiring(templatesOf('prod'));
  });

  const run = async (platform: Platform, minutes: number): Promise<void> =>
    platform.poller.run({ until: platform.poller.clock.now() + minutes * MINUTE });

  /** Customers with a device each, of which every other was seen in a region; all are members everywhere. */
  const populated = async (): Promise<Platform> => {
    const platform = createPlatform({ wiring, catalog, start: START });
    for (const n of PEOPLE) platform.collect(enveloped('logins', logIn(n, START - 60 * MINUTE)));
    for (const n of PEOPLE.filter((one) => one % 2 === 0)) {
      platform.collect(enveloped('regions', seenIn(n, START - 60 * MINUTE)));
    }
    await run(platform, 5);
    await platform.upload('landing/customers/one/crm.csv', export_(PEOPLE, 'gold', START));
    await run(platform, 30);
    for (const id of DESTINATIONS) expect((await membersOf(platform))[id], id).toHaveLength(PEOPLE.length);
    return platform;
  };

  /** Customers, by number, that each destination has for members. */
  async function membersOf(platform: Platform): Promise<Readonly<Record<string, number[]>>> {
    const lastRouted = await deliveredTo(platform);
    const numbers = (id: string, pattern: RegExp): number[] => {
      const found = lastRouted[id]!.flatMap((entry) => pattern.exec(entry)?.[1] ?? []).map(Number);
      return [...new Set(found)].sort((x, y) => x - y);
    };
    return {
      webhook: numbers('webhook', /^crmid:RB-(\d+) /),
      'crm-export': numbers('crm-export', /^CRMID:RB-(\d+) /),
      'audience-manager': numbers('audience-manager', /^(?:ecid:)?0*(\d+) /),
    };
  }

  const emptied = async (): Promise<Platform> => {
    const platform = await populated();
    await platform.upload('landing/customers/two/crm.csv', export_(PEOPLE, '', START + 40 * MINUTE));
    await run(platform, 30);
    return platform;
  };

  /** What `destination release` does. */
  async function release(platform: Platform): Promise<void> {
    const { stores, poller } = platform;
    const settings = stageSettings(platform.catalog).route;
    for (const id of DESTINATIONS) await stores.guards.open(id, poller.clock.now() + 60 * MINUTE);
    await run(platform, 1);
    const outbox = {
      send: async (all: readonly { laneId: string; group: string; delivery: object }[]) => {
        for (const { laneId, group, delivery } of all) {
          const deduplicationId = JSON.stringify(delivery);
          poller.queue(laneId).send(JSON.stringify(delivery), { groupId: group, deduplicationId });
        }
      },
    };
    for await (const { canonicalKey } of stores.memberships.scan()) {
      await route(canonicalKey, { ...stores, settings, outbox, now: poller.clock.now, backoff: async () => {} });
    }
    for (const id of DESTINATIONS) await stores.guards.close(id);
    await run(platform, 10);
  }

  it('takes a fifth of an audience from each destination, and not one profile more', async () => {
    const platform = await emptied();
    const states = await platform.stores.guards.states(DESTINATIONS);
    for (const id of DESTINATIONS) {
      expect((await membersOf(platform))[id], id).toHaveLength(32);
      expect(states.get(id)?.held, id).toMatchObject({ segmentId: SEGMENT, size: 40, left: 8, most: 8 });
    }
    const waiting: string[] = [];
    for await (const { destinations } of platform.stores.deliveryStates.scan()) {
      waiting.push(...(destinations['crm-export']?.excluded[HELD] ?? []));
    }
    expect(waiting).toHaveLength(32);
    expect(waiting.every((membership) => /^CRMID:RB-\d+\|gold-and-silver$/.test(membership))).toBe(true);
  });

  it('keeps nobody from opting out, withdrawing consent or being deleted, whoever else has to wait', async () => {
    const platform = await emptied();
    const [optsOut, isDeleted, withdraws] = (await membersOf(platform)).webhook!;
    const inEach = await membersOf(platform);
    const at = new Date(START + 80 * MINUTE).toISOString();
    platform.collect(
      enveloped('customers', {
        _riverbend: { crmId: `RB-${optsOut}` },
        privacyOptOuts: { general_opt_out: 'out' },
        extSourceSystemAudit: { lastUpdatedDate: at },
      }),
    );
    platform.collect(
      enveloped('customers', {
        _riverbend: { crmId: `RB-${withdraws}` },
        consents: { marketing: { email: { val: 'n' } } },
        extSourceSystemAudit: { lastUpdatedDate: at },
      }),
    );
    await platform.schedules.erasePerson({ requestId: 'r', identity: `CRMID:RB-${isDeleted}`, reason: 'asked' });
    const fresh = [77];
    await platform.upload('landing/customers/three/crm.csv', export_(fresh, 'gold', START + 80 * MINUTE));
    await run(platform, 30);
    for (const id of DESTINATIONS) {
      expect((await membersOf(platform))[id], id).toEqual(
        inEach[id]!.filter((n) => ![optsOut, isDeleted, withdraws].includes(n)),
      );
    }
    const lastRouted = JSON.stringify(await deliveredTo(platform));
    for (const gone of [ecidOf(isDeleted!), `p${isDeleted}@`, ecidOf(optsOut!), `p${optsOut}@`]) {
      expect(lastRouted).not.toContain(gone);
    }
    await release(platform);
    expect((await membersOf(platform)).webhook).toEqual(fresh);
    expect((await membersOf(platform))['crm-export']).toEqual(fresh);
    expect((await membersOf(platform))['audience-manager']).toEqual([]);
  });

  it('leaves no trace where the column is corrected before the release', async () => {
    const platform = await emptied();
    await platform.upload('landing/customers/three/crm.csv', export_(PEOPLE, 'gold', START + 80 * MINUTE));
    await run(platform, 30);
    const before = platform.requests.length;
    await release(platform);
    for (const id of DESTINATIONS) expect((await membersOf(platform))[id], id).toEqual(PEOPLE);
    const later = platform.requests.slice(before).map(({ request }) => request.body);
    expect(later.filter((body) => body.includes('exit'))).toEqual([]);
    expect((await platform.stores.guards.states(DESTINATIONS)).get('webhook')).toEqual({ epoch: 1 });
  });

  it('is followed by a destination without a guard', async () => {
    const destinations = new Map(
      [...catalog.destinations].map(([id, one]) => [id, { ...one, guard: 'off' as const }] as const),
    );
    const platform = await populated();
    platform.apply({ ...catalog, destinations });
    await platform.upload('landing/customers/two/crm.csv', export_(PEOPLE, '', START + 40 * MINUTE));
    await run(platform, 30);
    for (const id of DESTINATIONS) expect((await membersOf(platform))[id], id).toEqual([]);
  });
});
