import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { vendor as brazeVendor } from '#cli/local/vendors/braze.ts';
import { destinationDefinition } from '#core/activation/definition.ts';
import type { BrazeDestination } from '#core/activation/destinations/braze/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import type { Receipt } from '#core/privacy/receipt.ts';
import { addToCart, enveloped, exampleCatalog, logIn } from '#tests/harness/platform/example.ts';
import { createPlatform } from '#tests/harness/platform/platform.ts';
import { findIn } from '#tests/harness/platform/search.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Stores of which a receipt says that they are empty at a later date. */
const LATER = /^(landing|exports|delivery state|queue|dead letters)/;

type Line = (pass: () => HttpOutcome) => HttpOutcome;
const FAULTS: Readonly<Record<string, Line>> = {
  before: () => ({ kind: 'response', status: 503, body: '' }),
  after: (pass) => {
    pass();
    return { kind: 'timeout' };
  },
  limit: () => ({ kind: 'response', status: 429, retryAfterMs: 5_000, body: '' }),
  broken: () => ({ kind: 'network', code: 'ECONNRESET' }),
};

describe('a deletion that a vendor has a call for', () => {
  let catalog: CompiledCatalog;
  let wiring: Wiring;
  let destination: BrazeDestination;

  beforeAll(async () => {
    const example = await exampleCatalog();
    const { segments } = example.destinations.get('webhook')!;
    destination = destinationDefinition.parse({
      id: 'webhook',
      type: 'braze',
      url: 'https://rest.example.com',
      segments,
      identities: { externalId: ['CRMID'] },
      createsUsers: true,
    }) as BrazeDestination;
    catalog = { ...example, destinations: new Map([...example.destinations, ['webhook', destination]]) };
    wiring = readWiring(templatesOf('prod'));
  });

  /** Two people are sent to the vendor; then one of them is deleted, while the line to the vendor does as it is told. */
  async function erased(lineOf: (request: HttpRequest) => Line | undefined) {
    const vendor = brazeVendor({
      now: () => START,
      destination,
      secret: { bearerToken: 'token' },
      takesToken: () => false,
      invalid: new Set(),
      segmentOf: (name) => name,
      lasting: (ms) => ms,
    });
    let isAsked = false;
    const answer = (request: HttpRequest): HttpOutcome => {
      if (!request.url.startsWith(destination.url)) return { kind: 'response', status: 200, body: '{}' };
      const line = isAsked ? lineOf(request) : undefined;
      return line ? line(() => vendor.answer(request)) : vendor.answer(request);
    };
    const platform = createPlatform({ wiring, catalog, start: START, answer });
    for (const n of [1, 2]) {
      platform.collect(enveloped('web-events', addToCart(n, START - 60 * MINUTE)));
      platform.collect(enveloped('logins', logIn(n, START - 60 * MINUTE)));
    }
    const rows = [1, 2].map((n) => `RB-${n},p${n}@example.com,gold,2026-01-01T00:00:00Z\n`).join('');
    await platform.upload('landing/customers/people.csv', `crmId,email,tier,updatedAt\n${rows}`);
    await platform.poller.run({ until: START + 10 * MINUTE });
    expect(vendor.people!()).toEqual(new Set(['RB-1', 'RB-2']));
    isAsked = true;
    const asked = platform.poller.clock.now();
    await platform.schedules.erasePerson({ requestId: 'request-1', identity: 'CRMID:RB-1', reason: 'asked' });
    const { receipt } = (await platform.erased())['request-1']!;
    const left = (await findIn(platform, ['RB-1', 'p1@example.com'])).filter((found) => !LATER.test(found));
    const took = Date.parse(receipt.deletedAt) - asked;
    return { platform, vendor, outcome: outcomeIn(receipt), left, took };
  }

  const outcomeIn = ({ destinations }: Receipt): string => destinations.find(({ id }) => id === 'webhook')!.outcome;
  const isDeletion = ({ url }: HttpRequest): boolean => url.endsWith('/users/delete');

  it('is passed to it behind everything else, and stands in the receipt', async () => {
    const { platform, vendor, outcome, left } = await erased(() => undefined);
    expect([outcome, left]).toEqual(['erased', []]);
    expect(vendor.people!()).toEqual(new Set(['RB-2']));
    const about = platform.requests
      .filter(({ request }) => request.body.includes('RB-1'))
      .map(({ request }) => request);
    expect(about.map(isDeletion)).toEqual([...about.slice(1).map(() => false), true]);
    expect(about.at(-1)!.body).toBe('{"external_ids":["RB-1"]}');
  });

  it('is said to have failed where the vendor does not take it for three days; everything of ours is gone', async () => {
    const rejected: Line = () => ({ kind: 'response', status: 400, body: '{"message":"no"}' });
    const { vendor, outcome, left, took } = await erased((request) => (isDeletion(request) ? rejected : undefined));
    expect([outcome, left]).toEqual(['failed', []]);
    expect(took).toBeGreaterThanOrEqual(3 * DAY);
    expect(vendor.people!()).toContain('RB-1');
  });

  it('is never said to be done before the vendor has done it, whatever the line does', async () => {
    const fault = fc.option(fc.constantFrom(...Object.keys(FAULTS)), { freq: 3, nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 8 }), async (planned) => {
        const coming = [...planned];
        const { vendor, outcome, left } = await erased(() => FAULTS[coming.shift() ?? '']);
        expect(left).toEqual([]);
        expect(['erased', 'failed']).toContain(outcome);
        if (outcome === 'erased') expect(vendor.people!()).toEqual(new Set(['RB-2']));
        // Two faults at most hit one message of three attempts, unless more were planned.
        if (planned.filter((each) => each !== undefined && each !== 'limit').length < 3) expect(outcome).toBe('erased');
      }),
      runs(0.05, 6),
    );
  });
});
