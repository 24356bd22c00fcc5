import { type Random, seededRandom } from '#cli/example/random.ts';

/**
 * Web events of an invented outfitter, the same each time, for where the real ones are absent: as many events, devices,
 * visits and bytes, and what the segments of the benches ask for in as many of them. Rates on them are near those on the
 * real ones, and are not the same.
 */
const EVENTS = 23_000;
const DEVICES = 930;
const START = Date.parse('2025-11-01T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 40;
const VISITS = 2_150;
/** Epoch ms. */
export const GENERATED_UNTIL = START + DAYS * DAY;

const SECTIONS = ['home', 'profile', 'en: men', 'en: women', 'en: equipment', 'en: community', 'men', 'women', 'gear'];
const CITIES = ['ashburn', 'denver', 'lehi', 'new york', 'san jose', 'chicago', 'london', 'gent', 'bern', 'uppsala'];
const ARTICLES = ['tent', 'stove', 'rope', 'lantern', 'boots', 'parka', 'compass', 'flask'];
/** What share of events measure what. */
const MEASURES: Readonly<Record<string, number>> = {
  productViews: 0.1,
  productListAdds: 0.05,
  productListViews: 0.033,
  checkouts: 0.016,
  purchases: 0.014,
  productListOpens: 0.011,
};

type Event = Readonly<Record<string, unknown>>;
interface Device {
  readonly ecid: string;
  readonly aaid: string;
  readonly city: string;
  readonly firstSeen: number;
}

/** In the order of their time. */
export function generatedEvents(amount = EVENTS): readonly Event[] {
  const random = seededRandom(20_251_101);
  const devices = Array.from({ length: DEVICES }, () => deviceOf(random));
  const visits = Array.from({ length: VISITS }, () => ({
    device: deviceAt(random, devices),
    time: START + Math.floor(random.next() * (DAYS * DAY - HOUR)),
  }));
  // Each visit has one event at least; some have far more than most.
  const visitOf = (n: number) => visits[n < VISITS ? n : Math.floor(random.next() ** 2 * VISITS)]!;
  return Array.from({ length: amount }, (_, n) => {
    const { device, time } = visitOf(n);
    return { device, time: time + random.integer(0, 600_000) };
  })
    .sort((x, y) => x.time - y.time)
    .map(({ device, time }, n) => eventOf(random, device, time, n));
}

const deviceOf = (random: Random): Device => ({
  ecid: random.digits(38),
  aaid: `${random.hex(16).toUpperCase()}-${random.hex(16).toUpperCase()}`,
  city: random.pick(CITIES),
  firstSeen: START - random.integer(0, 300) * DAY,
});

/** Some devices come far more often than most. */
const deviceAt = (random: Random, devices: readonly Device[]): Device =>
  devices[Math.floor(random.next() ** 2 * devices.length)]!;

function eventOf(random: Random, device: Device, time: number, n: number): Event {
  const timestamp = new Date(time).toISOString();
  const measured = Object.entries(MEASURES).filter(([, share]) => random.chance(share));
  const items = measured.length > 0 ? itemsOf(random) : [];
  const section = random.chance(0.68) ? random.pick(SECTIONS) : undefined;
  return {
    _id: `generated-${String(n).padStart(8, '0')}-${random.hex(16)}`,
    timestamp,
    receivedTimestamp: new Date(time + random.integer(200, 4_000)).toISOString(),
    dataSource: { _id: 'outfitter.web' },
    endUserIDs: {
      _experience: {
        mcid: { id: device.ecid, primary: true, namespace: { code: 'ECID' } },
        aaid: { id: device.aaid, primary: false, namespace: { code: 'AAID' } },
      },
    },
    ...(random.chance(0.05) && {
      application: { name: 'outfitter app', launches: { value: 1 }, crashes: { value: 0 } },
    }),
    commerce: {
      order: orderOf(items, measured.some(([name]) => name === 'purchases') ? `P-${n}` : undefined),
      ...Object.fromEntries(measured.map(([name]) => [name, { value: 1 }])),
    },
    ...(items.length > 0 && { productListItems: items }),
    web: webOf(random, section),
    ...(random.chance(0.17) && { marketing: { trackingCode: `email:${random.hex(12)}` } }),
    search: { isPaid: random.chance(0.05) },
    placeContext: { geo: { city: device.city, countryCode: 'us', postalCode: random.digits(5), dmaID: 501 } },
    ...surroundingsOf(random, device, time),
  };
}

const itemsOf = (random: Random) =>
  Array.from({ length: random.integer(1, 3) }, () => ({
    SKU: `${random.pick(ARTICLES)}-${random.integer(1, 60)}`,
    quantity: random.integer(1, 3),
    priceTotal: random.integer(500, 30_000) / 100,
  }));

const orderOf = (items: readonly { readonly priceTotal: number }[], purchaseID: string | undefined) => ({
  currencyCode: 'USD',
  ...(purchaseID !== undefined && {
    purchaseID,
    priceTotal: Math.round(items.reduce((sum, { priceTotal }) => sum + priceTotal, 0) * 100) / 100,
  }),
});

const webOf = (random: Random, siteSection: string | undefined) => ({
  webPageDetails: {
    name: `outfitter:${siteSection ?? 'other'}:${random.pick(ARTICLES)}`,
    URL: `https://outfitter.example/${encodeURIComponent(siteSection ?? 'other')}/${random.pick(ARTICLES)}`,
    ...(siteSection !== undefined && { siteSection }),
    isHomePage: siteSection === 'home',
    pageViews: { value: random.chance(0.86) ? 1 : 0 },
  },
  webInteraction: { type: 'other', name: 'scroll', linkClicks: { value: random.integer(0, 1) } },
  webReferrer: { type: random.pick(['internal', 'search', 'typed']) },
});

/** What no segment asks about and every event of a browser carries. */
const surroundingsOf = (random: Random, { firstSeen }: Device, time: number) => ({
  environment: {
    browserDetails: {
      userAgent: `Mozilla/5.0 (X11; Linux x86_64) Outfitter/${random.integer(1, 9)}.0 (made up, like all of this)`,
      acceptLanguage: 'en-us',
      cookiesEnabled: true,
      javaEnabled: false,
    },
    operatingSystem: 'linux',
    operatingSystemVersion: `6.${random.integer(0, 12)}`,
  },
  device: { typeID: random.digits(6), typeIDService: 'outfitter' },
  _experience: {
    analytics: {
      endUser: { firstTimestamp: firstSeen, firstWeb: { webPageDetails: { name: 'outfitter:home' } } },
      session: {
        timestamp: time - random.integer(0, 1_800_000),
        num: random.integer(1, 40),
        depth: random.integer(1, 30),
      },
      customDimensions: {
        eVars: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`eVar${i + 1}`, random.hex(24)])),
        props: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`prop${i + 1}`, random.hex(16)])),
      },
    },
  },
});
