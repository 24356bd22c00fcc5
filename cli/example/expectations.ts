import { DAY_MS } from '#core/util/durations.ts';
import type { Action, Device, Login, Person, StoreOrder, Tier } from './model.ts';

/**
 * Who must be in which audience of `catalog/`, found out from the model alone: no schema, no graph, no PQL. Whoever
 * deploys the example can hold the platform's answers against these.
 */
export interface Expectations {
  /** Segment id → members, each by its strongest identity (`CRMID:RB-0001`, `ECID:…`), sorted. */
  readonly audiences: Readonly<Record<string, readonly string[]>>;
}

/** Somebody as they can be known from the outside: a customer, or a device whose user never logged in. */
interface Someone {
  readonly key: string;
  readonly known: boolean;
  readonly devices: readonly Device[];
  readonly actions: readonly Action[];
  readonly orders: readonly StoreOrder[];
  readonly tier: Tier;
  readonly optedOut: boolean;
}

/** @param now epoch ms; members hold for some hours around it */
export function expectationsOf(persons: readonly Person[], now: number): Expectations {
  const everybody = knownFrom(persons).filter(({ optedOut }) => !optedOut);
  const within = (days: number, at: number): boolean => now - at <= days * DAY_MS;
  const bought = ({ actions, orders }: Someone): number[] => [
    ...actions.filter(({ kind }) => kind === 'purchase').map(({ at }) => at),
    ...orders.map(({ at }) => at),
  ];
  const addedToCart = (one: Someone): boolean =>
    one.actions.some(({ kind, at }) => kind === 'add-to-cart' && within(7, at));
  const isAbandoner = (one: Someone): boolean => addedToCart(one) && !bought(one).some((at) => within(7, at));
  const isLoyal = ({ tier }: Someone): boolean => tier === 'gold' || tier === 'silver';
  const isNearTents = ({ actions }: Someone): boolean =>
    actions.some(({ kind, product }) => kind === 'product-view' && product.category === 'tents');
  const storeSpend = ({ orders }: Someone): number =>
    orders.filter(({ at }) => within(90, at)).reduce((cents, order) => cents + order.cents, 0);
  const rules: Record<string, (one: Someone) => boolean> = {
    'gold-and-silver': isLoyal,
    'interested-in-tents': isNearTents,
    'members-near-tents': (one) => isLoyal(one) && isNearTents(one),
    'cart-abandoners': isAbandoner,
    'loyal-cart-abandoners': (one) => isLoyal(one) && isAbandoner(one),
    'high-store-spend': (one) => storeSpend(one) >= 30_000,
    'several-devices': ({ known, devices }) => known && devices.length >= 2,
    'lapsed-customers': (one) => bought(one).length > 0 && !bought(one).some((at) => within(60, at)),
    'several-stores': ({ orders }) => new Set(orders.map(({ storeId }) => storeId)).size >= 2,
  };
  const audiences = Object.entries(rules).map(([id, rule]) => {
    const members = everybody.filter(rule).map(({ key }) => key);
    return [id, members.sort()] as const;
  });
  return { audiences: Object.fromEntries(audiences) };
}

function knownFrom(persons: readonly Person[]): Someone[] {
  const lastLogin = new Map<Device, { login: Login; person: Person }>();
  for (const person of persons) {
    for (const login of person.logins) {
      const last = lastLogin.get(login.device);
      if (!last || login.at > last.login.at) lastLogin.set(login.device, { login, person });
    }
  }
  const actions = Map.groupBy(
    persons.flatMap((person) => person.actions),
    ({ device }) => device,
  );
  const devices = [...new Set(persons.flatMap((person) => person.devices))];
  const customers = persons.flatMap((person): Someone[] => {
    if (!person.customer) return [];
    const own = devices.filter((device) => lastLogin.get(device)?.person === person);
    const state = person.customer.states.at(-1)!;
    return [
      {
        key: `CRMID:${person.customer.crmId}`,
        known: true,
        devices: own,
        actions: own.flatMap((device) => actions.get(device) ?? []),
        orders: person.orders,
        tier: state.tier,
        optedOut: state.optOut === 'out',
      },
    ];
  });
  const strangers = devices
    .filter((device) => !lastLogin.has(device))
    .map((device): Someone => {
      const { ecid, advertisingId } = device;
      // The advertising id is learned from the first event; without one there is only the region of the ECID.
      const seen = actions.get(device) ?? [];
      const key = advertisingId && seen.length > 0 ? `${advertisingId.namespace}:${advertisingId.id}` : `ECID:${ecid}`;
      return { key, known: false, devices: [device], actions: seen, orders: [], tier: 'none', optedOut: false };
    });
  return [...customers, ...strangers];
}
