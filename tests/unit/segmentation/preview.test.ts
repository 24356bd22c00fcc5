import { describe, expect, it } from 'vitest';
import { audienceImpact, type Side } from '#core/catalog/audience-impact.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { settingsForSegment, stageSettings } from '#core/catalog/stage-settings.ts';
import { NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import { emptyItem, type ProfileItem } from '#core/profile/profile-item.ts';
import type { Relationship } from '#core/schema/relationship.ts';
import type { LookupReader } from '#core/segmentation/lookups.ts';
import { estimateMembers, type PreviewDeps } from '#core/segmentation/preview.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { assertion, ecid } from '#tests/harness/core/factories.ts';
import { profileSettings } from '#tests/harness/core/profiles.ts';
import { DAY, NOW, segment, segments } from './factories.ts';

/** Somebody of a tier who bought something so many days ago; of events, only their kind is kept. */
function person(n: number, tier: string, daysAgo?: number, optOut = 'in'): ProfileItem {
  const key = ecid(n);
  const attributes = { loyalty: { tier }, privacyOptOuts: { general_opt_out: optOut } };
  const event = { id: 'e', time: NOW - (daysAgo ?? 0) * DAY, datasetId: 'web', entity: { kind: 'buy' } };
  return {
    ...emptyItem(key),
    fragments: { [`customers|${key}`]: { time: 0, tieBreaker: '', attributes } },
    events: { [key]: daysAgo === undefined ? [] : [event] },
  };
}

/** Somebody who bought something on two devices, which are linked. */
function twoDevices(a: number, b: number): ProfileItem {
  const [one, other] = [person(a, 'none', 1), person(b, 'none', 2)];
  const links = { ...NO_LINK_HISTORY, assertions: [assertion(NOW - 3 * DAY, ecid(a), ecid(b))] };
  return { ...one, linkHistory: links, fragments: {}, events: { ...one.events, ...other.events } };
}

async function deps(items: readonly ProfileItem[], more: Partial<PreviewDeps> = {}): Promise<PreviewDeps> {
  const profiles = new MemoryProfileStore();
  for (const item of items) await profiles.write({ item, pointers: [], mergedIn: [] });
  let next = 0;
  return { profiles, now: NOW, random: () => (next = (next + 0.37) % 1), ...more };
}

const rule = (text: string) => segments({ rule: text });
const crowd = Array.from({ length: 40 }, (_, n) =>
  person(n, n % 4 === 0 ? 'gold' : 'none', n % 2 === 0 ? n : undefined),
);

describe('an estimate of an audience', () => {
  it('counts everybody who is in it now', async () => {
    const gold = await estimateMembers('rule', rule('loyalty.tier = "gold"'), profileSettings, await deps(crowd));
    expect(gold).toEqual({ count: 10, low: 10, high: 10, sampled: 40, total: 40, confidence: 0.95 });
    const recent = rule('exists E from xEvent where E.kind = "buy" and E.timestamp occurs <= 7 days before now');
    expect((await estimateMembers('rule', recent, profileSettings, await deps(crowd))).count).toBe(4);
  });

  it('looks at a sample and says how sure it is', async () => {
    const answer = await estimateMembers('rule', rule('loyalty.tier = "gold"'), profileSettings, await deps(crowd), 20);
    expect(answer).toMatchObject({ sampled: 20, total: 40 });
    expect(answer.low).toBeLessThanOrEqual(10);
    expect(answer.high).toBeGreaterThanOrEqual(10);
  });

  it('leaves opted-out people out, and knows of an empty stage', async () => {
    const people = [person(1, 'gold'), person(2, 'gold', undefined, 'out')];
    const gold = rule('loyalty.tier = "gold"');
    expect(await estimateMembers('rule', gold, profileSettings, await deps(people))).toMatchObject({
      count: 1,
      total: 2,
    });
    expect(await estimateMembers('rule', gold, profileSettings, await deps([]), 5)).toMatchObject({
      count: 0,
      total: 0,
    });
  });

  it('reads whole events where a segment needs more of them than is kept', async () => {
    const timeline = new MemoryTimeline();
    const entry = { identity: ecid(1), ingestionId: 'a', time: NOW, receivedAt: NOW };
    const shoes = JSON.stringify({ kind: 'buy', product: 'shoes' });
    await timeline.remember({ ...entry, id: 'e', datasetId: 'web', json: shoes });
    await timeline.remember({ ...entry, id: 'f', datasetId: 'other', json: shoes });
    await timeline.remember({ ...entry, id: 'g', datasetId: 'web', json: shoes, expiresAt: NOW - 1 });
    await timeline.remember({ ...entry, id: 'h', datasetId: 'web' });
    const history = { timeline, isProfileEnabled: (id: string) => id === 'web' };
    const wanted = rule('xEvent[product = "shoes"].count() = 1');
    const people = [person(1, 'gold', 0)];
    expect((await estimateMembers('rule', wanted, profileSettings, await deps(people))).count).toBe(0);
    expect((await estimateMembers('rule', wanted, profileSettings, await deps(people, { history }))).count).toBe(1);
  });
});

const side = (texts: Readonly<Record<string, string>>): Side => ({
  definitions: new Map(Object.entries(texts).map(([id, text]) => [id, segment(text, id)])),
  settings: { ...profileSettings, segments: segments(texts), mappedAttributes: () => null },
});

/** What somebody's tier is worth, as records of a lookup dataset say. */
const relationships: readonly Relationship[] = [{ of: 'profile', path: ['loyalty', 'tier'], entity: 'tiers' }];
const lookups: LookupReader = async (_entity, keys) =>
  new Map(keys.map((key) => [key, { rebate: key === 'gold' ? 20 : 0 }]));
const REBATE = 'loyalty.tier.rebate > 10';

describe('a preview of a rule that looks records up', () => {
  it('counts who would be in it, and who would enter', async () => {
    const set = segments({ rule: REBATE }, { relationships });
    expect((await estimateMembers('rule', set, profileSettings, await deps(crowd, { lookups }))).count).toBe(10);
    const after: Side = {
      definitions: new Map([['rule', segment(REBATE, 'rule')]]),
      settings: { ...profileSettings, segments: set, mappedAttributes: () => null },
    };
    const before: Side = { definitions: new Map(), settings: { ...after.settings, segments: segments({}) } };
    expect(await audienceImpact(before, after, await deps(crowd, { lookups }))).toEqual({
      profileCount: 40,
      segments: [{ id: 'rule', change: 'new', members: 10, entered: 10, left: 0 }],
    });
  });
});

describe('the plan of a catalog', () => {
  const GOLD = 'loyalty.tier = "gold"';

  it('says who enters and leaves what is new, changed, removed, or built on what changed', async () => {
    const before = side({ gone: GOLD, same: GOLD, changed: GOLD, over: 'not inSegment("changed")', still: GOLD });
    const after = side({
      same: '(loyalty.tier) = "gold"',
      changed: 'loyalty.tier = "none"',
      over: 'not inSegment("changed")',
      still: GOLD,
      fresh: 'exists E from xEvent where E.kind = "buy"',
    });
    expect(await audienceImpact(before, after, await deps(crowd))).toEqual({
      profileCount: 40,
      segments: [
        { id: 'changed', change: 'changed', members: 30, entered: 30, left: 10 },
        { id: 'fresh', change: 'new', members: 20, entered: 20, left: 0 },
        { id: 'gone', change: 'removed', members: 0, entered: 0, left: 10 },
        { id: 'over', change: 'unchanged', members: 10, entered: 10, left: 30 },
      ],
    });
  });

  it('moves nobody when nothing changes', async () => {
    const same = side({ gold: GOLD });
    expect(await audienceImpact(same, side({ gold: GOLD }), await deps(crowd))).toEqual({
      profileCount: 40,
      segments: [],
    });
  });

  it('leaves opted-out people out', async () => {
    const none = side({ known: 'identityMap.ECID.count() > 0' });
    const opted = [person(1, 'gold'), person(2, 'gold', undefined, 'out')];
    const answer = await audienceImpact(side({}), none, await deps(opted));
    expect(answer.segments).toEqual([{ id: 'known', change: 'new', members: 1, entered: 1, left: 0 }]);
  });
});

describe('a segment under a merge policy of its own', () => {
  const files = (policy: string): Map<string, string> =>
    new Map([
      [
        'schemas/web.yaml',
        '$id: web\nmeta:class: https://ns.adobe.com/xdm/context/experienceevent\nproperties: { _id: { type: string }, timestamp: { type: string, format: date-time }, identityMap: { type: object } }\n',
      ],
      ['datasets/web.yaml', 'id: web\nschemaRef: { id: web }\n'],
      ['merge-policies/person.yaml', 'id: person\ndefault: true\nidentityGraph: { type: pdg }\n'],
      ['merge-policies/device.yaml', 'id: device\nidentityGraph: { type: none }\n'],
      [
        'segments/buyers.yaml',
        `id: buyers\nname: Buyers\n${policy}expression: { type: PQL, format: pql/text, value: 'exists E from xEvent' }\n`,
      ],
    ]);
  /** What records of the people came with is in the catalog: records of other datasets are in no profile. */
  const datasets = new Map(
    ['web', 'customers'].map((id) => [id, { id, profileEnabled: true, definition: {} } as CompiledDataset]),
  );
  const catalogWith = (policy: string): CompiledCatalog => ({
    ...compileCatalog(loadCatalog(files(policy), {}).catalog!),
    datasets,
  });
  const sideOf = (catalog: CompiledCatalog): Side => ({
    definitions: catalog.segmentDefinitions,
    settings: stageSettings(catalog).evaluation,
  });
  const perPerson = catalogWith('');
  const perDevice = catalogWith('mergePolicyId: device\n');
  /** Somebody who bought on two devices, and somebody with one. */
  const buyers = [twoDevices(1, 2), person(3, 'none', 1)];

  it('is counted under it', async () => {
    for (const [catalog, count] of [
      [perPerson, 2],
      [perDevice, 3],
    ] as const) {
      const definition = catalog.segmentDefinitions.get('buyers')!;
      const settings = settingsForSegment(catalog, definition);
      const answer = await estimateMembers('buyers', catalog.segments, settings, await deps(buyers));
      expect([answer.count, answer.total]).toEqual([count, count]);
    }
  });

  it('is in the plan of a catalog, and has changed where the policy has', async () => {
    const fresh = await audienceImpact(side({}), sideOf(perDevice), await deps(buyers));
    expect(fresh).toEqual({
      profileCount: 2,
      segments: [{ id: 'buyers', change: 'new', members: 3, entered: 3, left: 0 }],
    });
    const changed = await audienceImpact(sideOf(perPerson), sideOf(perDevice), await deps(buyers));
    expect(changed.segments).toMatchObject([{ id: 'buyers', change: 'changed', members: 3 }]);
    const same = await audienceImpact(sideOf(perDevice), sideOf(perDevice), await deps(buyers));
    expect(same.segments).toEqual([]);
  });
});
