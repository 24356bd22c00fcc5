import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '#core/api/management/caller.ts';
import { FAMILIES } from '#core/api/management/families.ts';
import type { ApiRoute } from '#core/api/management/route.ts';
import { createRouter } from '#core/api/management/router.ts';
import { API_ROUTES } from '#core/api/management/table.ts';
import type { PeopleDeps } from '#core/api/people/deps.ts';
import { PEOPLE_ROUTES } from '#core/api/people/routes.ts';
import { mayDoSome } from '#core/callers/caller.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { definitionChanges, definitionsByName } from '#core/catalog/definition-changes.ts';
import type { Kind } from '#core/catalog/loaded.ts';
import { SCOPES, type Scope } from '#core/contract/scopes.ts';
import { attributes, event } from '#tests/harness/core/factories.ts';
import { bodiesOf } from '#tests/harness/management/arbitrary-of.ts';
import { ANYBODY, callOf, createManagement, NOW } from '#tests/harness/management/management.ts';
import { createPeople } from '#tests/harness/management/people.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const CANARY = 'canary-e81b';
const ROUTES: readonly Omit<ApiRoute, 'handle'>[] = [...API_ROUTES, ...PEOPLE_ROUTES].filter(
  ({ summary }) => !summary.startsWith('Not implemented'),
);
const people = createRouter<PeopleDeps>(PEOPLE_ROUTES);

/** Which scopes may have changed a definition of a kind: one of them at least was needed. */
const CHANGED_BY: Readonly<Record<Kind, readonly Scope[]>> = {
  namespaces: ['govern'],
  'identity-settings': ['govern'],
  'evaluation-settings': ['admin'],
  schemas: ['schema:write'],
  'schema-parts': ['schema:write'],
  datasets: ['schema:write'],
  'source-connections': ['admin'],
  datastreams: ['admin'],
  'merge-policies': ['govern'],
  segments: ['audience:write'],
  destinations: ['destination:write', 'activate'],
  activities: ['content:write', 'content:publish'],
  labels: ['govern'],
  policies: ['govern'],
  'consent-policies': ['govern'],
};

const texts = fc.oneof(
  fc.constantFrom('gold-and-silver', 'default', 'webhook', 'customers', 'tenant', 'segments', 'CRMID', 'RB-1', '2026'),
  fc.constantFrom(
    'loyalty.tier = "gold"',
    'loyalty.tier = "gold" or person.name.lastName = "x',
    `person.name.lastName.startsWith("${CANARY.slice(0, 4)}")`,
    'inSegment("gold-and-silver")',
    'exists E from xEvent where E.timestamp occurs <= 3 days before now',
  ),
  fc.constantFrom('__proto__', 'constructor', '../..', '/a~2b', '\u0000', '\ud800', 'eyJhIjoxfQ', '-1', '1e999', ''),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const scope = fc.constantFrom(
  ...Object.entries(SCOPES).map(([name, kind]) => ('isNeeded' in kind && kind.isNeeded ? `${name}:*` : name)),
  'activate:another',
  'ingest:crm',
);
/** Those who may see no value of anybody. */
const caller = fc
  .array(scope, { maxLength: 8 })
  .map((scopes): Caller => ({ ...ANYBODY, scopes: scopes.filter((name) => name !== 'profile:read') }));
const request = fc.constantFrom(...ROUTES).chain((route) =>
  fc.record({
    route: fc.constant(route),
    caller,
    steps: fc.array(texts, { minLength: 3, maxLength: 3 }),
    query: fc.dictionary(
      fc.constantFrom('limit', 'start', 'property', 'orderby', 'dryRun', 'op', 'audience', 'name'),
      texts,
      {
        maxKeys: 2,
      },
    ),
    body: bodiesOf(route.body, texts),
    ifMatch: fc.option(fc.constantFrom('*', '"0000000000000000"', 'W/"x"'), { nil: undefined }),
  }),
);
type Sent = typeof request extends fc.Arbitrary<infer T> ? T : never;

function asCall({ route, steps, query, body, ifMatch }: Sent) {
  let n = 0;
  const path = `${FAMILIES[route.family].base}${route.path}`.replaceAll(/\{\w+\+?\}/g, () =>
    encodeURIComponent(steps[n++]!.toWellFormed()),
  );
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, value.toWellFormed()]);
  const address = pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
  return callOf(route.method, address, body, ifMatch === undefined ? {} : { 'if-match': ifMatch });
}

describe('requests that look right', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await exampleDefinitions();
  });

  it('crash nothing, show nobody to who may see nobody, and change nothing without the scope for it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 25 }), async (requests) => {
        const known = createPeople(catalog);
        await known.ingest([
          attributes(NOW - 1_000, 'CRMID:RB-1', {
            loyalty: { tier: 'gold' },
            person: { name: { lastName: `${CANARY}-name` } },
            personalEmail: { address: `${CANARY}@example.com` },
          }),
          event(NOW - 500, ['CRMID:RB-1', `Email:${CANARY}@example.com`], { _id: 'e', eventType: CANARY }),
        ]);
        const { profiles, timeline, lookups } = known.stores;
        const management = createManagement(catalog, { people: { profiles, timeline, lookups } });
        for (const sent of requests) {
          const call = asCall(sent);
          const before = (await management.definitions.active()).catalog;
          management.actAs(sent.caller);
          const isOfPeople = PEOPLE_ROUTES.some((route) => route === sent.route);
          const answer = isOfPeople
            ? await people.answer(call, { ...known.stores, callers: { callerOf: async () => sent.caller } })
            : await management.answer(call);
          const address = `${call.method} ${call.path}`;
          expect([address, answer.status >= 500 && answer.status !== 501]).toEqual([address, false]);
          expect(JSON.stringify([answer.headers, answer.body]) ?? '').not.toContain(`${CANARY}`);
          const after = (await management.definitions.active()).catalog;
          if (before === after) continue;
          for (const { key } of definitionChanges(definitionsByName(before), definitionsByName(after))) {
            const scopes = CHANGED_BY[key.split('/')[0] as Kind];
            const isAllowed = scopes.some((each) => mayDoSome(sent.caller, each));
            expect([address, key, sent.caller.scopes, isAllowed]).toEqual([address, key, sent.caller.scopes, true]);
          }
        }
      }),
      runs(2, 12),
    );
  });
});
