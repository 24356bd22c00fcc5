import { beforeAll, describe, expect, it } from 'vitest';
import { printCatalogPlan } from '#cli/report/print-catalog-plan.ts';
import type { StageStores } from '#cli/stage/stores.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { planCatalog } from '#core/catalog/plan.ts';
import { cellsOf } from '#tests/harness/core/rows.ts';
import { enveloped, exampleDefinitions } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { readWiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const TIERS = ['gold', 'silver', 'gold', 'none'];

describe('the plan of a catalog', () => {
  let active: Catalog;
  beforeAll(async () => {
    const { destinations, ...rest } = await exampleDefinitions();
    active = { ...rest, destinations: destinations.filter(({ id }) => id !== 'crm-export') };
  });

  /** A stage that has taken in four customers under the active catalog, and told its destinations of them. */
  async function stage() {
    const catalog = compileCatalog(active);
    const platform = createPlatform({ wiring: readWiring(templatesOf('prod')), catalog, start: NOW });
    for (const [n, tier] of TIERS.entries()) {
      const cells = {
        crmId: `RB-${n}`,
        email: n === 0 ? '' : `p${n}@example.com`,
        tier,
        updatedAt: '2026-02-01T00:00:00Z',
      };
      const mapped = catalog.datasets.get('customers')!.mapRow(...cellsOf(cells)) as { value: object };
      platform.collect(enveloped('customers', mapped.value));
    }
    await platform.poller.run();
    const stores = platform.stores as unknown as StageStores;
    return {
      plan: (next: Catalog) => planCatalog(next, { active: catalog, before: active }, stores, NOW),
    };
  }

  const webhook = () => active.destinations.find(({ id }) => id === 'webhook')!;
  const exported = async () => (await exampleDefinitions()).destinations.find(({ id }) => id === 'crm-export')!;

  it('says who is sent to a new destination, and why others are not', async () => {
    const { plan } = await stage();
    const byEmail = { ...webhook(), id: 'mail', segments: ['gold-and-silver'], identities: ['Email'] } as ReturnType<
      typeof webhook
    >;
    const planned = await plan({ ...active, destinations: [...active.destinations, await exported(), byEmail] });
    expect(planned.destinations).toEqual([
      {
        id: 'crm-export',
        type: 's3-file',
        change: 'new',
        audiences: { 'gold-and-silver': { entries: 3, exits: 0 } },
        excluded: {},
      },
      {
        id: 'mail',
        type: 'http',
        change: 'new',
        audiences: { 'gold-and-silver': { entries: 2, exits: 0 } },
        excluded: { noAcceptedIdentity: 1 },
      },
    ]);
    const text = printCatalogPlan(planned);
    expect(text).toMatch(/crm-export +s3-file +new +gold-and-silver +3 +0/);
    expect(text).toMatch(/mail +http +new +gold-and-silver +2 +0 +noAcceptedIdentity 1/);
  });

  it('says who leaves an edited destination and enters it, and nothing of those that stay as they are', async () => {
    const { plan } = await stage();
    const both = { ...active, destinations: [...active.destinations, await exported()] };
    expect((await plan(active)).destinations).toEqual([]);
    const other = { ...webhook(), segments: ['gold-and-silver'] };
    const planned = await plan({ ...both, destinations: [other] });
    expect(planned.destinations.map(({ id, change }) => [id, change])).toEqual([
      ['audience-manager', 'removed'],
      ['webhook', 'changed'],
    ]);
    expect(planned.destinations[1]!.audiences).toEqual({ 'gold-and-silver': { entries: 3, exits: 0 } });
    expect(printCatalogPlan(planned)).toContain('A removed destination is sent nothing any more');
  });

  it('says which activities are new, edited or gone, whom they are for and where they are shown', async () => {
    const { plan } = await stage();
    const [banner, tip] = ['gold-banner', 'tent-tip'].map((id) => active.activities!.find((one) => one.id === id));
    const others = active.activities!.filter((one) => one !== banner && one !== tip);
    const edited = { ...banner!, priority: 3, audience: 'cart-abandoners' };
    const added = { ...tip!, id: 'added', audience: undefined, surfaces: ['web://www.shop.example/'] };
    const planned = await plan({ ...active, activities: [edited, added, ...others] as Catalog['activities'] & object });
    const state = 'published';
    expect(planned.activities).toEqual([
      { id: 'added', change: 'new', lifecycleState: state, places: ['home-hero', 'web://www.shop.example/'], keys: [] },
      {
        ...{ id: 'gold-banner', change: 'changed', lifecycleState: state, audience: 'cart-abandoners' },
        ...{ places: ['__view__'], keys: ['audience', 'priority'] },
      },
      {
        ...{ id: 'tent-tip', change: 'removed', lifecycleState: state, audience: 'interested-in-tents' },
        ...{ places: ['home-hero'], keys: [] },
      },
    ]);
    const rows = printCatalogPlan(planned)
      .split('\n')
      .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
    expect(rows).toContain('gold-banner | changed | published | cart-abandoners | __view__ | audience, priority');
    expect((await plan(active)).activities).toEqual([]);
  });

  it('says which schemas are new, gone or changed, with their new fields', async () => {
    const { plan } = await stage();
    const customers = active.schemas.find(({ $id }) => $id.endsWith('/customers'))!;
    const loyalty = customers.properties.loyalty as { properties: object };
    const grown = {
      ...customers,
      properties: {
        ...customers.properties,
        shoeSize: { type: 'number' },
        loyalty: { ...loyalty, properties: { ...loyalty.properties, since: { type: 'string' } } },
      },
    };
    const fresh = { ...customers, $id: 'https://riverbend.example/schemas/fresh' };
    const schemas = [...active.schemas.map((one) => (one === customers ? grown : one)), fresh];
    const planned = await plan({ ...active, schemas });
    expect(planned.schemas).toEqual([
      { schema: customers.$id, change: 'changed', added: ['/loyalty/since', '/shoeSize'], omitted: 0 },
      { schema: fresh.$id, change: 'new', added: [], omitted: 0 },
    ]);
    expect(planned.breaking).toEqual([]);
    expect(printCatalogPlan(planned)).toMatch(/customers +changed +new: \/loyalty\/since, \/shoeSize/);
    const narrowed = { ...customers, title: 'Other' };
    const same = await plan({ ...active, schemas: active.schemas.map((one) => (one === customers ? narrowed : one)) });
    expect(printCatalogPlan(same)).toMatch(/customers +changed +no new fields, other rules or descriptors/);
  });
});
