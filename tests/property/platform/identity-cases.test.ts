import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#cli/example/random.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { linksOf } from '#core/identity/add-assertions.ts';
import { graphsOf } from '#core/identity/linking-rules.ts';
import { simulate, simulationInput } from '#core/identity/simulate.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { AS_WRITTEN, describeIdentityCases, type IdentityCase, sortedGraphs } from '#tests/harness/identity-cases.ts';
import { ecidOf, enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs, timeout } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;

/** The worked cases, sent through the functions as they are deployed: by both endpoints, in any order, some events twice. */
describeIdentityCases('the graphs of the worked cases', (cases) => {
  let definitions: Catalog;
  let wiring: Wiring;
  beforeAll(async () => {
    definitions = await exampleDefinitions();
    wiring = readWiring(templatesOf('prod'));
  });

  const all = cases.flatMap((one) => [1, 2].map((seed) => ({ seed, one, id: one.id, title: one.title })));

  it.each(all)('are the same on the platform: $id: $title, seed $seed', async ({ one, seed }) => {
    const ecids = [...new Set(one.events.flat().filter((key) => key.startsWith('ECID:')))];
    const valid = (key: string): string => (ecids.includes(key) ? `ECID:${ecidOf(ecids.indexOf(key) + 1)}` : key);
    const platform = createPlatform({ wiring, catalog: catalogOf(one, definitions), start: START });
    const random = seededRandom(seed).next;
    await send(
      platform,
      one.events.map((identities, n) => loginOf(identities.map(valid), n)),
      random,
    );
    const graphs = await graphsOn(platform);
    expect(sortedGraphs(graphs)).toEqual(sortedGraphs(one.expectedGraphs.map((graph) => graph.map(valid))));
    expect(sortedGraphs(simulate(simulationInput.parse(one)).graphs)).toEqual(sortedGraphs(one.expectedGraphs));
  });
});

describe('graphs of logins of a few instants', () => {
  const priority = ['CRMID', 'Email', 'loginID', 'ECID'];
  const identity = fc.oneof(
    fc.integer({ min: 1, max: 3 }).map((n) => `ECID:${ecidOf(n)}`),
    fc.constantFrom('CRMID:ann', 'CRMID:bob', 'CRMID:cyd'),
    fc.constantFrom('Email:a@x.org', 'Email:b@x.org', 'loginID:1', 'loginID:2'),
  );
  const logins = fc.array(
    fc.record({
      minute: fc.integer({ min: 0, max: 2 }),
      identities: fc.uniqueArray(identity, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 2, maxLength: 12 },
  );

  it(
    'are those that a simulation says, in whatever order the platform hears of them',
    async () => {
      const definitions = await exampleDefinitions();
      const wiring = readWiring(templatesOf('prod'));
      const settings = { namespacePriority: priority, uniqueNamespaces: ['CRMID', 'Email'] };
      const catalog = catalogOf(settings, definitions);
      await fc.assert(
        fc.asyncProperty(logins, fc.integer({ min: 1 }), async (all, seed) => {
          const platform = createPlatform({ wiring, catalog, start: START });
          await send(
            platform,
            all.map(({ minute, identities }, n) => loginOf(identities, n, minute)),
            seededRandom(seed).next,
          );
          const events = all.map(({ minute, identities }) => ({ at: minute, identities }));
          const { graphs } = simulate(simulationInput.parse({ ...settings, events }));
          expect(sortedGraphs(await graphsOn(platform))).toEqual(sortedGraphs(graphs));
        }),
        runs(0.1, 20),
      );
    },
    timeout,
  );
});

type Platform = ReturnType<typeof createPlatform>;

/** By both endpoints, in any order, some twice. */
async function send(platform: Platform, logins: readonly object[], random: () => number): Promise<void> {
  const sent = logins.flatMap((login) => (random() < 0.3 ? [login, login] : [login]));
  const shuffled = sent.map((login) => ({ login, at: random() })).sort((x, y) => x.at - y.at);
  const filed: object[] = [];
  for (const { login } of shuffled) {
    if (random() < 0.4) filed.push(login);
    else platform.collect(enveloped('logins', login), `producer ${Math.floor(random() * 3)}`);
  }
  if (filed.length > 0) {
    await platform.upload('landing/logins/logins.ndjson', filed.map((login) => JSON.stringify(login)).join('\n'));
  }
  await platform.poller.run();
  expect(await platform.quarantined()).toEqual([]);
}

async function graphsOn(platform: Platform): Promise<(readonly string[])[]> {
  const graphs: (readonly string[])[] = [];
  const { links } = stageSettings(platform.catalog).fold;
  for await (const { linkHistory } of platform.stores.profiles.scan()) {
    graphs.push(...graphsOf(linksOf(linkHistory, links)).map(({ identities }) => identities));
  }
  return graphs;
}

/** @param minute of the hour before the start */
const loginOf = (identities: readonly string[], n: number, minute = n): object => {
  const byNamespace = Map.groupBy(identities.map(parseIdentityKey), ({ namespace }) => namespace);
  return {
    _id: `login-${n}`,
    timestamp: new Date(START - 60 * MINUTE + minute * MINUTE).toISOString(),
    eventType: 'userAccount.login',
    identityMap: Object.fromEntries(
      [...byNamespace].map(([code, of]) => [code, of.map(({ value }) => ({ id: value }))]),
    ),
  };
};

function catalogOf(
  { namespacePriority, uniqueNamespaces }: Pick<IdentityCase, 'namespacePriority' | 'uniqueNamespaces'>,
  definitions: Catalog,
) {
  const own = ['loginID', 'CChash'].map((code) => ({ code, idType: 'CROSS_DEVICE' as const }));
  return compileCatalog({
    ...definitions,
    namespaces: [...definitions.namespaces, ...own],
    identitySettings: {
      namespacePriority: [...namespacePriority],
      uniqueNamespaces: [...uniqueNamespaces],
      blockedNamespaces: [],
      namespaces: AS_WRITTEN,
    },
  });
}
