import { beforeAll, describe, expect, it } from 'vitest';
import { customPersonalization } from '#core/activation/edge-destinations/custom-personalization.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { compileEdge } from '#core/catalog/compile-edge.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { projectEdgeProfile } from '#core/edge/project.ts';
import { viewOf } from '#core/edge/projection.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { evaluateEdge } from '#core/segmentation/edge.ts';
import { edgeFunction } from '#tests/harness/edge/edge-function.ts';
import { ecidOf, enveloped, exampleDefinitions, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesWithEdgeProfiles } from '#tests/infra/stages.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');

describe('copies of profiles for the edge', () => {
  let definitions: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    const onsite = customPersonalization.definition.parse({
      ...{ id: 'onsite', type: 'custom-personalization', segments: ['gold-and-silver'] },
    });
    definitions = { ...(await exampleDefinitions()), edgeDestinations: [onsite] };
    wiring = readWiring(templatesWithEdgeProfiles());
  });

  /** A stage where a gold customer has logged in on a device. */
  async function stage(catalog = definitions) {
    const platform = createPlatform({ wiring, catalog: compileCatalog(catalog), start: NOW });
    platform.collect(enveloped('logins', logIn(1, NOW - 60_000)));
    const lastUpdatedDate = new Date(NOW - 50_000).toISOString();
    const customer = {
      _riverbend: { crmId: 'RB-1' },
      loyalty: { tier: 'gold' },
      person: { name: { firstName: 'Ada' } },
    };
    platform.collect(enveloped('customers', { ...customer, extSourceSystemAudit: { lastUpdatedDate } }));
    await platform.poller.run();
    return platform;
  }
  const depsOf = ({ stores, catalog }: Awaited<ReturnType<typeof stage>>) => {
    const { profiles, memberships, edgeProfiles } = stores;
    return { profiles, memberships, edgeProfiles, projection: catalog.edgeProjection, backoff: async () => {} };
  };

  it('have what edge segments, destinations and activities ask for, consents and opt-outs, and nothing else', async () => {
    const { stores } = await stage();
    const text = JSON.stringify([...stores.edgeProfiles.entries()]);
    expect(text).toContain('"tier":"gold"');
    expect(text).not.toContain('Ada');
    const entries = new Map(stores.edgeProfiles.entries());
    const of = (key: string) => entries.get(key);
    const there = [of(`ECID:${ecidOf(1)}`), of('CRMID:RB-1')];
    expect(there.filter((entry) => entry && 'redirectTo' in entry)).toHaveLength(1);
    const [item] = there.flatMap((entry) => (entry && 'profiles' in entry ? [entry] : []));
    expect(item!.profiles).toMatchObject([{ memberOf: ['gold-and-silver'] }]);
  });

  it('give every edge segment the answer that the whole profile gives', async () => {
    const { stores, catalog } = await stage();
    const { evaluation } = stageSettings(catalog);
    const { segments } = compileEdge(definitions);
    const event = { id: 'e', time: NOW, entity: { eventType: 'view' } };
    for await (const item of stores.profiles.scan()) {
      const whole = profilesOf(item, evaluation);
      const entry = new Map(stores.edgeProfiles.entries()).get(item.canonicalKey);
      const copied = entry && 'profiles' in entry ? entry.profiles : [];
      expect(copied.length).toBe(whole.length);
      for (const [i, { view }] of whole.entries()) {
        const copy = viewOf(copied[i]!, view.identityMap as Record<string, unknown>);
        expect(evaluateEdge(copy, event, segments, NOW)).toEqual(evaluateEdge(view, event, segments, NOW));
      }
    }
  });

  it('are not believed once the catalog asks for something else, until an evaluation of everybody has made them anew', async () => {
    const platform = await stage();
    const asking = async (catalog: Catalog) => {
      const reads: string[] = [];
      const { profiles, memberships, edgeProfiles } = platform.stores;
      const stores = {
        copies: { lookup: (keys: readonly string[]) => edgeProfiles.lookup(keys) },
        profiles: { lookup: (keys: readonly string[]) => profiles.lookup(keys).finally(() => reads.push('tables')) },
        memberships,
      };
      const body = {
        events: [{ xdm: { identityMap: { ECID: [{ id: ecidOf(1) }] } } }],
        meta: { state: { domain: '' } },
      };
      const reply = await edgeFunction(catalog, { now: () => NOW, stores }).call({ body });
      const [pulled] = reply.payloads('activation:pull');
      return { segments: pulled?.segments.map(({ id }: { id: string }) => id), read: reads.length > 0 };
    };
    expect(await asking(definitions)).toEqual({ segments: ['gold-and-silver'], read: false });
    const [onsite] = definitions.edgeDestinations!;
    const wider = {
      ...definitions,
      edgeDestinations: [{ ...onsite!, segments: ['gold-and-silver', 'several-devices'] }],
    };
    platform.apply(compileCatalog(wider));
    expect(await asking(wider)).toEqual({ segments: ['gold-and-silver'], read: true });
    await platform.schedules.evaluateBatch();
    await platform.poller.run();
    expect(await asking(wider)).toEqual({ segments: ['gold-and-silver'], read: false });
    // Nobody calls any more: then nothing is kept.
    platform.apply(compileCatalog({ ...definitions, datastreams: [] }));
    await platform.schedules.evaluateBatch();
    await platform.poller.run();
    expect([...platform.stores.edgeProfiles.entries()]).toEqual([]);
  });

  it('cost no write where nothing has changed that can be seen at the edge', async () => {
    const platform = await stage();
    const versions = async () =>
      Promise.all(
        [...platform.stores.edgeProfiles.entries()].map(
          async ([key]) => (await platform.stores.edgeProfiles.get(key))!.version,
        ),
      );
    const before = await versions();
    const lastUpdatedDate = new Date(NOW).toISOString();
    const renamed = {
      _riverbend: { crmId: 'RB-1' },
      loyalty: { tier: 'gold' },
      person: { name: { firstName: 'Grace' } },
    };
    platform.collect(enveloped('customers', { ...renamed, extSourceSystemAudit: { lastUpdatedDate } }));
    await platform.poller.run();
    for (const key of [`ECID:${ecidOf(1)}`, 'CRMID:RB-1']) await projectEdgeProfile(key, depsOf(platform));
    expect(await versions()).toEqual(before);
  });

  it('of somebody who was deleted do not come back from a call that had read the profile before', async () => {
    const platform = await stage();
    const deps = depsOf(platform);
    for (const [key] of [...platform.stores.edgeProfiles.entries()]) {
      await platform.stores.edgeProfiles.remove(key, (await platform.stores.edgeProfiles.get(key))!.version);
    }
    const keys = [...platform.stores.profiles.entries()].map(([key]) => key);
    /** Between what a call reads and what it writes the person goes, and whoever deletes finds no copy yet. */
    const edgeProfiles = new Proxy(deps.edgeProfiles, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (name === 'write') {
            for (const key of keys) {
              const found = (await platform.stores.profiles.lookup([key])).get(key);
              if (found) await platform.stores.profiles.remove(key, found);
            }
          }
          return Reflect.apply(member, target, args);
        };
      },
    });
    for (const key of keys) await projectEdgeProfile(key, { ...deps, edgeProfiles });
    expect([...platform.stores.edgeProfiles.entries()]).toEqual([]);
  });
});
