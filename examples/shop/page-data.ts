/** What a page of the shop tells its own code in the browser; the page holds it as JSON. */

export interface Item {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** In the currency of the shop. */
  readonly price: number;
}

/** Something that somebody has just done, for the next page to report: each once. */
export type Happened =
  | { readonly kind: 'add-to-cart'; readonly items: readonly Item[] }
  | { readonly kind: 'purchase'; readonly items: readonly Item[]; readonly orderId: string; readonly total: number }
  | { readonly kind: 'login' | 'logout' };

export interface PageData {
  readonly orgId: string;
  readonly datastreamId: string;
  /** Where the edge is, `http://127.0.0.1:4620`. */
  readonly edgeUrl: string;
  /** A page of another site of the same company. */
  readonly blogUrl: string;
  readonly page: {
    readonly name: string;
    readonly section: string;
    /** The product that is shown. */
    readonly product?: Item;
    /** What is about to be bought. */
    readonly checkout?: readonly Item[];
    /** Places of the page that are filled by what the edge decides, besides the page as a whole. */
    readonly scopes: readonly string[];
  };
  readonly happened: readonly Happened[];
  /** Who has logged in, as the shop's server has signed it. */
  readonly signedIn?: { readonly crmId: string; readonly token: string };
}

/** What the platform holds of a device and whoever it belongs to. */
export interface ProfileNow {
  readonly device: DeviceCookie;
  /** Namespace and value. */
  readonly identities: readonly (readonly [string, string])[];
  /** Dotted path and value. */
  readonly attributes: readonly (readonly [string, string])[];
  readonly audiences: readonly AudienceNow[];
  /** The newest first. */
  readonly events: readonly EventNow[];
}

/** What the cookie of the device says. */
export interface DeviceCookie {
  readonly ecid: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly source: string;
}

export interface AudienceNow {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly isMember: boolean;
  /** The rule, part by part, with the values of this person: a line each. */
  readonly because: readonly string[];
}

export interface EventNow {
  /** Epoch ms. */
  readonly time: number;
  readonly type: string;
  /** Who a page claimed that it was, and nobody stands behind: `CRMID:…`. */
  readonly unverified: readonly string[];
}

/** How much the platform knows of somebody; not what. */
export interface Extent {
  readonly identities: number;
  readonly events: number;
  readonly audiences: number;
}

export const TIERS = ['none', 'bronze', 'silver', 'gold'] as const;
export type Tier = (typeof TIERS)[number];
