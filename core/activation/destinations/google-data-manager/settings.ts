import { z } from 'zod';
import { audienceSettings, consentPath } from '#core/activation/audience-settings.ts';
import { destinationBase } from '#core/activation/destination-base.ts';
import { apiOrigin, wholeNumber } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';
import { KINDS } from './normalise.ts';

const account = z.strictObject({
  accountType: z.enum(['GOOGLE_ADS', 'DISPLAY_VIDEO_ADVERTISER', 'DISPLAY_VIDEO_PARTNER', 'DATA_PARTNER']),
  accountId: z.string().regex(/^\d+$/, 'digits, without hyphens'),
});

const listId = z.string().regex(/^\d+$/, 'the number of a user list');

const path = (of: string) => z.string().min(1).default(of);

/** Where a profile has the address; all four are needed, else none is sent. */
const address = z.strictObject({
  givenName: path('person.name.firstName'),
  familyName: path('person.name.lastName'),
  regionCode: path('homeAddress.countryCode'),
  postalCode: path('homeAddress.postalCode'),
});

export const STATUS_SECONDS = 120;
const MAX_SECONDS = 3_600;
const seconds = wholeNumber.pipe(z.int().min(1).max(MAX_SECONDS));

/** `granted`: said of everybody, as the company knows by other means. `unstated`: nothing is said. */
const consent = z.union([z.enum(['granted', 'unstated']), consentPath]);

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('google-data-manager'),
  /** Whose audiences they are: a Google Ads customer, or a DV360 advertiser or partner. */
  operatingAccount: account,
  /** The account whose user the credentials are of, e.g. a manager account; else the operating account. */
  loginAccount: account.optional(),
  /** With a data partner as login account only. */
  linkedAccount: account.optional(),
  /** What the advertiser has accepted in the account; without it Google takes nobody. */
  customerMatchTerms: z.literal('accepted'),
  /** Whether hashed e-mail addresses and phone numbers are sent. */
  contacts: z.boolean().default(true),
  /** Names, country and postal code as one more identifier of contacts. */
  address: address.optional(),
  /** Namespaces of the advertiser's own user ids. */
  userIds: z.array(namespaceCode).default([]),
  /** The iOS app whose advertising ids (`IDFA`) are sent. */
  iosAppId: z.string().min(1).optional(),
  /** The Android app whose advertising ids (`GAID`) are sent. */
  androidAppId: z.string().min(1).optional(),
  /** Consent to the use of user data for ads: a path below `consents`, `granted` or `unstated`. */
  adUserDataConsent: consent.default('share'),
  /** Consent to personalised ads: the same. */
  adPersonalizationConsent: consent.default('personalize.content'),
  ...audienceSettings(z.union([listId, z.partialRecord(z.enum(KINDS), listId)])),
  /** After how many days Google forgets a member who is not sent again. */
  membershipDays: z.int().min(1).max(540).default(540),
  /** Requests a second of all functions together. */
  requestsPerSecond: z.number().min(0.1).max(1_000).default(5),
  /** How soon the result of a request is asked for, again and again. */
  statusEverySeconds: seconds.default(STATUS_SECONDS),
  url: apiOrigin.default('https://datamanager.googleapis.com'),
  /** Whose the secret is: of somebody who has signed in, or of a service account. */
  credentials: z.enum(['user', 'serviceAccount']).default('user'),
  tokenUrl: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});
export type GoogleDestination = z.output<typeof definition>;
