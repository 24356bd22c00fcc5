import type { DeviceCookie, Extent, ProfileNow, Tier } from './page-data.ts';

/** What the shop asks the platform for, beside its pages: for the panel, and for the office that keeps loyalty data. */
export interface Platform {
  /** What is held of a device now; empty where nothing is. */
  profileOf(device: DeviceCookie): Promise<ProfileNow>;
  /** How much is known of a customer. */
  extentOf(crmId: string): Promise<Extent>;
  /** Uploads a file of the CRM that says which tier a customer has. @returns what it is called */
  uploadTier(crmId: string, tier: Tier): Promise<string>;
}

/** A customer of the example's data, for people to log in as. */
export interface DemoCustomer {
  readonly crmId: string;
  readonly name: string;
  readonly tier: string;
}
