import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { consentPolicyDefinition } from '#core/governance/definition.ts';
import { deliveredTo } from '#tests/harness/platform/delivered.ts';
import { addToCart, ecidOf, enveloped, logIn, seenIn } from '#tests/harness/platform/example.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;
const SEGMENT = 'cart-abandoners';

/** From a record about consent to what destinations know, through the functions as production wires them. */
describe('a consent', () => {
  let example: Catalog;
  let wiring: Wiring;

  beforeAll(async () => {
    example = await loadCatalogFolder(join(import.meta.dirname, '..', '..', '..', 'catalog'), {});
    wiring = readWiring(templatesOf('prod'));
  });

  const ask = consentPolicyDefinition.parse({ id: 'ask-first', channel: 'email' });
  const customer = (val: string, at: number): string =>
    enveloped('customers', {
      _riverbend: { crmId: 'RB-1' },
      consents: { marketing: { email: { val } } },
      extSourceSystemAudit: { lastUpdatedDate: new Date(at).toISOString() },
    });
  const members = async (platform: Platform): Promise<string[]> =>
    Object.values(await deliveredTo(platform))
      .flat()
      .filter((lastRouted) => lastRouted.endsWith(SEGMENT));
  const send = async (platform: Platform, at: number, ...messages: readonly string[]): Promise<void> => {
    platform.poller.clock.advanceTo(at);
    for (const message of messages) platform.collect(message);
    await platform.poller.run({ until: at + HOUR / 2 });
  };

  it('opens every destination, and its withdrawal closes them again, edge and hub included', async () => {
    const catalog = compileCatalog({ ...example, consentPolicies: [ask] });
    const platform = createPlatform({ wiring, catalog, start: START });
    await send(
      platform,
      START,
      enveloped('regions', seenIn(1, START - HOUR)),
      enveloped('web-events', addToCart(1, START - 2 * HOUR)),
      enveloped('logins', logIn(1, START - HOUR)),
    );
    expect(await members(platform)).toEqual([]);

    await send(platform, START + HOUR, customer('y', START + HOUR));
    expect(await members(platform)).toEqual([`crmid:RB-1 ${SEGMENT}`, `${ecidOf(1)} ${SEGMENT}`]);

    await send(platform, START + 2 * HOUR, customer('n', START + 2 * HOUR));
    expect(await members(platform)).toEqual([]);
    const signals = platform.requests.flatMap(({ request }) => [...new URLSearchParams(request.body)]);
    expect(signals).toContainEqual(['c_segID_exit', SEGMENT]);
    const deliveryStates = await Array.fromAsync(platform.stores.deliveryStates.scan());
    expect(
      deliveryStates.flatMap(({ destinations }) => destinations.webhook?.excluded['consent:ask-first'] ?? []),
    ).toContain(`CRMID:RB-1|${SEGMENT}`);
  });

  it('is not asked where the catalog has no policy about it', async () => {
    const platform = createPlatform({ wiring, catalog: compileCatalog(example), start: START });
    await send(
      platform,
      START,
      customer('n', START - HOUR),
      enveloped('web-events', addToCart(1, START - 2 * HOUR)),
      enveloped('logins', logIn(1, START - HOUR)),
    );
    expect(await members(platform)).toContain(`crmid:RB-1 ${SEGMENT}`);
  });

  it('is asked of everybody by the next batch evaluation when the policy is new', async () => {
    const open = compileCatalog(example);
    const asking = compileCatalog({ ...example, consentPolicies: [ask] });
    const platform = createPlatform({ wiring, catalog: open, start: START });
    await send(
      platform,
      START,
      enveloped('web-events', addToCart(1, START - 2 * HOUR)),
      enveloped('logins', logIn(1, START - HOUR)),
    );
    expect(await members(platform)).toContain(`crmid:RB-1 ${SEGMENT}`);
    platform.apply(asking);
    await platform.schedules.evaluateBatch();
    await send(platform, START + HOUR);
    expect(await members(platform)).toEqual([]);
  });
});
