import { z } from 'zod';
import { audienceSettings } from '#core/activation/audience-settings.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import { apiOrigin, neededConsents } from '#core/activation/vendor-settings.ts';
import { COLUMNS } from './normalise.ts';

const digits = z.string().regex(/^\d+$/, 'digits');

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('tiktok'),
  advertiserId: digits,
  /** The columns of every request: which identifiers are sent, in this order. */
  identifiers: z.array(z.enum(COLUMNS)).min(1).default(['EMAIL_SHA256', 'PHONE_SHA256', 'AAID_SHA256', 'IDFA_SHA256']),
  /** Whether numbers are hashed with their "+": TikTok takes both. */
  phonePlus: z.boolean().default(false),
  /** Consents without which nobody is sent: TikTok has no field for it. */
  consents: neededConsents.default(['share']),
  ...audienceSettings(digits),
  /** Most people in one request; TikTok publishes no limit. */
  peoplePerRequest: z.int().min(1).max(10_000).default(1_000),
  /** Requests a second of all functions together, by the tier of the app. */
  requestsPerSecond: z.number().min(0.1).max(1_000).default(10),
  apiVersion: z
    .string()
    .regex(/^v\d{1,2}\.\d{1,2}$/, 'such as v1.3')
    .default('v1.3'),
  url: apiOrigin.default('https://business-api.tiktok.com'),
});
export type TikTokDestination = z.output<typeof definition>;
