import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import {
  type Action,
  type ActionKind,
  type Customer,
  type CustomerState,
  type Device,
  type Login,
  type Person,
  PRODUCTS,
  type Region,
  type StoreOrder,
  TIERS,
} from './model.ts';
import type { Random } from './random.ts';

const FIRST_NAMES = [
  'Ada',
  'Bruno',
  'Chidi',
  'Dalia',
  'Edda',
  'Farid',
  'Greta',
  'Hiro',
  'Ines',
  'Jonas',
  'Kaveh',
  'Lena',
  'Mira',
  'Nils',
  'Olga',
  'Paulo',
  'Quinn',
  'Rosa',
  'Sami',
  'Tove',
];
const LAST_NAMES = [
  'Abara',
  'Bergström',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Ferrari',
  'Gruber',
  'Haddad',
  'Ito',
  'Jansen',
  'Kaya',
  'Lindgren',
  'Moreau',
  'Novak',
  "O'Brien",
  'Papadakis',
  'Rao',
  'Sato',
  'Tran',
  'Weber',
];
const COUNTRIES = ['US', 'US', 'DE', 'FR', 'GB', 'IN', 'JP', 'AU'];
const STORES = ['ST-01', 'ST-02', 'ST-03', 'ST-04', 'ST-05', 'ST-06'];
/** The last one is a region that Audience Manager has no edge for. */
const REGIONS = ['VA6', 'OR2', 'IRL1', 'SGP3', 'IND1', 'JPN3', 'AUS3', 'ZAF2'];

/** Ages at which an audience or the freshness of a region ends. Nothing happens close to them, so that the answers hold for hours. */
const WINDOWS = [7, 14, 60, 90].map((days) => days * DAY_MS);
const CLEARANCE = 12 * HOUR_MS;

/** What somebody is like; `weight` of a hundred people. */
interface Habit {
  readonly weight: number;
  readonly known: boolean;
  readonly devices: readonly [number, number];
  /** How long ago the visits were, in days, and how far each went. */
  readonly visits: readonly {
    readonly count: readonly [number, number];
    readonly age: readonly [number, number];
    readonly until: ActionKind;
  }[];
  readonly orders: readonly { readonly count: readonly [number, number]; readonly age: readonly [number, number] }[];
}

const HABITS: readonly Habit[] = [
  {
    weight: 22,
    known: false,
    devices: [1, 1],
    visits: [{ count: [1, 2], age: [0, 40], until: 'product-view' }],
    orders: [],
  },
  {
    weight: 8,
    known: false,
    devices: [1, 2],
    visits: [{ count: [1, 2], age: [0, 6], until: 'add-to-cart' }],
    orders: [],
  },
  {
    weight: 6,
    known: false,
    devices: [1, 1],
    visits: [{ count: [1, 1], age: [1, 50], until: 'purchase' }],
    orders: [],
  },
  {
    weight: 14,
    known: true,
    devices: [1, 3],
    visits: [{ count: [1, 3], age: [0, 6], until: 'add-to-cart' }],
    orders: [],
  },
  {
    weight: 10,
    known: true,
    devices: [1, 2],
    visits: [{ count: [1, 2], age: [1, 6], until: 'add-to-cart' }],
    orders: [{ count: [1, 2], age: [0, 6] }],
  },
  {
    weight: 16,
    known: true,
    devices: [1, 3],
    visits: [{ count: [1, 2], age: [0, 85], until: 'purchase' }],
    orders: [{ count: [0, 2], age: [1, 80] }],
  },
  {
    weight: 10,
    known: true,
    devices: [0, 1],
    visits: [{ count: [1, 2], age: [0, 60], until: 'page' }],
    orders: [{ count: [2, 5], age: [1, 88] }],
  },
  {
    weight: 8,
    known: true,
    devices: [0, 2],
    visits: [{ count: [0, 1], age: [62, 110], until: 'purchase' }],
    orders: [{ count: [1, 2], age: [65, 120] }],
  },
  { weight: 6, known: true, devices: [0, 0], visits: [], orders: [] },
];

/** @param now epoch ms: nothing happens after it */
export function createPersons(random: Random, now: number, count: number): Person[] {
  const persons: Person[] = [];
  for (let i = 0; i < count; i++) {
    const habit = habitOf(random.next() * 100);
    // In some households, a device is used by two people.
    const neighbour = persons.at(-1);
    const shared = habit.known && neighbour?.customer && random.chance(0.08) ? neighbour.devices.slice(0, 1) : [];
    persons.push(createPerson(random, now, i + 1, habit, shared));
  }
  return persons;
}

function habitOf(point: number): Habit {
  let left = point;
  for (const habit of HABITS) {
    if (left < habit.weight) return habit;
    left -= habit.weight;
  }
  return HABITS[0]!;
}

