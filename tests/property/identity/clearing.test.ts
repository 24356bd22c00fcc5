import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addAssertions, joinLinkHistories, linksOf } from '#core/identity/add-assertions.ts';
import { type LinkHistory, type LinkHistoryLimits, NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf, type LinkingRules } from '#core/identity/linking-rules.ts';
import { withoutSource } from '#core/identity/source.ts';
import type { ClearedIdentity } from '#core/record/cleared-identity.ts';
import { namespaceOf } from '#core/record/identity.ts';
import { assertion, linkingRules } from '#tests/harness/core/factories.ts';
import { runs } from '#tests/harness/runs.ts';

const WINDOW = 30;
/** Everything is replayed. */
const all: LinkHistoryLimits = { lateness: WINDOW, unlinkReach: 20, many: Number.POSITIVE_INFINITY, most: 1_000 };
/** Everything that may be condensed is. */
const condensed: LinkHistoryLimits = { ...all, many: 0 };
const plain = linkingRules({ unique: [], limit: 100 });

/** What records of a person have: identities, each with the fields it stands in; and the fields that an update clears. */
interface Update {
  readonly time: number;
  readonly tieBreaker: string;
  readonly source: string;
  readonly person: string;
  readonly identities: Readonly<Record<string, readonly string[]>>;
  readonly clears: readonly ClearedIdentity[];
  readonly isUpdate: boolean;
}

const identityIn = fc.constantFrom(
  ['Email:a', ''],
  ['Email:b', ''],
  ['Email:a', '/work'],
  ['Email:c', '/work'],
  ['Phone:1', ''],
  ['Phone:2', ''],
);
const cleared = fc.constantFrom<ClearedIdentity>(
  { namespace: 'Email', field: '' },
  { namespace: 'Email', field: '/work' },
  { namespace: 'Phone', field: '' },
);
const update: fc.Arbitrary<Update> = fc
  .record({
    time: fc.nat(12),
    tieBreaker: fc.constantFrom('1', '2', '3'),
    source: fc.constantFrom('crm', 'crm', 'shop'),
    person: fc.constantFrom('CRMID:ann', 'CRMID:ann', 'CRMID:bob'),
    stated: fc.array(identityIn, { maxLength: 3 }),
    clears: fc.uniqueArray(cleared, { maxLength: 2 }),
    isUpdate: fc.boolean(),
  })
  .map(({ stated, ...rest }) => {
    const identities: Record<string, string[]> = {};
    for (const [key, field] of stated) identities[key!] = [...new Set([...(identities[key!] ?? []), field!])].sort();
    // One and the same field is not both cleared and filled.
    const clears = rest.clears.filter(
      ({ namespace, field }) => !stated.some(([key, own]) => own === field && namespaceOf(key!) === namespace),
    );
    return { ...rest, identities, clears: rest.isUpdate ? clears : [] };
  });
const history = fc
  .tuple(fc.array(update, { maxLength: 14 }), fc.array(fc.tuple(fc.nat(12), fc.constantFrom('Email:a', 'CRMID:ann'))))
  .map(([updates, logins]) => ({ updates, logins }));
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const orderOf = ({ time, isUpdate, tieBreaker }: Update, i: number): string =>
  `${String(time).padStart(6, '0')} ${isUpdate ? 1 : 0}${isUpdate ? tieBreaker : ''} ${String(i).padStart(4, '0')}`;

