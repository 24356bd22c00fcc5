import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { rebuildFromLake } from '#core/pipeline/rebuild.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import { MemoryLookupStore } from '#lambdas/adapters/memory/lookup-store.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { peopleCatalog } from '#tests/harness/platform/people.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const catalog = peopleCatalog({ nulls: ['n/a'] });

type Fields = Readonly<Record<string, unknown>>;
/** A record about a person: whole or an update, with some fields, of which an update clears those that are null. */
interface Change {
  readonly person: number;
  /** Minutes before now; no two changes of a person have the same. */
  readonly minutes: number;
  readonly dataset: 'people' | 'updates';
  /** Of the dataset of complete records. */
  readonly operation: 'create' | 'merge';
  readonly fields: Fields;
}

const leafOf = (...values: unknown[]) => fc.constantFrom(...values, null, 'n/a');
const change: fc.Arbitrary<Change> = fc
  .record({
    person: fc.constantFrom(1, 1, 2),
    minutes: fc.nat(60),
    dataset: fc.constantFrom('people' as const, 'updates' as const, 'updates' as const),
    operation: fc.constantFrom('create' as const, 'merge' as const, 'merge' as const),
    fields: fc.record(
      {
        visits: leafOf(1, '2'),
        vip: leafOf(true),
        place: fc.oneof(
          fc.record({ city: leafOf('Oslo', 'Rome'), zip: leafOf(10_115) }, { requiredKeys: [] }),
          fc.constant(null),
        ),
        tags: leafOf(['a'], ['a', 'b']),
        personalEmail: fc.oneof(fc.record({ address: leafOf('one', 'two') }), fc.constant(null)),
        workEmail: fc.record({ address: leafOf('two', 'three') }),
      },
      { requiredKeys: [] },
    ),
  })
  .map((one) => ({ ...one, fields: withOwnAddresses(one.fields, one.person) as Fields }));
const changes = fc.uniqueArray(change, {
  minLength: 1,
  maxLength: 16,
  selector: ({ person, minutes }) => `${person} ${minutes}`,
});

/** Nobody has an address of somebody else, whom it would be linked to. */
function withOwnAddresses(value: unknown, person: number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => {
      const isAddress = name === 'address' && inside !== null && inside !== 'n/a';
      return [name, isAddress ? `${inside}@${person}.example` : withOwnAddresses(inside, person)];
    }),
  );
}

const timeOf = ({ minutes }: Change): number => START - minutes * 60_000;
const entityOf = (one: Change): Fields => ({
  ...one.fields,
  _people: { id: one.person },
  extSourceSystemAudit: { lastUpdatedDate: timeOf(one) },
});
const isUpdate = ({ dataset, operation }: Change): boolean => dataset === 'updates' || operation === 'merge';

/** Sends changes some at a time, in files or by the stream, each perhaps again later. */
async function send(platform: Platform, all: readonly Change[], numbers: Iterator<number>): Promise<void> {
  const draw = (): number => numbers.next().value as number;
  const again = all.filter(() => draw() % 3 === 0);
  const pending = [...all, ...again].map((one) => ({ one, at: draw() })).sort((x, y) => x.at - y.at);
  for (let file = 0; pending.length > 0; file++) {
    const some = pending.splice(0, 1 + (draw() % 5)).map(({ one }) => one);
    const inFile = some.filter((one) => (one.dataset === 'updates' || one.operation === 'create') && draw() % 2 === 0);
    for (const dataset of new Set(inFile.map((one) => one.dataset))) {
      const lines = inFile.filter((one) => one.dataset === dataset).map((one) => JSON.stringify(entityOf(one)));
      await platform.upload(`landing/${dataset}/${file}.ndjson`, lines.join('\n'));
    }
    for (const one of some.filter((each) => !inFile.includes(each))) {
      const header = {
        datasetId: one.dataset,
        operations: { data: one.dataset === 'people' ? one.operation : 'merge' },
      };
      platform.collect(JSON.stringify({ header, body: { xdmEntity: entityOf(one) } }), `producer ${draw() % 2}`);
    }
    if (draw() % 2 === 0) await platform.poller.run();
  }
  await platform.poller.run();
}

/** Path → value of the leaves of a record, null for what is cleared: of an object that is null, all that could be below. */
function leavesOf(fields: Fields): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [path, inside] of Object.entries(BELOW)) {
    const [top, name] = path.split('.') as [string, string];
    const above = inside && Object.hasOwn(fields, top) ? fields[top] : undefined;
    const value = inside
      ? above === null
        ? null
        : (above as Fields | undefined)?.[name]
      : Object.hasOwn(fields, top)
        ? fields[top]
        : undefined;
    if (value !== undefined) leaves.set(path, value === 'n/a' ? null : value);
  }
  return leaves;
}
const BELOW: Readonly<Record<string, boolean>> = {
  visits: false,
  vip: false,
  tags: false,
  'place.city': true,
  'place.zip': true,
  'personalEmail.address': true,
  'workEmail.address': true,
};
const CONVERTED: Readonly<Record<string, (value: unknown) => unknown>> = { visits: Number, 'place.zip': String };

