import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutNulls } from '#core/ingestion/convert/nulls.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { type Fragment, MAX_PATCHES } from '#core/profile/fragment.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { stitch } from '#core/profile/stitch.ts';
import type { AcceptedRecord } from '#core/record/accepted-record.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { attributes, event, foldSettings, linkingRules } from '#tests/harness/core/factories.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

/** One person of two identities, of whom several datasets tell. */
const ANN = 'CRMID:ann';
const MAIL = 'Email:ann@x.org';
const DATASETS = ['shop', 'crm', 'web'] as const;
const settings = foldSettings();
const backoff = async (): Promise<void> => {};

/** A null of an update clears the field, and all below it; a whole record has none. */
const leaf = fc.constantFrom<unknown>('gold', 'silver', 7, null, null, ['x'], ['x', 'y']);
const regions = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 4,
    arbitrary: fc.dictionary(
      fc.constantFrom('VA6', 'OR2'),
      fc.option(fc.nat(9).map((at) => ({ captureTimestamp: new Date(at).toISOString() }))),
    ),
  },
);
const consent = fc.record(
  { val: fc.constantFrom('y', 'n', 'p', 'dy'), time: fc.constantFrom('early', 'late'), reason: fc.constant('asked') },
  { requiredKeys: [] },
);
const fields = fc.record(
  {
    tier: leaf,
    city: leaf,
    // Now a value, now an object: schemas that say so exist, and both must come to the same in any order.
    a: fc.oneof(
      { weight: 1, arbitrary: leaf },
      { weight: 3, arbitrary: fc.record({ b: leaf, c: leaf, d: fc.record({ e: leaf }) }, { requiredKeys: [] }) },
    ),
    consents: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ marketing: fc.record({ email: consent, sms: consent }, { requiredKeys: [] }) }),
      },
      { weight: 1, arbitrary: fc.constantFrom(null, { marketing: null }, { marketing: { email: null } }) },
      { weight: 1, arbitrary: fc.constant({ marketing: { sms: { val: null } } }) },
    ),
    userActivityRegions: regions,
    privacyOptOuts: fc.record({ general_opt_out: fc.constantFrom('in', 'out', 'not_provided') }),
  },
  { requiredKeys: [] },
);
const change: fc.Arbitrary<AcceptedRecord> = fc
  .record({
    time: fc.nat(9),
    tieBreaker: fc.constantFrom('1', '2'),
    who: fc.constantFrom(ANN, ANN, MAIL),
    dataset: fc.constantFrom(...DATASETS),
    operation: fc.constantFrom(
      'merge' as const,
      'merge' as const,
      'merge' as const,
      'create' as const,
      'delete' as const,
    ),
    entity: fields,
  })
  .map(({ time, tieBreaker, who, dataset, operation, entity }) => ({
    ...attributes(
      time,
      who,
      operation === 'merge' ? entity : withoutNulls(entity, undefined, 'omitted'),
      dataset,
      operation,
    ),
    tieBreaker,
  }));
const login = event(0, [ANN, MAIL]);
const histories = fc.array(change, { minLength: 1, maxLength: 40 });
const policies = fc.constantFrom<MergePolicyDefinition['attributeMerge']>(
  { type: 'timestampOrdered' },
  { type: 'dataSetPrecedence', order: ['crm', 'shop'] },
  { type: 'dataSetPrecedence', order: ['web'] },
);

describe('fields of several datasets', () => {
  it('are not brought back by a later change of another field of their dataset', async () => {
    const store = new MemoryProfileStore();
    const HOUR = 3_600_000;
    for (const record of [
      attributes(10 * HOUR, ANN, { tier: 'gold' }, 'shop', 'merge'),
      attributes(11 * HOUR, ANN, { tier: 'silver' }, 'crm'),
      attributes(12 * HOUR, ANN, { city: 'Rome' }, 'shop', 'merge'),
    ])
      await fold(store, [record]);
    expect(await person(store, { type: 'timestampOrdered' })).toEqual({ tier: 'silver', city: 'Rome' });
    expect(await person(store, { type: 'dataSetPrecedence', order: ['shop'] })).toEqual({ tier: 'gold', city: 'Rome' });
  });

  it(
    'each have the value that was set last, whatever order, batches and faults its records came through',
    async () => {
      await fc.assert(
        fc.asyncProperty(histories, policies, fc.infiniteStream(fc.nat()), async (records, policy, numbers) => {
          const store = await stitched([login, ...records], numbers);
          expect(await person(store, policy)).toEqual(fromScratch(records, policy));
        }),
        runs(1, 300),
      );
    },
    timeout,
  );

  it(
    'are stored the same in whatever order they came',
    async () => {
      await fc.assert(
        fc.asyncProperty(histories, fc.infiniteStream(fc.nat()), async (records, numbers) => {
          const [one, other] = [await stitched(records, numbers), await stitched(records, numbers)];
          expect(await fragmentsIn(one)).toEqual(await fragmentsIn(other));
        }),
        runs(0.2, 100),
      );
    },
    timeout,
  );

  it('are not stored twice: what is set again replaces what was there', async () => {
    const store = new MemoryProfileStore();
    for (let time = 0; time < 500; time++)
      await fold(store, [attributes(time, ANN, { tier: `t${time}`, [`f${time % 10}`]: time }, 'shop', 'merge')]);
    const [fragment] = Object.values(await fragmentsIn(store));
    expect(fragment?.patches?.length).toBe(10);
    expect(fragment?.patches?.at(-1)?.attributes).toEqual({ tier: 't499', f9: 499 });
  });

  it('keep their values when there are more times than are kept, of which the closest become one', async () => {
    const store = new MemoryProfileStore();
    const times = Array.from({ length: MAX_PATCHES + 44 }, (_, n) => (n < 50 ? 10_000 + n : 1_000_000 * n));
    for (const [n, time] of times.entries())
      await fold(store, [attributes(time, ANN, { [`f${n}`]: n }, 'shop', 'merge')]);
    const [fragment] = Object.values(await fragmentsIn(store));
    expect(fragment?.patches?.length).toBe(MAX_PATCHES);
    expect(fragment?.patches?.[0]?.time).toBe(10_000);
    expect(fragment?.patches?.slice(-200).map(({ time }) => time)).toEqual(times.slice(-200));
    const view = await person(store, { type: 'timestampOrdered' });
    expect(view).toEqual(Object.fromEntries(times.map((_, n) => [`f${n}`, n])));
  });
});

