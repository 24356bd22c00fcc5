import { z } from 'zod';
import { audienceSettings } from '#core/activation/audience-settings.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import { apiOrigin, neededConsents } from '#core/activation/vendor-settings.ts';
import { ID_TYPES } from './normalise.ts';

const path = (of: string) => z.string().min(1).default(of);

/** Where a profile has what is sent besides identifiers, in plain text; what it has not is left out. */
const details = z.strictObject({
  firstName: path('person.name.firstName'),
  lastName: path('person.name.lastName'),
  country: path('homeAddress.countryCode'),
  title: z.string().min(1).optional(),
  company: z.string().min(1).optional(),
});

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('linkedin-audiences'),
  /** The ad account: the number of `urn:li:sponsoredAccount:…`. */
  adAccount: z.string().regex(/^\d+$/, 'the number of a sponsored account'),
  identifiers: z.array(z.enum(ID_TYPES)).min(1).default(['SHA256_EMAIL', 'GOOGLE_AID']),
  /** Names, country, title and company of those who enter. */
  details: details.optional(),
  /** Consents without which nobody is sent: LinkedIn has no field for it. */
  consents: neededConsents.default(['share']),
  ...audienceSettings(z.string().regex(/^\d+$/, 'the number of a DMP segment')),
  /** What a segment that is made says of its kind and origin. */
  segmentType: z.string().min(1).default('USER'),
  sourcePlatform: z.string().min(1).default('STREAMING'),
  /** The monthly version of the API; one lives at least a year. */
  apiVersion: z
    .string()
    .regex(/^20\d{2}(?:0[1-9]|1[0-2])$/, 'year and month, such as 202603')
    .default('202603'),
  /** Requests a second of all functions together. */
  requestsPerSecond: z.number().min(0.1).max(1_000).default(10),
  url: apiOrigin.default('https://api.linkedin.com'),
  tokenUrl: z.url({ protocol: /^https?$/ }).default('https://www.linkedin.com/oauth/v2/accessToken'),
});
export type LinkedInDestination = z.output<typeof definition>;
