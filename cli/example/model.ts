/** The world of the example: people, what they own and what they do. Records and expectations are both made from it. */

export const CATEGORIES = ['tents', 'boots', 'jackets', 'packs', 'stoves'] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: Category;
  readonly cents: number;
}

export const PRODUCTS: readonly Product[] = [
  { sku: 'TEN-101', name: 'Heron two-person tent', category: 'tents', cents: 24_900 },
  { sku: 'TEN-204', name: 'Osprey family tent', category: 'tents', cents: 52_900 },
  { sku: 'BOO-310', name: 'Scree hiking boots', category: 'boots', cents: 15_950 },
  { sku: 'BOO-322', name: 'Meadow trail shoes', category: 'boots', cents: 9_990 },
  { sku: 'JAC-118', name: 'Drizzle rain jacket', category: 'jackets', cents: 12_900 },
  { sku: 'JAC-150', name: 'Hoarfrost down jacket', category: 'jackets', cents: 27_500 },
  { sku: 'PAC-045', name: 'Day pack, 22 litres', category: 'packs', cents: 6_450 },
  { sku: 'PAC-065', name: 'Trekking pack, 65 litres', category: 'packs', cents: 18_900 },
  { sku: 'STO-007', name: 'Pocket gas stove', category: 'stoves', cents: 4_495 },
  { sku: 'STO-019', name: 'Camp kitchen', category: 'stoves', cents: 11_250 },
];

export interface Region {
  readonly code: string;
  readonly capturedAt: number;
}

export interface Device {
  /** 38 digits. */
  readonly ecid: string;
  /** Phones with the app have one. */
  readonly advertisingId?: { readonly namespace: 'IDFA' | 'GAID'; readonly id: string };
  readonly regions: readonly Region[];
}

export type ActionKind = 'page' | 'product-view' | 'add-to-cart' | 'checkout' | 'purchase';

/** Something done on a device. All times are epoch ms. */
export interface Action {
  readonly id: string;
  readonly device: Device;
  readonly at: number;
  readonly kind: ActionKind;
  readonly product: Product;
  readonly quantity: number;
}

export interface Login {
  readonly id: string;
  readonly device: Device;
  readonly at: number;
}

export interface StoreOrder {
  readonly id: string;
  readonly at: number;
  readonly storeId: string;
  readonly cents: number;
  readonly items: number;
}

export const TIERS = ['none', 'bronze', 'silver', 'gold'] as const;
export type Tier = (typeof TIERS)[number];

/** What the CRM knows about a customer from some day on. */
export interface CustomerState {
  readonly at: number;
  readonly tier: Tier;
  readonly optOut: 'in' | 'out' | 'not_provided';
  readonly emailConsent: 'y' | 'n' | 'p';
  readonly smsConsent: 'y' | 'n' | 'p';
}

export interface Customer {
  readonly crmId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly phone: string;
  readonly country: string;
  /** Oldest first; at least one. */
  readonly states: readonly CustomerState[];
}

/** Somebody who visits, buys, or both. Without `customer`, nobody knows who it is. */
export interface Person {
  readonly customer?: Customer;
  readonly actions: readonly Action[];
  readonly logins: readonly Login[];
  readonly orders: readonly StoreOrder[];
  readonly devices: readonly Device[];
}