/** Stitches the records, each of them twice, in any order and batches, while calls fail. */
async function stitched(records: readonly AcceptedRecord[], numbers: Iterator<number>): Promise<MemoryProfileStore> {
  const draw = (): number => numbers.next().value as number;
  const store = new MemoryProfileStore();
  const timeline = new MemoryTimeline();
  let faults = 10;
  const next = (): Fault =>
    faults-- > 0 ? (['none', 'none', 'none', 'conflict', 'before', 'after'] as const)[draw() % 6]! : 'none';
  const deps = { profiles: withFaults(store, next), timeline: withFaults(timeline, next), settings, backoff };
  let pending = [...records, ...records].map((record) => ({ record, at: draw() })).sort((x, y) => x.at - y.at);
  while (pending.length > 0) {
    const failed: AcceptedRecord[] = [];
    while (pending.length > 0) {
      const batch = pending.splice(0, 1 + (draw() % 8)).map(({ record }) => record);
      failed.push(...(await stitch(batch, deps)).failed.map(({ record }) => record));
    }
    pending = failed.map((record) => ({ record, at: 0 }));
  }
  return store;
}

async function fold(profiles: MemoryProfileStore, records: readonly AcceptedRecord[]): Promise<void> {
  const { failed } = await stitch(records, { profiles, timeline: new MemoryTimeline(), settings, backoff });
  expect(failed).toEqual([]);
}

async function person(
  store: MemoryProfileStore,
  attributeMerge: MergePolicyDefinition['attributeMerge'],
): Promise<Record<string, unknown>> {
  const mergePolicy: MergePolicyDefinition = {
    id: 'p',
    default: true,
    identityGraph: { type: 'pdg' },
    attributeMerge,
  };
  for await (const item of store.scan()) {
    const [profile] = profilesOf(item, { links: linkingRules(), mergePolicy });
    if (!profile) continue;
    const { xEvent: _events, identityMap: _identities, ...view } = profile.view;
    return view;
  }
  return {};
}

async function fragmentsIn(store: MemoryProfileStore): Promise<Record<string, Fragment>> {
  const all: Record<string, Fragment> = {};
  for await (const item of store.scan()) Object.assign(all, item.fragments);
  return all;
}

/** The value of a field, when it was set and by whom. An empty object is set at its own path, as `{}`. */
interface Set {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly record: AcceptedRecord;
}

/** What the profile is, from the records themselves: every field on its own, in the order of time. */
function fromScratch(
  records: readonly AcceptedRecord[],
  policy: MergePolicyDefinition['attributeMerge'],
): Record<string, unknown> {
  const ofFragments = [...Map.groupBy(records, fragmentOf).values()];
  // What was cleared hides what its fragment had before, and nothing of others.
  const asserted = ofFragments.map((own) => settingsOf(own).filter(({ value }) => value !== null));
  const strength = ({ datasetId }: AcceptedRecord): number => {
    const place = policy.type === 'dataSetPrecedence' ? policy.order.indexOf(datasetId) : 0;
    return place < 0 ? 99 : place;
  };
  const all = asserted
    .flat()
    .sort((x, y) => strength(y.record) - strength(x.record) || byTime(x.record, y.record) || byFragment(x, y));
  const merged = nested(all.filter(({ path }) => path[0] !== 'consents').reduce(set, []));
  const consents = strictest(asserted.flat(), all);
  if (Object.keys(consents).length > 0) merged.consents = consents;
  else if (all.some(({ path }) => path[0] === 'consents')) {
    merged.consents = nested(all.filter(({ path }) => path[0] === 'consents').reduce(set, [])).consents;
  }
  if (asserted.flat().some(({ path, value }) => path[0] === 'privacyOptOuts' && value === 'out'))
    merged.privacyOptOuts = { general_opt_out: 'out' };
  const captures = ofFragments.flatMap(capturesOf);
  if (captures.length > 0) merged.userActivityRegions = Object.fromEntries(captures.sort((x, y) => x[2] - y[2]));
  return merged;
}

