import { z } from 'zod';
import { audienceSettings, consentPath } from '#core/activation/audience-settings.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import { apiOrigin, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';

const path = (of: string) => z.string().min(1).default(of);

/** Where a profile has what is sent besides identities; what it has not is left out. */
const details = z.strictObject({
  firstName: path('person.name.firstName'),
  lastName: path('person.name.lastName'),
  city: path('homeAddress.city'),
  state: path('homeAddress.state'),
  postalCode: path('homeAddress.postalCode'),
  country: path('homeAddress.countryCode'),
  birthDate: path('person.birthDate'),
  gender: path('person.gender'),
});

/** Meta's Limited Data Use, for people of US states. */
const limitedDataUse = z.strictObject({
  /** A path below `consents`: of whoever has not consented there data use is limited. Omitted: of everybody. */
  unlessConsent: consentPath.optional(),
  /** Meta's numbers of country and state (1 and 1000: California). Omitted: Meta finds out where somebody is. */
  country: z.int().min(0).optional(),
  state: z.int().min(0).optional(),
});

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('meta-custom-audiences'),
  /** The ad account, without `act_`. */
  adAccount: z.string().regex(/^\d+$/, 'the number of an ad account, without "act_"'),
  /** Namespaces of the company's own ids of people (`EXTERN_ID`). */
  externalIds: z.array(namespaceCode).default([]),
  details: details.optional(),
  customerFileSource: z
    .enum(['USER_PROVIDED_ONLY', 'PARTNER_PROVIDED_ONLY', 'BOTH_USER_AND_PARTNER_PROVIDED'])
    .default('USER_PROVIDED_ONLY'),
  /** Consents without which nobody is sent: Meta has no field for it. */
  consents: neededConsents.default(['share']),
  limitedDataUse: limitedDataUse.optional(),
  /** Whether requests say that they are a session of their own. */
  session: z.boolean().default(false),
  ...audienceSettings(z.string().regex(/^\d+$/, 'the number of a custom audience')),
  /** Requests a second of all functions together; else as many as Meta takes. */
  requestsPerSecond: z.number().min(0.1).max(1_000).optional(),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'such as v27.0')
    .default('v27.0'),
  url: apiOrigin.default('https://graph.facebook.com'),
});
export type MetaDestination = z.output<typeof definition>;
export type Details = z.output<typeof details>;
