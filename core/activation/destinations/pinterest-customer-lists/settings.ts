import { z } from 'zod';
import { audienceSettings } from '#core/activation/audience-settings.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import { apiOrigin, neededConsents } from '#core/activation/vendor-settings.ts';

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('pinterest-customer-lists'),
  /** The number of the ad account. */
  adAccount: z.string().regex(/^\d+$/, 'the number of an ad account'),
  /** Consents without which nobody is sent: Pinterest has no field for it. */
  consents: neededConsents.default(['share']),
  ...audienceSettings(z.string().regex(/^\d+$/, 'the number of a customer list')),
  /** Records of a request: no document says how many there may be. */
  maxRecordsPerRequest: z.int().min(1).max(100_000).default(1_900),
  /** Requests a second of all functions together. */
  requestsPerSecond: z.number().min(0.1).max(1_000).default(7),
  url: apiOrigin.default('https://api.pinterest.com'),
  tokenUrl: z.url({ protocol: /^https?$/ }).default('https://api.pinterest.com/v5/oauth/token'),
});
export type PinterestDestination = z.output<typeof definition>;
