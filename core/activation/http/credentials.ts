import { z } from 'zod';

/** How requests to a destination prove that they may be made (aep.md §6.2). */
export const authentication = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer') }),
  z.strictObject({
    type: z.literal('oauth2ClientCredentials'),
    /** Where tokens are fetched; the secret's `tokenUrl` where it is omitted. */
    tokenUrl: z.url({ protocol: /^https?$/ }).optional(),
    scope: z.string().optional(),
    /** Whether the client says who it is in a header (RFC 6749 §2.3.1) or in the form. */
    clientAuthentication: z.enum(['header', 'body']).default('header'),
  }),
]);
export type Authentication = z.output<typeof authentication>;

/** How the requests of a type authenticate: also in ways that no user chooses. */
export type RequestAuthentication =
  | Authentication
  /** A key of the secret in a header, behind a scheme where one is given: `Authorization: Klaviyo-API-Key …`. */
  | { readonly type: 'apiKey'; readonly header: string; readonly key: string; readonly scheme?: string }
  /** HTTP basic: both are keys of the secret. */
  | { readonly type: 'basic'; readonly user: string; readonly password: string };

const NO_AUTHENTICATION: Authentication = { type: 'none' };
/** How requests authenticate, where nothing is written not at all. */
export const authenticationOf = (written: Authentication | undefined): Authentication => written ?? NO_AUTHENTICATION;

const credentials = z.looseObject({
  /** Signs every request; none is signed without it. */
  signingKey: z.string().min(1).optional(),
  bearerToken: z.string().min(1).optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  tokenUrl: z.url().optional(),
});
export type Credentials = z.output<typeof credentials>;

/** What a secret holds under a key, where that is a text and not empty. */
export function credential(credentials: Credentials, key: string): string | undefined {
  const value: unknown = Object.hasOwn(credentials, key) ? credentials[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Reads the secret of a delivery lane: a JSON object with `signingKey`, `bearerToken`, `clientId`, `clientSecret`, `tokenUrl`,
 * as far as they are needed; any other text is the signing key, unless it names one of these, as an object does that was
 * cut off or mistyped.
 * @throws Error naming keys, never values
 */
export function readCredentials(secret: string): Credentials {
  const value = parseObject(secret);
  if (value === undefined) {
    if (!looksLikeObject(secret)) return { signingKey: secret };
    throw new Error('The secret begins like a JSON object and is none: fix it in Secrets Manager');
  }
  const read = credentials.safeParse(value);
  if (read.success) return read.data;
  const keys = read.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`The secret has unusable values under: ${keys}. Fix it in Secrets Manager`);
}

const looksLikeObject = (secret: string): boolean =>
  secret.trimStart().startsWith('{') && Object.keys(credentials.shape).some((key) => secret.includes(key));

function parseObject(secret: string): unknown {
  if (!secret.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(secret);
  } catch {
    return undefined;
  }
}