/** The entries of link history that folding makes of the records. */
function entriesOf({ updates, logins }: History): Assertion[] {
  const ofUpdates = updates.flatMap((one, i): Assertion[] => {
    const { time, source, person, identities, clears, isUpdate } = one;
    const id = orderOf(one, i);
    const order = isUpdate ? { tieBreaker: id } : {};
    const fields = Object.entries(identities).filter(([, own]) => own.join() !== '');
    const keys = [person, ...Object.keys(identities)];
    const named = { id, time, source, identities: keys, ...order, fields: Object.fromEntries(fields) };
    const clearing = { id: `${id}!`, time, source, identities: [person], ...order, clears };
    return [...(keys.length > 1 ? [named] : []), ...(clears.length > 0 ? [clearing] : [])];
  });
  const all = [...ofUpdates, ...logins.map(([time, key]) => assertion(time, 'ECID:device', key))];
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

/** The graphs from the records themselves, taken in the order of time: each with what later updates have left of it. */
function fromScratch({ updates, logins }: History): string[][] {
  const inOrder = updates
    .map((one, i) => ({ one, order: orderOf(one, i) }))
    .sort((x, y) => (x.order < y.order ? -1 : 1));
  let stated: { readonly source: string; readonly person: string; readonly fields: Map<string, readonly string[]> }[] =
    [];
  for (const { one } of inOrder) {
    const { source, person, clears } = one;
    stated = stated.map((record) => {
      if (record.source !== source || record.person !== person) return record;
      const left = [...record.fields].map(([key, own]) => {
        const kept = own.filter(
          (field) => !clears.some((each) => each.namespace === namespaceOf(key) && each.field === field),
        );
        return [key, kept] as const;
      });
      return { ...record, fields: new Map(left.filter(([, kept]) => kept.length > 0)) };
    });
    stated.push({ source, person, fields: new Map(Object.entries(one.identities)) });
  }
  const groups = [
    ...stated.map(({ person, fields }) => [person, ...fields.keys()]),
    ...logins.map(([, key]) => ['ECID:device', key]),
  ];
  return componentsOf(groups);
}

function componentsOf(groups: readonly (readonly string[])[]): string[][] {
  let graphs: Set<string>[] = [];
  for (const group of groups) {
    const touched = graphs.filter((graph) => group.some((key) => graph.has(key)));
    const joined = new Set([...group, ...touched.flatMap((graph) => [...graph])]);
    graphs = [...graphs.filter((graph) => !touched.includes(graph)), joined];
  }
  const sorted = graphs.filter(({ size }) => size > 1).map((graph) => [...graph].sort());
  return sorted.sort(([x], [y]) => (x! < y! ? -1 : 1));
}

const graphsIn = (known: LinkHistory, rules: LinkingRules, limits: LinkHistoryLimits): readonly (readonly string[])[] =>
  graphsOf(linksOf(known, rules, limits)).map(({ identities }) => identities);
const added = (entries: readonly Assertion[], rules: LinkingRules, limits = all): LinkHistory =>
  addAssertions(NO_LINK_HISTORY, entries, rules, limits).linkHistory;
const oneByOne = (entries: readonly Assertion[], rules: LinkingRules, limits: LinkHistoryLimits): LinkHistory =>
  entries.reduce((known, one) => addAssertions(known, [one], rules, limits).linkHistory, NO_LINK_HISTORY);
const shuffled = <T>(items: readonly T[], numbers: Iterator<number>): T[] =>
  items
    .map((item) => ({ item, at: numbers.next().value as number }))
    .sort((x, y) => x.at - y.at)
    .map(({ item }) => item);

describe('updates that clear identities', () => {
  it('leave the links that the records have, each without what was cleared later, in whatever order they come', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (records, numbers) => {
        const entries = entriesOf(records);
        const known = oneByOne(shuffled([...entries, ...entries], numbers), plain, all);
        expect(graphsIn(known, plain, all)).toEqual(fromScratch(records));
        // Condensed as far as it may be, where all come in order.
        const inOrder = oneByOne(added(entries, plain).assertions, plain, { ...condensed, lateness: 0 });
        expect(graphsIn(inOrder, plain, condensed)).toEqual(fromScratch(records));
      }),
      runs(2, 1_500),
    );
  });

  it('give the same graphs under the linking rules, however they come and wherever they were condensed', () => {
    const rules = linkingRules({ unique: ['CRMID', 'Email'], limit: 4 });
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (records, numbers) => {
        const entries = entriesOf(records);
        const expected = graphsIn(added(entries, rules), rules, all);
        const one = oneByOne(shuffled([...entries, ...entries], numbers), rules, condensed);
        expect(graphsIn(one, rules, condensed)).toEqual(expected);
        const half = entries.filter((_, i) => i % 2 === 0);
        const joined = joinLinkHistories(
          added(half, rules),
          added(
            entries.filter((_, i) => i % 2 === 1),
            rules,
          ),
        );
        expect(graphsIn(joined, rules, all)).toEqual(expected);
      }),
      runs(1, 700),
    );
  });

  it('are gone with their dataset', () => {
    fc.assert(
      fc.property(history, (records) => {
        const known = oneByOne(added(entriesOf(records), plain).assertions, plain, { ...condensed, lateness: 0 });
        const others = { ...records, updates: records.updates.filter(({ source }) => source !== 'crm') };
        expect(graphsIn(withoutSource(known, 'crm'), plain, condensed)).toEqual(fromScratch(others));
      }),
      runs(1, 300),
    );
  });

  it('leave what another dataset asserts, and what was asserted again since', () => {
    const mail = { namespace: 'Email', field: '' };
    const of = (time: number, source: string, id = `${time} ${source}`) => ({
      id,
      time,
      source,
      identities: ['CRMID:ann', 'Email:a'],
    });
    const clearing = { id: 'c', time: 5, source: 'crm', identities: ['CRMID:ann'], clears: [mail] };
    const graphs = (...entries: Assertion[]) => graphsIn(added(entries, plain), plain, all);
    expect(graphs(of(1, 'crm'), clearing)).toEqual([]);
    expect(graphs(of(1, 'crm'), of(2, 'shop'), clearing)).toEqual([['CRMID:ann', 'Email:a']]);
    expect(graphs(clearing, of(6, 'crm'), of(1, 'crm'))).toEqual([['CRMID:ann', 'Email:a']]);
  });
});
