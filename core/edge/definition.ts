import { z } from 'zod';
import { mappingRule } from '#core/ingestion/mapping/definition.ts';
import { definitionId as id } from '#core/util/definition-id.ts';
import { DAY_S, HOUR_MS } from '#core/util/durations.ts';

const HOUR_S = HOUR_MS / 1_000;

/** `https://www.shop.example`, `https://*.shop.example`, `http://localhost:*`: scheme, host and port, nothing more. */
const ORIGIN = /^(\*|https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:(\d{1,5}|\*))?)$/;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

const origin = z
  .string()
  .regex(ORIGIN, 'an origin such as https://www.shop.example or https://*.shop.example, in lower case, without a path');

/** Public keys only: what verifies a token can be known to everybody, so it needs no secret. */
const publicKey = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']), kid: z.string().min(1).max(256).optional() })
  .refine((key) => !('d' in key), 'a public key: this one has its private part "d", which only the site may have');

const identityTokens = z.strictObject({
  /** Keys as JWK; two while one replaces the other. */
  keys: z.array(publicKey).min(1).max(5),
  /** What the claim `iss` has to be. Any, when omitted. */
  issuer: z.string().min(1).optional(),
  /** How long after it was issued a token counts at most, whatever its own expiry says. */
  maxAgeSeconds: z.int().min(1).max(DAY_S).default(HOUR_S),
});

/** `datastreams/`: where the calls of a Web SDK, or of a server in the same protocol, lead (docs/edge.md). */
export const datastreamDefinition = z.strictObject({
  id,
  name: z.string().optional(),
  description: z.string().optional(),
  /** A disabled one answers every call with an error. */
  enabled: z.boolean().default(true),
  /** The organisation as the SDK is configured with it: cookies are called after it. */
  orgId: z.string().regex(/^[A-Za-z0-9_.-]{1,64}(@[A-Za-z0-9_.-]{1,64})?$/, 'an organisation such as ABCDEF@AdobeOrg'),
  /** The dataset that events become records of. */
  eventDataset: id,
  /** The dataset of consents; without one, `set-consent` is rejected. */
  profileDataset: id.optional(),
  /** Whether calls without a key are taken. */
  accessType: z.enum(['mixed', 'authenticated']).default('mixed'),
  /** Pages that may call it. None when omitted: then only servers may. */
  allowedOrigins: z.array(origin).default([]),
  /** The apex domain of the pages whose edge host is below it: their cookies are set by the answer itself. */
  firstPartyDomain: z.string().regex(DOMAIN, 'a domain such as shop.example').optional(),
  /** The cookie in which the site keeps an id of its own for the device. */
  fpidCookie: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'the name of a cookie')
    .default('FPID'),
  /** Whether an ECID is taken over that the page brings along, of an older library or from a link. */
  idMigration: z.boolean().default(true),
  identityTokens: identityTokens.optional(),
  /** Whether a page is believed who the person is, without a signature (docs/edge.md, "Whom a browser may claim to be"). */
  trustBrowserIdentities: z.boolean().default(false),
  /** SHA-256 of the keys of servers, in hexadecimal digits. */
  serverKeySha256: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of a key, in 64 lower-case hexadecimal digits'))
    .max(10)
    .default([]),
  /** What a device without a consent of its own has said. */
  defaultConsent: z.enum(['in', 'pending', 'out']).default('in'),
  /** What a single call may have otherwise. */
  overrides: z.strictObject({ eventDatasets: z.array(id).min(1) }).optional(),
  /** What becomes of the caller's address: not kept (`all`), kept without its end, or kept. */
  ipObfuscation: z.enum(['all', 'last-octet', 'none']).default('all'),
  /** How what a page gives as `data` becomes XDM; what no rule reads is dropped. */
  mapping: z.array(mappingRule).default([]),
  /** The header in which a proxy in front says the caller's country, in two letters. */
  countryHeader: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'the name of a header in lower case, such as cloudfront-viewer-country')
    .optional(),
  /** Whether a device whose region nobody knows is taken to be in that of the stage. */
  assumeRegion: z.boolean().default(false),
});
export type DatastreamDefinition = z.output<typeof datastreamDefinition>;
