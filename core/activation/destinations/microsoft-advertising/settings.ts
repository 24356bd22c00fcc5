import { z } from 'zod';
import { audienceSettings } from '#core/activation/audience-settings.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import { apiOrigin, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';

const digits = z.string().regex(/^\d+$/, 'digits');

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('microsoft-advertising'),
  customerId: digits,
  accountId: digits,
  /** Whether hashed e-mail addresses are sent. */
  emails: z.boolean().default(true),
  /** Whether hashed phone numbers are sent, and whether with "+": Microsoft does not document it. */
  phones: z.enum(['no', 'withPlus', 'withoutPlus']).default('no'),
  /** Namespaces of the company's own ids of people. */
  crmIds: z.array(namespaceCode).default([]),
  /** Whether every request states that the customer match terms are accepted. */
  customerMatchTerms: z.literal('accepted').optional(),
  /** Whether lists that are made belong to the account, or to the customer and all its accounts. */
  scope: z.enum(['Account', 'Customer']).default('Account'),
  /** Consents without which nobody is sent: Microsoft has no field for it. */
  consents: neededConsents.default(['share']),
  ...audienceSettings(digits),
  /** After how many days Microsoft forgets a member who is not sent again. */
  membershipDays: z.int().min(1).max(390).default(390),
  /** Most items of a request. */
  itemsPerRequest: z.int().min(1).max(10_000).default(1_000),
  /** Requests a second of all functions together; else as many as Microsoft takes. */
  requestsPerSecond: z.number().min(0.1).max(1_000).optional(),
  url: apiOrigin.default('https://campaign.api.bingads.microsoft.com'),
  tokenUrl: z.url({ protocol: /^https?$/ }).default('https://login.microsoftonline.com/common/oauth2/v2.0/token'),
});
export type MicrosoftDestination = z.output<typeof definition>;
