import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#cli/example/random.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { linksOf } from '#core/identity/add-assertions.ts';
import { graphsOf } from '#core/identity/linking-rules.ts';
import { identitiesIn } from '#core/profile/profile-item.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { sortedGraphs } from '#tests/harness/identity-cases.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { ecidOf, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const PEOPLE = 4;
const CASES = outsideData('cases/data');

/** Values that are nobody's address, by the reason that is counted. */
const NOBODYS = {
  'blocked-value': ['n/a', 'N/A', '-', 'NULL', 'unknown', '\\N', '0', 'guest'],
  'not-an-email': ['none@none', 'test@test', 'ann', 'p0@shop.example;p1@shop.example', 'p0 @shop.example'],
} as const;
type Reason = keyof typeof NOBODYS;

const nobodys = fc.oneof(
  ...(Object.keys(NOBODYS) as Reason[]).map((reason) =>
    fc.constantFrom(...NOBODYS[reason]).map((text) => ({ text, reason })),
  ),
);
/** The address of a person, as somebody may write it. */
const spelled = fc.constantFrom<(address: string) => string>(
  (address) => address,
  (address) => address.toUpperCase(),
  (address) => ` ${address}\u00a0`,
  (address) => `mailto:${address}`,
);
const addressOf = (person: number): string => `p${person}@shop.example`;

interface Sent {
  readonly dataset: 'customers' | 'logins';
  readonly person: number;
  readonly device: number;
  /** Nothing, the person's own address, or what names nobody. */
  readonly email?: { readonly text: string; readonly reason?: Reason } | undefined;
  readonly isFiled: boolean;
}

const sent: fc.Arbitrary<Sent> = fc
  .record({
    dataset: fc.constantFrom('customers' as const, 'logins' as const),
    person: fc.nat(PEOPLE - 1),
    device: fc.integer({ min: 1, max: 3 }),
    spell: spelled,
    nobody: fc.option(nobodys, { nil: undefined }),
    hasEmail: fc.boolean(),
    isFiled: fc.boolean(),
  })
  .map(({ spell, nobody, hasEmail, person, ...rest }) => ({
    ...rest,
    person,
    // Every device is of one person: what joins two of them is an address.
    device: person * 3 + rest.device,
    email: nobody ?? (hasEmail ? { text: spell(addressOf(person)) } : undefined),
  }));

describe('values that are nobody’s identity', () => {
  let wiring: Wiring;
  let catalog: CompiledCatalog;
  beforeAll(async () => {
    wiring = readWiring(templatesOf('prod'));
    const definitions = await exampleDefinitions();
    const settings = definitions.identitySettings!;
    // One that nothing of the catalog makes lower case: the normal form of the namespace does.
    const datasets = definitions.datasets.map(({ mapping, ...dataset }) => ({
      ...dataset,
      ...(mapping && { mapping: mapping.map((rule) => ({ ...rule, transform: [] })) }),
    }));
    catalog = compileCatalog({ ...definitions, datasets, identitySettings: { ...settings, blockedValues: ['guest'] } });
  });

  it(
    'join nobody, by stream and by batch, and are counted; addresses join their person, however they are written',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 24 }), fc.integer({ min: 1 }), async (all, seed) => {
          const platform = createPlatform({ wiring, catalog, start: START });
          await send(platform, all, seededRandom(seed).next);
          expect(await platform.quarantined()).toEqual([]);
          const { graphs, stored } = await graphsOn(platform);
          expect(sortedGraphs(graphs)).toEqual(sortedGraphs(expectedGraphs(all)));
          const known = new Set(all.flatMap((each) => identitiesOf(each)));
          expect(stored.filter((key) => !known.has(key))).toEqual([]);
          expect(await omittedOn(platform)).toEqual(expectedOmitted(all));
        }),
        runs(0.1, 25),
      );
    },
    timeout,
  );

  it('are sent to no destination, neither as they are nor hashed; the people are', async () => {
    const definitions = await exampleDefinitions();
    const hashing = compileCatalog({
      ...definitions,
      destinations: definitions.destinations.map((destination) =>
        destination.type === 'http'
          ? { ...destination, identities: ['CRMID', 'Email_LC_SHA256'], segments: ['gold-and-silver'] }
          : destination,
      ),
    });
    const platform = createPlatform({ wiring, catalog: hashing, start: START });
    const values = [...Object.values(NOBODYS).flat(), addressOf(99)];
    const rows = values.map((value, n) => `RB-${n},"${value}",gold,2026-03-01T09:00:00Z`);
    await platform.upload('landing/customers/all.csv', ['crmId,email,tier,updatedAt', ...rows].join('\n'));
    await platform.poller.run();
    const bodies = platform.requests.map(({ request }) => request.body).join('\n');
    for (const value of values.slice(0, -1)) {
      for (const text of [value, value.toLowerCase()]) expect(bodies).not.toContain(hash('sha256', text));
    }
    expect(bodies).toContain(hash('sha256', addressOf(99)));
    const sentTo = (await deliveredTo(platform)).webhook!.filter((member) => member.startsWith('crmid:'));
    expect(sentTo).toHaveLength(values.length);
  });
});

