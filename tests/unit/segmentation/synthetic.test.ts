import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { SMOKE_DEFINITIONS } from '#cli/smoke/definitions.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { isSynthetic, SMOKE } from '#core/identity/smoke.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { stitch } from '#core/profile/stitch.ts';
import { evaluateItem } from '#core/segmentation/evaluate-item.ts';
import { noMemberships } from '#core/segmentation/membership.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { ecid, event } from '#tests/harness/core/factories.ts';
import { runs } from '#tests/harness/runs.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const segment = (id: string, value: string): string =>
  `id: ${id}\nname: ${id}\nexpression: { type: PQL, format: pql/text, value: '${value}' }\n`;

/** A catalog in which somebody is in an audience for what they did not do. */
const FILES = new Map(
  Object.entries({
    'schemas/events.yaml':
      '$id: https://example.com/events\nmeta:class: https://ns.adobe.com/xdm/context/experienceevent\nproperties: { _id: { type: string }, timestamp: { type: string, format: date-time }, eventType: { type: string }, identityMap: { type: object } }\n',
    'datasets/web-events.yaml': 'id: web-events\nschemaRef: { id: https://example.com/events }\n',
    'segments/not-bought.yaml': segment('not-bought', 'not (exists E from xEvent where E.eventType = "purchase")'),
    ...SMOKE_DEFINITIONS,
  }),
);

describe('a synthetic profile', () => {
  let catalog: CompiledCatalog;
  beforeAll(() => {
    const loaded = loadCatalog(FILES, {});
    expect(loaded.problems).toEqual([]);
    catalog = compileCatalog(loaded.catalog!);
  });

  it('has identities of smoke tests only: whoever has any other is somebody', () => {
    expect(isSynthetic([`${SMOKE.cookie}:a`, `${SMOKE.device}:a`])).toBe(true);
    expect(isSynthetic([`${SMOKE.cookie}:a`, ecid(1)])).toBe(false);
    expect(isSynthetic([ecid(1)])).toBe(false);
    expect(isSynthetic([])).toBe(false);
  });

  const identity = fc.constantFrom(`${SMOKE.cookie}:a`, `${SMOKE.device}:b`, ecid(1), ecid(2));
  const records = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.uniqueArray(identity, { minLength: 1, maxLength: 3 })),
    { minLength: 1, maxLength: 6 },
  );

  it('is in no audience but that of smoke tests, where nobody else is, whatever was linked and whichever way it is evaluated', async () => {
    const { fold, evaluation } = stageSettings(catalog);
    const seen = { synthetic: 0, others: 0 };
    const property = fc.asyncProperty(
      records,
      fc.constantFrom('changed' as const, 'all' as const),
      async (all, scope) => {
        const profiles = new MemoryProfileStore();
        const events = all.map(([age, keys]) => event(NOW - age, keys, { eventType: 'tributary.smoke' }));
        await stitch(events, { profiles, timeline: new MemoryTimeline(), settings: fold, backoff: async () => {} });
        for await (const item of profiles.scan()) {
          const held = evaluateItem(item, noMemberships(item.canonicalKey), evaluation, NOW, scope);
          for (const { key, identities } of profilesOf(item, evaluation)) {
            const realized = Object.keys(held.profiles[key]?.segments ?? {});
            if (isSynthetic(identities)) {
              expect(realized.filter((id) => id !== SMOKE.segment)).toEqual([]);
              seen.synthetic += realized.length;
            } else {
              expect(realized).toEqual(['not-bought']);
              seen.others += 1;
            }
          }
        }
      },
    );
    await fc.assert(property, runs(1, 200));
    expect(seen.synthetic).toBeGreaterThan(0);
    expect(seen.others).toBeGreaterThan(0);
  });
});
