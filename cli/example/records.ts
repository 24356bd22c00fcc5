import { HOUR_MS } from '#core/util/durations.ts';
import type { Action, Customer, CustomerState, Device, Login, Person, StoreOrder } from './model.ts';
import type { Random } from './random.ts';

/** The row of a CSV file: column → text. */
export type Row = Readonly<Record<string, string>>;

const iso = (at: number): string => new Date(at).toISOString();
const money = (cents: number): number => cents / 100;

/** What the Web SDK and the app send. */
export function webEvent({ id, device, at, kind, product, quantity }: Action): object {
  const total = money(product.cents * quantity);
  const item = { SKU: product.sku, name: product.name, quantity, priceTotal: total };
  const page = {
    name: kind === 'page' ? 'home' : product.name,
    siteSection: kind === 'page' ? 'home' : product.category,
    pageViews: { value: 1 },
  };
  const base = { _id: id, timestamp: iso(at), identityMap: identitiesOf(device), web: { webPageDetails: page } };
  switch (kind) {
    case 'page':
      return { ...base, eventType: 'web.webpagedetails.pageViews' };
    case 'product-view':
      return {
        ...base,
        eventType: 'commerce.productViews',
        commerce: { productViews: { value: 1 } },
        productListItems: [item],
      };
    case 'add-to-cart':
      return {
        ...base,
        eventType: 'commerce.productListAdds',
        commerce: { productListAdds: { value: 1 } },
        productListItems: [item],
      };
    case 'checkout':
      return {
        ...base,
        eventType: 'commerce.checkouts',
        commerce: { checkouts: { value: 1 } },
        productListItems: [item],
      };
    case 'purchase':
      return {
        ...base,
        eventType: 'commerce.purchases',
        commerce: {
          purchases: { value: 1 },
          order: { purchaseID: `WEB-${id.slice(4)}`, currencyCode: 'USD', priceTotal: total },
        },
        productListItems: [item],
      };
  }
}

function identitiesOf({ ecid, advertisingId }: Device): object {
  return {
    ECID: [{ id: ecid, primary: true }],
    ...(advertisingId && { [advertisingId.namespace]: [{ id: advertisingId.id }] }),
  };
}

/** Somebody says who they are: the device and the customer belong together from now on. */
export function loginEvent({ id, device, at }: Login, { crmId }: Customer): object {
  return {
    _id: id,
    timestamp: iso(at),
    eventType: 'userAccount.login',
    identityMap: {
      CRMID: [{ id: crmId, authenticatedState: 'authenticated', primary: true }],
      ECID: [{ id: device.ecid, authenticatedState: 'authenticated' }],
    },
  };
}

/** Where a device was seen last. */
export function regionRecord({ ecid, regions }: Device): object {
  return {
    identityMap: { ECID: [{ id: ecid, primary: true }] },
    userActivityRegions: Object.fromEntries(
      regions.map(({ code, capturedAt }) => [code, { captureTimestamp: iso(capturedAt) }]),
    ),
  };
}

/** A row of the CRM's export, with the e-mail address as somebody typed it. */
export function customerRow(random: Random, customer: Customer, state: CustomerState): Row {
  return {
    crmId: customer.crmId,
    email: untidy(random, customer.email),
    phone: customer.phone,
    firstName: customer.firstName,
    lastName: customer.lastName,
    tier: state.tier,
    country: customer.country,
    emailConsent: state.emailConsent,
    smsConsent: state.smsConsent,
    optOut: state.optOut,
    updatedAt: iso(state.at),
  };
}

function untidy(random: Random, email: string): string {
  const slip = random.next();
  if (slip < 0.1) return email.toUpperCase();
  if (slip < 0.18) return ` ${email}`;
  if (slip < 0.26) return `${email[0]!.toUpperCase()}${email.slice(1)} `;
  return email;
}

/** A row of the stores' export. */
export function storeOrderRow({ id, at, storeId, cents, items }: StoreOrder, { crmId }: Customer): Row {
  return {
    orderId: id,
    crmId,
    timestamp: iso(at),
    storeId,
    currency: 'USD',
    total: money(cents).toFixed(2),
    items: String(items),
  };
}

export interface Records {
  readonly 'web-events': readonly object[];
  readonly logins: readonly object[];
  readonly customers: readonly Row[];
  readonly 'store-orders': readonly Row[];
  readonly regions: readonly object[];
}
export type DatasetId = keyof Records;

/** Everything the people did, in the order in which it is received: mostly as it happened, some of it hours late. */
export function recordsOf(random: Random, persons: readonly Person[], now: number): Records {
  const actions = persons.flatMap((person) => person.actions);
  const logins = persons.flatMap(({ customer, logins: all }) =>
    customer ? all.map((login) => ({ login, customer })) : [],
  );
  const orders = persons.flatMap(({ customer, orders: all }) =>
    customer ? all.map((order) => ({ order, customer })) : [],
  );
  const states = persons.flatMap(({ customer }) => customer?.states.map((state) => ({ state, customer })) ?? []);
  const devices = new Set(persons.flatMap((person) => person.devices));
  const byReceipt = <T>(items: readonly T[], happened: (item: T) => number): T[] =>
    items
      .map((item) => ({ item, received: Math.min(now, happened(item) + delay(random)) }))
      .sort((x, y) => x.received - y.received)
      .map(({ item }) => item);
  return {
    'web-events': byReceipt(actions, ({ at }) => at).map(webEvent),
    logins: byReceipt(logins, ({ login }) => login.at).map(({ login, customer }) => loginEvent(login, customer)),
    customers: byReceipt(states, ({ state }) => state.at).map(({ state, customer }) =>
      customerRow(random, customer, state),
    ),
    'store-orders': byReceipt(orders, ({ order }) => order.at).map(({ order, customer }) =>
      storeOrderRow(order, customer),
    ),
    regions: [...devices].filter(({ regions }) => regions.length > 0).map(regionRecord),
  };
}

function delay(random: Random): number {
  const luck = random.next();
  if (luck < 0.9) return random.integer(0, 3_000);
  return luck < 0.98 ? random.integer(3_000, HOUR_MS) : random.integer(HOUR_MS, 48 * HOUR_MS);
}
