import { z } from 'zod';
import { audienceSettings } from '#core/activation/audience-settings.ts';
import { destinationBase, mandatoryAttributes } from '#core/activation/destination-base.ts';
import { apiOrigin, mappedFields, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';

/** 150 requests a minute, 10 in a second: see the README. */
const STEADY_PER_SECOND = 2.5;
const BURST_PER_SECOND = 10;

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('klaviyo'),
  url: apiOrigin.default('https://a.klaviyo.com'),
  /** Of the API. One lives for two years. */
  revision: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2026-07-15')
    .default('2026-07-15'),
  /** By what Klaviyo finds a profile: one of the three. Several namespaces are in order of preference. */
  identities: z
    .strictObject({
      email: z.literal(true).optional(),
      phone: z.literal(true).optional(),
      externalId: z.array(namespaceCode).min(1).optional(),
    })
    .refine(
      (given) => Object.keys(given).length === 1,
      'expected exactly one of email, phone and externalId: two ways to one profile undo each other; the others can be fields',
    )
    .default({ email: true }),
  ...audienceSettings(z.string().min(1)),
  /** Field of a Klaviyo profile → profile attribute. */
  fields: mappedFields,
  mandatoryAttributes,
  /** @default `marketing.sms` where profiles are found by number, else `marketing.email` */
  consents: neededConsents.optional(),
  /** What is said of consents, of the channel by which profiles are found. */
  subscriptions: z
    .strictObject({
      /** Subscribes those who enter, have agreed themselves, and have never been subscribed or unsubscribed at Klaviyo. */
      subscribe: z.boolean().default(false),
      /** What happens to those who leave because they have withdrawn their consent. */
      withdraw: z.enum(['nothing', 'unsubscribe', 'suppress']).default('nothing'),
    })
    .default({ subscribe: false, withdraw: 'nothing' }),
  requestsPerSecond: z.number().min(0.1).max(BURST_PER_SECOND).default(STEADY_PER_SECOND),
});
export type KlaviyoDestination = z.output<typeof definition>;

/** The key under which a profile is found, as Klaviyo calls it. */
export type KlaviyoKey = 'email' | 'phone_number' | 'external_id';

/** By which key a destination finds profiles. */
export function keyOf({ identities }: Pick<KlaviyoDestination, 'identities'>): KlaviyoKey {
  if (identities.email) return 'email';
  return identities.phone ? 'phone_number' : 'external_id';
}

/** Consents without which nobody is sent. */
export const consentsOf = ({ consents, identities }: KlaviyoDestination): readonly string[] =>
  consents ?? [identities.phone ? 'marketing.sms' : 'marketing.email'];

/** The attribute that says whether somebody has agreed to the channel; undefined where there is none. */
export function consentPath(destination: KlaviyoDestination): string | undefined {
  const { subscribe, withdraw } = destination.subscriptions;
  if (!subscribe && withdraw === 'nothing') return undefined;
  return keyOf(destination) === 'email' ? 'consents.marketing.email.val' : 'consents.marketing.sms.val';
}