/** Each person from the changes themselves, taken in the order of their time, one dataset after the other. */
function fromScratch(all: readonly Change[]): object[] {
  return [...Map.groupBy(all, ({ person }) => person)]
    .sort(([x], [y]) => x - y)
    .map(([person, own]) => {
      const latest = new Map<string, { readonly value: unknown; readonly at: number }>();
      const addresses = new Set<string>();
      for (const ofDataset of Map.groupBy(own, ({ dataset }) => dataset).values()) {
        const { fields, linked } = folded(ofDataset);
        for (const address of linked) addresses.add(address);
        for (const [path, one] of fields) if (one.at > (latest.get(path)?.at ?? 0)) latest.set(path, one);
      }
      const values = [...latest].map(([path, { value }]) => [path, (CONVERTED[path] ?? ((same) => same))(value)]);
      const identities = [`CRMID:${person}`, ...[...addresses].map((address) => `Email:${address}`).sort()];
      return { identities, values: Object.fromEntries(values) };
    });
}

function folded(changes: readonly Change[]) {
  let fields = new Map<string, { readonly value: unknown; readonly at: number }>();
  /** By field, the addresses that were in it since it was cleared last. */
  const linked = new Map<string, Set<unknown>>();
  for (const one of [...changes].sort((x, y) => timeOf(x) - timeOf(y))) {
    const stays = isUpdate(one);
    if (!stays) fields = new Map();
    for (const [path, value] of leavesOf(one.fields)) {
      if (value === null && !stays) continue;
      if (value === null) fields.delete(path);
      else fields.set(path, { value, at: timeOf(one) });
      if (!path.endsWith('.address')) continue;
      if (value === null) linked.delete(path);
      else linked.set(path, new Set([...(linked.get(path) ?? []), value]));
    }
  }
  return { fields, linked: [...linked.values()].flatMap((own) => [...own] as string[]) };
}

/** What is in a store, as {@link fromScratch} tells it. */
async function peopleIn(profiles: ProfileStore): Promise<object[]> {
  const all = (await allProfiles(profiles, stageSettings(catalog).evaluation)) as {
    readonly identities: readonly string[];
    readonly view: Fields;
  }[];
  return all.map(({ identities, view }) => ({ identities, values: Object.fromEntries(leavesOf(view)) }));
}

describe('updates that take values away', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });

  it('leave what all changes make in the order of their time, however they come, and so does a rebuild from the lake', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.infiniteStream(fc.nat()), async (all, numbers) => {
        const platform = createPlatform({ wiring, catalog, start: START });
        await send(platform, all, numbers);
        expect(platform.leftovers()).toEqual({});
        expect(await platform.quarantined()).toEqual([]);
        const { profiles, lake } = platform.stores;
        expect(await peopleIn(profiles)).toEqual(fromScratch(all));

        const anew = new MemoryProfileStore();
        const stores = { profiles: anew, timeline: new MemoryTimeline(), lookups: new MemoryLookupStore() };
        const stitch = { ...stores, settings: stageSettings(catalog).fold, backoff: async () => {} };
        const rebuilt = await rebuildFromLake({}, { catalog, lake, stitch, progress: () => {} });
        expect(rebuilt.rejected).toBe(0);
        expect(await peopleIn(anew)).toEqual(fromScratch(all));
      }),
      runs(0.5, 60),
    );
  }, 300_000);

  const anna = (fields: Fields, minutes: number): Change => ({
    person: 1,
    minutes,
    dataset: 'updates',
    operation: 'merge',
    fields,
  });

  it('take the identity away that came with a value, and neither what is newer nor what another field has', async () => {
    const platform = createPlatform({ wiring, catalog, start: START });
    const lines = async (name: string, ...all: Change[]): Promise<void> => {
      await platform.upload(
        `landing/updates/${name}.ndjson`,
        all.map((one) => JSON.stringify(entityOf(one))).join('\n'),
      );
      await platform.poller.run();
    };
    const mail = { personalEmail: { address: 'anna@home.example' }, workEmail: { address: 'anna@work.example' } };
    await lines('1', anna({ ...mail, visits: 1 }, 50));
    const [before] = (await peopleIn(platform.stores.profiles)) as { readonly identities: readonly string[] }[];
    expect(before!.identities).toEqual(['CRMID:1', 'Email:anna@home.example', 'Email:anna@work.example']);
    await lines('2', anna({ personalEmail: { address: null } }, 40));
    const work = { 'workEmail.address': 'anna@work.example', visits: 1 };
    const left = { identities: ['CRMID:1', 'Email:anna@work.example'], values: work };
    expect(await peopleIn(platform.stores.profiles)).toEqual([left]);
    // Late: older than what was cleared.
    await lines('3', anna({ personalEmail: { address: 'anna@old.example' } }, 45));
    expect(await peopleIn(platform.stores.profiles)).toEqual([left]);
    await lines('4', anna({ personalEmail: { address: 'anna@new.example' } }, 30));
    await lines('5', anna({ personalEmail: null, visits: null }, 35));
    const newest = { 'personalEmail.address': 'anna@new.example', 'workEmail.address': 'anna@work.example' };
    expect(await peopleIn(platform.stores.profiles)).toEqual([
      { identities: ['CRMID:1', 'Email:anna@new.example', 'Email:anna@work.example'], values: newest },
    ]);
  });
});
