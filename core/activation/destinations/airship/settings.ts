import { z } from 'zod';
import { destinationBase, mandatoryAttributes } from '#core/activation/destination-base.ts';
import { apiOrigin, mappedFields, neededConsents } from '#core/activation/vendor-settings.ts';
import { namespaceCode } from '#core/identity/definition.ts';

/** Named users or channels of one request, tags of one group in it, characters of an id: see the README. */
const MAX_AUDIENCE = 1_000;
export const MAX_TAGS = 100;
export const MAX_ID_LENGTH = 128;

const appKey = z.string().regex(/^[\w-]{1,64}$/, 'the key of an Airship app');

/** What users write in the catalog. */
export const definition = z.strictObject({
  ...destinationBase,
  type: z.literal('airship'),
  /** In which of Airship's two clouds the app is. */
  site: z.enum(['us', 'eu']).default('us'),
  /** Where the API and the tokens are, if not there. */
  url: apiOrigin.optional(),
  tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
  authentication: z
    .discriminatedUnion('type', [
      /** App key and master secret. */
      z.strictObject({ type: z.literal('basic') }),
      /** A token that was made in the dashboard. */
      z.strictObject({ type: z.literal('bearer'), appKey }),
      /** OAuth 2.0 credentials of the app. */
      z.strictObject({ type: z.literal('oauth2'), appKey }),
    ])
    .default({ type: 'basic' }),
  /** Namespaces of named users, in order of preference; or of channels, by the kind of device. One of the two. */
  identities: z
    .strictObject({
      namedUser: z.array(namespaceCode).min(1).optional(),
      channels: z
        .strictObject({
          ios: namespaceCode.optional(),
          android: namespaceCode.optional(),
          amazon: namespaceCode.optional(),
          /** E-mail, SMS, web and open channels. */
          other: namespaceCode.optional(),
        })
        .refine((given) => Object.keys(given).length > 0, 'expected at least one of ios, android, amazon and other')
        .optional(),
    })
    .refine((given) => Object.keys(given).length === 1, 'expected exactly one of namedUser and channels'),
  /** The tag group; it has to be there. A segment is a tag in it, by its id. */
  tagGroup: z
    .string()
    .regex(/^(?!ua_).{1,128}$/, 'a tag group that is not Airship\'s own ("ua_…")')
    .default('tributary-segments'),
  /** Attribute of named users → profile attribute. */
  fields: mappedFields,
  mandatoryAttributes,
  consents: neededConsents.default(['marketing.push']),
  maxUsersPerRequest: z.int().min(1).max(MAX_AUDIENCE).default(MAX_AUDIENCE),
  requestsPerSecond: z.number().min(0.1).max(1_000).optional(),
});
export type AirshipDestination = z.output<typeof definition>;

/** How Airship calls what a request is about. */
export type AudienceKind = 'named_user_id' | 'ios_channel' | 'android_channel' | 'amazon_channel' | 'channel';

const HOSTS = { us: 'go.urbanairship.com', eu: 'go.airship.eu' } as const;
/** With OAuth 2.0 the API is elsewhere, and tokens too. */
const OAUTH_HOSTS = { us: 'asnapius.com', eu: 'asnapieu.com' } as const;

/** Where the API is. */
export function apiUrl({ url, site, authentication }: AirshipDestination): string {
  if (url !== undefined) return url;
  return authentication.type === 'oauth2' ? `https://api.${OAUTH_HOSTS[site]}` : `https://${HOSTS[site]}`;
}

/** Where tokens are fetched. */
export const tokenUrl = ({ tokenUrl: given, site }: AirshipDestination): string =>
  given ?? `https://oauth2.${OAUTH_HOSTS[site]}/token`;