type Capture = readonly [region: string, capture: object, at: number];

/** The captures of a fragment that nothing later deleted or cleared, each by its own time. */
function capturesOf(records: readonly AcceptedRecord[]): Capture[] {
  const stated = ({ operation, entity }: AcceptedRecord): unknown =>
    operation !== 'delete' && entity.userActivityRegions;
  const isCleared = (region: string, at: number): boolean =>
    records.some((record) => {
      const own = stated(record) as Readonly<Record<string, unknown>> | null | undefined | false;
      const clears = record.operation === 'delete' || own === null || (own && own[region] === null);
      return clears && at <= record.time;
    });
  return records.flatMap((record) =>
    Object.entries((stated(record) || {}) as Readonly<Record<string, { captureTimestamp: string } | null>>).flatMap(
      ([region, capture]): Capture[] => {
        const at = capture === null ? Number.NaN : Date.parse(capture.captureTimestamp);
        return capture !== null && !isCleared(region, at) ? [[region, capture, at]] : [];
      },
    ),
  );
}

const fragmentOf = ({ datasetId, identities: [first] }: AcceptedRecord): string =>
  `${datasetId}|${first!.namespace}:${first!.value}`;
const byFragment = (x: Set, y: Set): number => (fragmentOf(x.record) < fragmentOf(y.record) ? -1 : 1);
const byTime = (x: AcceptedRecord, y: AcceptedRecord): number =>
  x.time - y.time || (`${x.tieBreaker}|${x.id}` < `${y.tieBreaker}|${y.id}` ? -1 : x.id === y.id ? 0 : 1);

function settingsOf(records: readonly AcceptedRecord[]): Set[] {
  let settings: Set[] = [];
  for (const record of [...records].sort(byTime)) {
    if (record.operation !== 'merge') settings = [];
    if (record.operation === 'delete') continue;
    const { userActivityRegions: _ofTheirOwnTime, ...fields } = record.entity;
    for (const [path, value] of leaves(fields)) settings = set(settings, { path, value, record });
  }
  return settings;
}

function leaves(value: unknown, path: readonly string[] = []): [readonly string[], unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  const names = Object.keys(value);
  if (names.length === 0) return path.length > 0 ? [[path, EMPTY]] : [];
  return names.flatMap((name) => leaves((value as Record<string, unknown>)[name], [...path, name]));
}

const EMPTY = Symbol('{}');
const isBelow = (path: readonly string[], above: readonly string[]): boolean =>
  path.length > above.length && above.every((name, i) => path[i] === name);
const isAt = (path: readonly string[], other: readonly string[]): boolean => path.join() === other.join();

/** A value replaces what was at its path and below it, and a value above it. */
function set(settings: Set[], one: Set): Set[] {
  const left = settings.filter(({ path }) => {
    if (isAt(path, one.path) || isBelow(one.path, path)) return false;
    return one.value === EMPTY || !isBelow(path, one.path);
  });
  return [...left, one];
}

function nested(settings: readonly Set[]): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const { path, value } of settings) {
    let at = whole;
    const last = path.at(-1)!;
    for (const name of path.slice(0, -1)) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    if (value !== EMPTY) at[last] = value;
    else at[last] ??= {};
  }
  return whole;
}

const isPart = ({ path }: Set): boolean => path.length > 3;
const STRICTEST = ['n', 'p', 'dy', 'y'];

/** Of every channel the strictest statement; of equally strict ones the strongest fragment's, of which each counts as of its latest part. */
function strictest(settings: readonly Set[], weakestFirst: readonly Set[]): Record<string, unknown> {
  const channels: Record<string, unknown> = {};
  for (const channel of ['email', 'sms']) {
    const own = settings.filter(({ path }) => path[0] === 'consents' && path[2] === channel);
    const statements = [...Map.groupBy(own, ({ record }) => fragmentOf(record)).values()].map((parts) => ({
      asserted: Object.fromEntries(parts.filter(isPart).map(({ path, value }) => [path[3]!, value])),
      // An empty statement says nothing, at no time.
      at: Math.max(...parts.filter(isPart).map((part) => weakestFirst.indexOf(part))),
    }));
    const consents = statements.filter(({ asserted }) => 'val' in asserted);
    if (consents.length > 0) {
      const rank = ({ asserted }: (typeof statements)[number]): number => STRICTEST.indexOf(String(asserted.val));
      channels[channel] = consents.sort((x, y) => rank(x) - rank(y) || y.at - x.at)[0]!.asserted;
    } else if (statements.length > 0) {
      const inOrder = statements.sort((x, y) => x.at - y.at).map(({ asserted }) => asserted);
      channels[channel] = Object.assign({}, ...inOrder);
    }
  }
  return Object.keys(channels).length > 0 ? { marketing: channels } : {};
}