function createPerson(random: Random, now: number, number: number, habit: Habit, shared: readonly Device[]): Person {
  const own = times(random.integer(...habit.devices), () => createDevice(random, now));
  const devices = [...own, ...shared];
  const id = String(number).padStart(4, '0');
  const orders = habit.orders.flatMap(({ count, age }) =>
    times(random.integer(...count), () => createOrder(random, now - ageIn(random, age))),
  );
  const actions: Action[] = [];
  if (devices.length > 0) {
    for (const { count, age, until } of habit.visits) {
      times(random.integer(...count), () =>
        actions.push(...visit(random, random.pick(devices), now - ageIn(random, age), until)),
      );
    }
  }
  const logins = habit.known ? devices.flatMap((device) => loginsOn(random, device, now)) : [];
  return {
    ...(habit.known && { customer: createCustomer(random, now, id) }),
    actions: actions.filter(({ at }) => at < now - MINUTE_MS),
    logins: logins.map((login, i) => ({ ...login, id: `login-${id}-${i + 1}` })),
    orders: orders.map((order, i) => ({ ...order, id: `SO-${id}-${i + 1}` })),
    devices,
  };
}

function createDevice(random: Random, now: number): Device {
  const hasApp = random.chance(0.12);
  const namespace = random.pick(['IDFA', 'GAID'] as const);
  return {
    ecid: random.digits(38),
    ...(hasApp && { advertisingId: { namespace, id: advertisingId(random, namespace) } }),
    regions: regionsOf(random, now),
  };
}

function advertisingId(random: Random, namespace: 'IDFA' | 'GAID'): string {
  const id = [8, 4, 4, 4, 12].map((count) => random.hex(count)).join('-');
  return namespace === 'IDFA' ? id.toUpperCase() : id;
}

/** Mostly one, fresh; some stale, some none, some two. */
function regionsOf(random: Random, now: number): Region[] {
  const kind = random.next();
  if (kind < 0.12) return [];
  const age = kind < 0.3 ? ([16, 60] as const) : ([0, 12] as const);
  const codes = new Set(times(random.chance(0.08) ? 2 : 1, () => random.pick(REGIONS)));
  return [...codes].map((code) => ({ code, capturedAt: now - ageIn(random, age) }));
}

/** By number, not by chance. */
const SMS_CONSENTS = ['y', 'n', 'y', 'p'] as const;

function createCustomer(random: Random, now: number, id: string): Customer {
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(LAST_NAMES);
  const name = `${firstName}.${lastName}`.toLowerCase().replaceAll('ö', 'oe').replaceAll("'", '');
  const state = (at: number): CustomerState => ({
    at,
    tier: random.pick([...TIERS, 'none']),
    optOut: random.chance(0.05) ? 'out' : random.chance(0.1) ? 'not_provided' : 'in',
    emailConsent: random.pick(['y', 'y', 'y', 'n', 'p']),
    smsConsent: SMS_CONSENTS[Number(id) % SMS_CONSENTS.length]!,
  });
  const changed = random.chance(0.06) ? [state(now - ageIn(random, [1, 20]))] : [];
  return {
    crmId: `RB-${id}`,
    firstName,
    lastName,
    email: `${name}${id}@example.com`,
    phone: random.chance(0.25) ? '' : `+1555${random.digits(7)}`,
    country: random.pick(COUNTRIES),
    states: [state(now - ageIn(random, [30, 400])), ...changed],
  };
}

const PATHS: readonly ActionKind[] = ['page', 'product-view', 'add-to-cart', 'checkout', 'purchase'];

/** One visit: the pages and products on the way, then as far as it goes; not everybody goes all the way. */
function visit(random: Random, device: Device, start: number, until: ActionKind): Action[] {
  const steps = PATHS.slice(0, PATHS.indexOf(until) + 1);
  const product = random.pick(PRODUCTS);
  let at = start;
  return steps.flatMap((kind) =>
    times(kind === 'page' || kind === 'product-view' ? random.integer(1, 2) : 1, () => {
      const action: Action = {
        id: `evt-${random.hex(16)}`,
        device,
        at,
        kind,
        // Some looking around before the one that is bought.
        product: kind === 'page' || (kind === 'product-view' && random.chance(0.4)) ? random.pick(PRODUCTS) : product,
        quantity: kind === 'add-to-cart' ? random.integer(1, 2) : 1,
      };
      at += random.integer(15_000, 4 * MINUTE_MS);
      return action;
    }),
  );
}

function loginsOn(random: Random, device: Device, now: number): Login[] {
  return times(random.integer(1, 2), () => ({ id: '', device, at: now - ageIn(random, [0, 88]) }));
}

function createOrder(random: Random, at: number): StoreOrder {
  const items = random.integer(1, 4);
  const cents = times(items, () => random.pick(PRODUCTS).cents).reduce((sum, price) => sum + price, 0);
  // Now and then somebody spends exactly the amount an audience asks for.
  return {
    id: '',
    at,
    storeId: random.pick(STORES),
    cents: random.chance(0.05) ? 30_000 : Math.round(cents / 3),
    items,
  };
}

/** Ms, between two ages in days, at least two minutes, and not near the end of a window. */
function ageIn(random: Random, [from, to]: readonly [number, number]): number {
  const age = Math.max(2 * MINUTE_MS, Math.round((from + random.next() * (to - from)) * DAY_MS));
  const near = WINDOWS.find((window) => Math.abs(age - window) < CLEARANCE);
  return near === undefined ? age : near - CLEARANCE - random.integer(1, HOUR_MS);
}

const times = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);
