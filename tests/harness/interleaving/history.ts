import fc from 'fast-check';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { unlink } from '#core/profile/links/unlink.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import type { Platform } from '#tests/harness/platform/platform.ts';
import type { StreamingProfileStore } from '#tests/harness/platform/stores.ts';
import type { Variant } from './company.ts';
import type { Command } from './interleaver.ts';

/** What happens to the company. Customers and devices are numbers, so that the same ones meet again. */
export type Happening =
  | {
      readonly what: 'event';
      readonly type: string;
      readonly customer?: number;
      readonly device?: number;
      /** Whether it is so old that it expires soon after it has come. */
      readonly isOld?: boolean;
    }
  | {
      readonly what: 'login';
      readonly customer: number;
      readonly device: number;
      readonly withEmail: boolean;
      /** Whether it is another address than the one of the beginning. */
      readonly isNewEmail?: boolean;
    }
  | {
      readonly what: 'customer';
      readonly customer: number;
      readonly tier?: string;
      readonly level?: string;
      readonly says: 'yes' | 'no' | 'out';
    }
  | {
      readonly what: 'update';
      readonly customer: number;
      /** Whether the customer gets an address, or loses the one that earlier updates have said. */
      readonly hasEmail: boolean;
      /** Null takes the value away. */
      readonly tier?: string | null;
      readonly level?: string | null;
    }
  | { readonly what: 'region'; readonly device: number; readonly region: string }
  | { readonly what: 'unlink'; readonly customer: number; readonly device: number }
  | { readonly what: 'erase'; readonly customer?: number; readonly device?: number }
  | { readonly what: 'reevaluate-due' | 'batch' | 'export' | 'expire' | 'pass' }
  | { readonly what: 'catalog'; readonly variant: Variant };

export interface Moment {
  /** Milliseconds since the one before. */
  readonly gap: number;
  readonly happening: Happening;
}

const customer = fc.integer({ min: 1, max: 3 });
const device = fc.integer({ min: 1, max: 4 });
const type = fc.constantFrom('view', 'vip', 'buy');

const isOld = fc.constantFrom(false, false, false, true);
const event: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constant('event' as const), type, customer, isOld }),
  fc.record({ what: fc.constant('event' as const), type, device, isOld }),
);
const login = fc.record({
  what: fc.constant('login' as const),
  customer,
  device,
  withEmail: fc.boolean(),
  isNewEmail: fc.boolean(),
});
const region = fc.record({ what: fc.constant('region' as const), device, region: fc.constantFrom('VA6', 'OR2') });

const record: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: event },
  { weight: 6, arbitrary: login },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        what: fc.constant('customer' as const),
        customer,
        tier: fc.constantFrom('gold', 'none'),
        level: fc.constant('known'),
        says: fc.constantFrom('yes' as const, 'yes' as const, 'no' as const, 'out' as const),
      },
      { requiredKeys: ['what', 'customer', 'says'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        what: fc.constant('update' as const),
        customer,
        hasEmail: fc.boolean(),
        tier: fc.constantFrom('gold', null),
        level: fc.constantFrom('known', null),
      },
      { requiredKeys: ['what', 'customer', 'hasEmail'] },
    ),
  },
  { weight: 1, arbitrary: region },
);

const variant: fc.Arbitrary<Variant> = fc.record({
  stitched: fc.constantFrom(true, true, false),
  off: fc.subarray(['webhook', 'rows', 'devices'], { maxLength: 1 }),
  unused: fc.subarray(['stranger', 'keen', 'apart'], { maxLength: 1 }),
  newestEmail: fc.boolean(),
});

const steering: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('catalog' as const), variant }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('unlink' as const), customer, device }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('erase' as const), customer }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('erase' as const), device }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'reevaluate-due' as const,
        'batch' as const,
        'export' as const,
        'expire' as const,
        'pass' as const,
      ),
    }),
  },
);

const moments = (min: number, max: number, gap: fc.Arbitrary<number>, happening: fc.Arbitrary<Happening>) =>
  fc.array(fc.record({ gap, happening }), { minLength: min, maxLength: max });

const seconds = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most * 1_000 });

/**
 * People and devices that are known apart, for long enough that every destination was told; then they meet, and much
 * happens within seconds. Items of profiles are only ever joined, so it begins again with others who are still apart.
 */
const scene: fc.Arbitrary<readonly Moment[]> = fc
  .tuple(
    moments(1, 4, seconds(5), fc.oneof({ weight: 4, arbitrary: event }, { weight: 1, arbitrary: region })),
    fc.oneof(seconds(5), fc.integer({ min: 15_000, max: 45_000 })),
    moments(1, 7, seconds(5), fc.oneof({ weight: 4, arbitrary: record }, { weight: 1, arbitrary: steering })),
  )
  .map(([apart, rest, meeting]) => [...apart, ...meeting.map((one, i) => (i > 0 ? one : { ...one, gap: rest }))]);

