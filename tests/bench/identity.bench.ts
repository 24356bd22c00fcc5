import { meteredProfiles, meteredTimeline, TableMeter } from '#cli/replay/cost/metered-stores.ts';
import { table } from '#cli/report/table.ts';
import { noUsage } from '#core/cost/usage.ts';
import { addAssertions, joinLinkHistories, linksOf } from '#core/identity/add-assertions.ts';
import { type LinkHistory, NO_LINK_HISTORY } from '#core/identity/link-history.ts';
import { type Assertion, graphsOf } from '#core/identity/linking-rules.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { assertion, ecid, event, foldSettings, linkingRules } from '#tests/harness/core/factories.ts';
import { runsPerSecond } from './measure.ts';

/**
 * Identity: links a second on one core, from an assertion to the graphs after it, and what a record asks of the tables,
 * one record a batch. The people are invented: each has a customer number, an e-mail address and three devices.
 */

const HOUR = 3_600_000;
const rules = linkingRules();
const MS = 1_500;

const person = (n: number): readonly string[] => [`CRMID:${n}`, `Email:${n}@example.com`, ecid(3 * n), ecid(3 * n + 1)];
const graphsAfter = (linkHistory: LinkHistory): number => graphsOf(linksOf(linkHistory, rules)).length;
const pairs = ({ identities }: Assertion): number => (identities.length * (identities.length - 1)) / 2;

/** A person who has logged in every hour for two weeks: much is kept, for any of it may turn out to be in the wrong order. */
const idlePerson = (): LinkHistory => {
  const hours = Array.from({ length: 14 * 24 }, (_, n) => n);
  return hours.reduce((known, n) => addAssertions(known, [login(0, n)], rules).linkHistory, NO_LINK_HISTORY);
};

/** The person logs in on one of their devices. */
const login = (n: number, hour: number): Assertion => assertion(hour * HOUR, `CRMID:${n}`, ecid(3 * n + (hour % 3)));

/** Each gives a run that takes one assertion in, and how many links that names. */
const SCENARIOS: Readonly<Record<string, () => { readonly links: number; run(): void }>> = {
  'new identities': () => {
    let n = 0;
    const one = (): Assertion => assertion(n * HOUR, ...person(n++));
    return {
      links: pairs(one()),
      run: () => void graphsAfter(addAssertions(NO_LINK_HISTORY, [one()], rules).linkHistory),
    };
  },
  'known identities': () => {
    let linkHistory = idlePerson();
    let hour = 14 * 24;
    const run = (): void => {
      linkHistory = addAssertions(linkHistory, [login(0, hour++)], rules).linkHistory;
      graphsAfter(linkHistory);
    };
    return { links: 1, run };
  },
  'known identities, item read anew': () => {
    const linkHistory = idlePerson();
    let hour = 14 * 24;
    return {
      links: 1,
      run: () => void graphsAfter(addAssertions({ ...linkHistory }, [login(0, hour++)], rules).linkHistory),
    };
  },
  merges: () => {
    const side = (n: number): LinkHistory =>
      addAssertions(NO_LINK_HISTORY, [assertion(1, `Email:${n}@x.org`, ecid(n), `IDFA:${n}`)], rules).linkHistory;
    const [left, right] = [side(1), side(2)];
    const bridge = assertion(2 * HOUR, 'Email:1@x.org', 'Email:2@x.org');
    return {
      links: 1,
      run: () => void graphsAfter(addAssertions(joinLinkHistories(left, right), [bridge], rules).linkHistory),
    };
  },
  'splits (a shared tablet)': () => {
    let linkHistory = addAssertions(
      NO_LINK_HISTORY,
      [assertion(0, ...person(0)), assertion(0, ...person(1))],
      rules,
    ).linkHistory;
    let hour = 1;
    const run = (): void => {
      linkHistory = addAssertions(
        linkHistory,
        [assertion(hour * HOUR, `CRMID:${hour++ % 2}`, ecid(99))],
        rules,
      ).linkHistory;
      graphsAfter(linkHistory);
    };
    return { links: 1, run };
  },
};

/** Records, those that only prepare apart; each is a batch of its own. */
const STORED: Readonly<
  Record<string, (n: number) => readonly [prepare: readonly string[][], then: readonly string[]]>
> = {
  'new visitor': (n) => [[], [ecid(n)]],
  'new identities': (n) => [[], [`CRMID:${n}`, ecid(n)]],
  'known identities': (n) => [[[`CRMID:${n}`, ecid(n)]], [`CRMID:${n}`, ecid(n)]],
  'known, one identity': (n) => [[[`CRMID:${n}`, ecid(n)]], [ecid(n)]],
  merges: (n) => [
    [
      [`CRMID:${n}`, ecid(3 * n)],
      [`Email:${n}@example.com`, ecid(3 * n + 1)],
    ],
    [`CRMID:${n}`, `Email:${n}@example.com`],
  ],
  splits: (n) => [
    [
      [`CRMID:${2 * n}`, ecid(n)],
      [`CRMID:${2 * n + 1}`, ecid(n)],
    ],
    [`CRMID:${2 * n}`, ecid(n)],
  ],
};
const PEOPLE = 200;

async function perRecord(name: string): Promise<readonly (string | number)[]> {
  const usage = noUsage();
  const meter = new TableMeter(usage);
  const profiles = meteredProfiles(new MemoryProfileStore(), meter, () => {});
  const timeline = meteredTimeline(new MemoryTimeline(), meter, () => {});
  const deps = { profiles, timeline, settings: foldSettings(), backoff: async () => {} };
  const counted = noUsage();
  let time = Date.parse('2026-01-01T00:00:00Z');
  const eventOf = (keys: readonly string[], page: number) => {
    time += HOUR;
    return event(time, keys, { page });
  };
  for (let n = 0; n < PEOPLE; n++) {
    const [prepare, then] = STORED[name]!(n);
    for (const keys of prepare) await stitch([eventOf(keys, n)], deps);
    const before = { ...usage };
    await stitch([eventOf(then, n)], deps);
    for (const key of ['reads', 'writes', 'readUnits', 'writeUnits'] as const) counted[key] += usage[key] - before[key];
  }
  const each = (amount: number): string => (amount / PEOPLE).toFixed(2).padStart(8);
  return [name, each(counted.reads), each(counted.writes), each(counted.readUnits), each(counted.writeUnits)];
}

const rates = Object.entries(SCENARIOS).map(([name, scenario]) => {
  const { links, run } = scenario();
  const assertions = runsPerSecond(MS, run);
  return [name, Math.round(assertions * links), Math.round(assertions)];
});
console.log('\nLinks a second, one core: from an assertion to the graphs after it\n');
console.log(table(['assertions of', 'links/s', 'assertions/s'], rates));

const stored = [];
for (const name of Object.keys(STORED)) stored.push(await perRecord(name));
console.log('\nWhat a record asks of the tables, timeline included, alone in its batch\n');
console.log(table(['records of', '   reads', '  writes', 'read units', 'write units'], stored));