/** Cases of the kind that users have sent; what is expected stands beside them. */
describeOutside(CASES, 'the files of people without identities', () => {
  let wiring: Wiring;
  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });
  const read = (name: string): string => readFileSync(join(CASES.path, name), 'utf8');

  it('of placeholders leave everybody by themselves', async () => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(await exampleDefinitions()), start: START });
    await platform.upload('landing/customers/customers.csv', read('9-placeholders/customers.csv'));
    await platform.upload('landing/web-events/logins.ndjson', read('9-placeholders/logins.ndjson'));
    await platform.poller.run();
    const { graphs, stored } = await graphsOn(platform);
    expect(graphs).toEqual([]);
    expect(stored.filter((key) => key.startsWith('CRMID:'))).toHaveLength(8);
    expect(stored.filter((key) => key.startsWith('ECID:'))).toHaveLength(5);
    expect(stored).toHaveLength(13);
    expect(await omittedOn(platform)).toEqual({ 'blocked-value': 11, 'not-an-email': 2 });
  });

  it('of telephone numbers leave ten people, eight of them with one number', async () => {
    const definitions = await exampleDefinitions();
    const datasets = definitions.datasets.map(({ mapping, ...dataset }) => ({
      ...dataset,
      ...(mapping && {
        mapping: mapping.map((rule) =>
          rule.source === 'phone' ? { ...rule, transform: [], type: 'phone' as const, country: 'DE' } : rule,
        ),
      }),
    }));
    const platform = createPlatform({ wiring, catalog: compileCatalog({ ...definitions, datasets }), start: START });
    await platform.upload('landing/customers/customers.csv', read('13-phones/customers.csv'));
    await platform.poller.run();
    const people = (await allProfiles(platform.stores.profiles, stageSettings(platform.catalog).evaluation)) as {
      view: { mobilePhone?: { number: string } };
    }[];
    const numbers = people.map(({ view }) => view.mobilePhone?.number);
    expect(numbers.filter((number) => number === '+4930123456')).toHaveLength(8);
    expect(numbers.filter((number) => number === undefined)).toHaveLength(2);
    const [batch] = await Array.fromAsync(platform.stores.operations.batches());
    expect(batch).toMatchObject({ status: 'success', counts: { accepted: 10, valuesOmitted: { 'not-a-phone': 2 } } });
  });
});

const identitiesOf = ({ dataset, person, device, email }: Sent): string[] => [
  ...(dataset === 'customers' ? [`CRMID:RB-${person}`] : [`ECID:${ecidOf(device)}`]),
  ...(email && email.reason === undefined ? [`Email:${addressOf(person)}`] : []),
];

/** All of one person that their address connects: a customer, and devices. */
function expectedGraphs(all: readonly Sent[]): string[][] {
  const withAddress = all.filter(({ email }) => email && email.reason === undefined);
  return [...Map.groupBy(withAddress, ({ person }) => person).values()].map((own) => [
    ...new Set(own.flatMap(identitiesOf)),
  ]);
}

function expectedOmitted(all: readonly Sent[]): Record<string, number> {
  const reasons = Map.groupBy(all, ({ email }) => email?.reason);
  return Object.fromEntries([...reasons].flatMap(([reason, of]) => (reason ? [[reason, of.length]] : [])));
}

async function send(platform: Platform, all: readonly Sent[], random: () => number): Promise<void> {
  const files = { customers: [] as string[], logins: [] as string[] };
  const shuffled = all.map((one, n) => ({ one, n, at: random() })).sort((x, y) => x.at - y.at);
  for (const { one, n } of shuffled) {
    const { dataset, email, isFiled } = one;
    const time = new Date(START - 3_600_000 + n * 1_000).toISOString();
    if (isFiled && dataset === 'customers') {
      files.customers.push(`RB-${one.person},"${email?.text ?? ''}",none,${time}`);
      continue;
    }
    const record = dataset === 'customers' ? customer(one, time) : login(one, n, time);
    if (isFiled) files.logins.push(JSON.stringify(record));
    else platform.collect(enveloped(dataset, record), `producer ${n % 3}`);
  }
  const csv = ['crmId,email,tier,updatedAt', ...files.customers].join('\n');
  if (files.customers.length > 0) await platform.upload('landing/customers/all.csv', csv);
  if (files.logins.length > 0) await platform.upload('landing/logins/all.ndjson', files.logins.join('\n'));
  await platform.poller.run();
}

const customer = ({ person, email }: Sent, lastUpdatedDate: string): object => ({
  _riverbend: { crmId: `RB-${person}` },
  ...(email && { personalEmail: { address: email.text } }),
  extSourceSystemAudit: { lastUpdatedDate },
});

const login = ({ device, email }: Sent, n: number, timestamp: string): object => ({
  _id: `login-${n}`,
  timestamp,
  eventType: 'userAccount.login',
  identityMap: { ECID: [{ id: ecidOf(device) }], ...(email && { Email: [{ id: email.text }] }) },
});

async function graphsOn(platform: Platform): Promise<{ graphs: (readonly string[])[]; stored: string[] }> {
  const graphs: (readonly string[])[] = [];
  const stored: string[] = [];
  const { links } = stageSettings(platform.catalog).fold;
  for await (const item of platform.stores.profiles.scan()) {
    graphs.push(...graphsOf(linksOf(item.linkHistory, links)).map(({ identities }) => identities));
    stored.push(...identitiesIn(item));
  }
  return { graphs, stored };
}

/** Values that were counted as omitted, by stream and by batch. */
async function omittedOn({ stores }: Platform): Promise<Record<string, number>> {
  const sum: Record<string, number> = {};
  const batches = await Array.fromAsync(stores.operations.batches());
  const streams = await Array.fromAsync(stores.counts.streams());
  for (const { counts } of [...batches, ...streams]) {
    for (const [reason, count] of Object.entries(counts.identitiesOmitted)) sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}