export const history: fc.Arbitrary<readonly Moment[]> = fc
  .array(scene, { minLength: 1, maxLength: 3 })
  .map((scenes) => scenes.flat());

const HOUR = 3_600_000;
/** How long ago something old has happened: it expires within half a minute. */
const OLD_MS = 24 * HOUR - 30_000;
const crmId = (n: number): string => `c${n}`;
const ecid = (n: number): string => String(n).padStart(38, '0');
const email = (n: number, isNew = false): string => (isNew ? `${n}e`.repeat(32) : String(n).repeat(64));
const ids = (of: Readonly<Record<string, string | undefined>>): object =>
  Object.fromEntries(
    Object.entries(of).flatMap(([namespace, id]) => (id === undefined ? [] : [[namespace, [{ id }]]])),
  );

/** What the world can do to a platform. */
export interface World {
  readonly platform: Platform;
  /** The store of profiles as a command sees it. */
  readonly profiles: StreamingProfileStore;
  /** Puts another catalog into effect, and has all profiles evaluated under it. */
  apply(variant: Variant): Promise<unknown>;
}

/** The commands of a history, from an instant on. */
export function commandsOf(moments: readonly Moment[], start: number, world: World): Command[] {
  let at = start;
  return moments.map(({ gap: passed, happening }, index) => {
    at += passed;
    return { at, name: happening.what, run: () => happen(happening, index, world) };
  });
}

function happen(happening: Happening, index: number, { platform, profiles, apply }: World): unknown {
  const { schedules } = platform;
  const { now } = platform.poller.clock;
  const send = (eventType: string, identityMap: object, age = 0): void => {
    const timestamp = new Date(now() - age).toISOString();
    platform.collect(
      enveloped('events', { _id: `e${index}`, timestamp, eventType, identityMap }),
      `producer ${index % 3}`,
    );
  };
  switch (happening.what) {
    case 'event': {
      const { type: eventType, customer: c, device: d, isOld: old } = happening;
      const who = ids({ CRMID: c === undefined ? c : crmId(c), ECID: d === undefined ? d : ecid(d) });
      return send(eventType, who, old ? OLD_MS : 0);
    }
    case 'login': {
      const { customer: c, device: d, withEmail, isNewEmail } = happening;
      const address = withEmail ? email(c, isNewEmail) : undefined;
      return send('login', ids({ CRMID: crmId(c), Email_LC_SHA256: address, ECID: ecid(d) }));
    }
    case 'customer': {
      const { customer: c, tier, level, says } = happening;
      const lastRouted = {
        identityMap: ids({ CRMID: crmId(c) }),
        ...(tier !== undefined && { tier }),
        ...(level !== undefined && { level }),
        privacyOptOuts: { general_opt_out: says === 'out' ? 'out' : 'in' },
        consents: { marketing: { email: { val: says === 'no' ? 'n' : 'y' } } },
      };
      return platform.collect(enveloped('customers', lastRouted), `producer ${index % 3}`);
    }
    case 'update': {
      const { customer: c, hasEmail, tier, level } = happening;
      const xdmEntity = {
        identityMap: { ...ids({ CRMID: crmId(c) }), Email_LC_SHA256: hasEmail ? [{ id: email(c) }] : null },
        ...(tier !== undefined && { tier }),
        ...(level !== undefined && { level }),
      };
      const header = { datasetId: 'customers', operations: { data: 'merge' } };
      return platform.collect(JSON.stringify({ header, body: { xdmEntity } }), `producer ${index % 3}`);
    }
    case 'region': {
      const captureTimestamp = new Date(now() - HOUR).toISOString();
      const seen = { [happening.region]: { captureTimestamp } };
      const lastRouted = { identityMap: ids({ ECID: ecid(happening.device) }), userActivityRegions: seen };
      return platform.collect(enveloped('regions', lastRouted), `producer ${index % 3}`);
    }
    case 'unlink': {
      const rules = stageSettings(platform.catalog).fold.links;
      const deps = { profiles, rules, now, backoff: async () => {} };
      const unlinking = { who: 'support', reason: 'not theirs' };
      return unlink(`CRMID:${crmId(happening.customer)}`, `ECID:${ecid(happening.device)}`, unlinking, deps);
    }
    case 'erase': {
      const { customer: c, device: d } = happening;
      const identity = c === undefined ? `ECID:${ecid(d!)}` : `CRMID:${crmId(c)}`;
      return schedules.erasePerson({ requestId: `request ${index}`, identity });
    }
    case 'reevaluate-due':
      return schedules.reevaluateDue();
    case 'expire':
      return schedules.startExpiry();
    case 'pass':
      return schedules.erase();
    case 'batch':
      return schedules.startEvaluation();
    case 'export':
      return schedules.exportFiles({ force: true });
    case 'catalog':
      return apply(happening.variant);
  }
}
