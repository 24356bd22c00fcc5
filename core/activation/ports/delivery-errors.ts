import type { DeliveryError } from '../errors/delivery-error.ts';

/** What vendors said about single people, hour by hour; the stores keep a limited number of each hour, for fourteen days. */
export interface DeliveryErrors {
  /** Adds to the hour that `at` falls in (epoch ms). What an hour has no room for is left out: `runs` counts it. */
  add(destinationId: string, at: number, errors: readonly DeliveryError[]): Promise<void>;
  /** The errors of the hours from `from` to `to` (epoch ms), in any order. */
  list(destinationId: string, from: number, to: number): Promise<DeliveryError[]>;
}
