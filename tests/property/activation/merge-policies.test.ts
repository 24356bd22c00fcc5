import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noDeliveryState } from '#core/activation/delivery-state.ts';
import { profilesIn, routeItem } from '#core/activation/route.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event } from '#tests/harness/core/factories.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');

const segment = (id: string, more = ''): string =>
  `id: ${id}\nname: ${id}\n${more}expression: { type: PQL, format: pql/text, value: 'exists E from xEvent where E.page = "cart"' }\n`;
const files = (more: Readonly<Record<string, string>> = {}): Map<string, string> =>
  new Map(
    Object.entries({
      'identity-settings/s.yaml': 'namespacePriority: [CRMID, ECID]\nuniqueNamespaces: [CRMID]\n',
      'namespaces/crmid.yaml': 'code: CRMID\nidType: CROSS_DEVICE\n',
      'schemas/events.yaml':
        '$id: https://example.com/events\nmeta:class: https://ns.adobe.com/xdm/context/experienceevent\nproperties: { _id: { type: string }, timestamp: { type: string, format: date-time }, page: { type: string }, identityMap: { type: object } }\n',
      'datasets/web-events.yaml': 'id: web-events\nschemaRef: { id: https://example.com/events }\n',
      'merge-policies/person.yaml': 'id: person\ndefault: true\nidentityGraph: { type: pdg }\n',
      'merge-policies/device.yaml': 'id: device\nidentityGraph: { type: none }\n',
      'segments/people.yaml': segment('people'),
      'segments/devices.yaml': segment('devices', 'mergePolicyId: device\n'),
      'destinations/hook.yaml': 'id: hook\ntype: http\nurl: https://hooks.example.com/x\nsegments: [people, devices]\n',
      ...more,
    }),
  );

function compiled(more?: Readonly<Record<string, string>>): CompiledCatalog {
  const { catalog, problems } = loadCatalog(files(more), {});
  expect(problems).toEqual([]);
  return compileCatalog(catalog!);
}

async function itemsOf(records: readonly AcceptedRecord[], catalog: CompiledCatalog) {
  const profiles = new MemoryProfileStore();
  const deps = {
    profiles,
    timeline: new MemoryTimeline(),
    settings: stageSettings(catalog).fold,
    backoff: async () => {},
  };
  await stitch(records, deps);
  return await Array.fromAsync(profiles.scan());
}

const device = fc.integer({ min: 1, max: 3 });
const record = fc.oneof(
  fc.tuple(device, fc.constantFrom('home', 'cart')).map(([n, page]) => event(NOW - n, [ecid(n)], { page })),
  fc.tuple(fc.constantFrom('ann', 'bob'), device).map(([who, n]) => event(NOW - 10 - n, [`CRMID:${who}`, ecid(n)], {})),
);

describe('segments under another merge policy than the default one', () => {
  it('see and tell single identities under stitching none, and whole people under the graph, at the same time', async () => {
    const catalog = compiled();
    const settings = stageSettings(catalog);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(record, { selector: ({ id }) => id, maxLength: 8 }), async (records) => {
        const carts = new Set(
          records.flatMap(({ entity, identities }) => (entity.page === 'cart' ? [`ECID:${identities[0]!.value}`] : [])),
        );
        for (const item of await itemsOf(records, catalog)) {
          const memberships = evaluateItem(item, noMemberships(item.canonicalKey), settings.evaluation, NOW, 'all');
          const decision = { canonicalKey: item.canonicalKey, revision: 1, decidedAt: NOW };
          const [people] = profilesIn(item, settings.route);
          const first = routeItem(
            profilesIn(item, settings.route),
            memberships,
            noDeliveryState(item.canonicalKey),
            settings.route,
            decision,
          );
          const lastRouted = first.after.destinations.hook?.lastRouted ?? {};
          const knows = (id: string): string[] =>
            Object.keys(lastRouted)
              .filter((key) => lastRouted[key]![id]?.status === 'realized')
              .sort();
          const known = Object.keys(item.events);
          expect(knows('devices')).toEqual(known.filter((key) => carts.has(key)).sort());
          const members = people!.profiles.filter(({ identities }) => identities.some((key) => carts.has(key)));
          expect(knows('people')).toEqual(members.flatMap(({ identities }) => identities).sort());
          const again = routeItem(profilesIn(item, settings.route), memberships, first.after, settings.route, decision);
          expect(again.deliveries).toEqual([]);
          const gone = routeItem(
            [
              { ...people!, profiles: [] },
              { policy: settings.route.policies![1]!, profiles: [] },
            ],
            noMemberships(item.canonicalKey),
            first.after,
            settings.route,
            decision,
          );
          const left = Object.values(gone.after.destinations.hook?.lastRouted ?? {}).flatMap((one) =>
            Object.values(one),
          );
          expect(left.filter(({ status }) => status === 'realized')).toEqual([]);
        }
      }),
    );
  });

  it('cannot be built on segments that see people differently', () => {
    const both = segment('both').replace('exists E from xEvent where E.page = "cart"', 'inSegment("devices")');
    const { problems } = loadCatalog(files({ 'segments/both.yaml': both }), {});
    expect(problems.map(({ message }) => message)).toEqual([
      'the segment "devices" sees people under another merge policy',
    ]);
  });
});
