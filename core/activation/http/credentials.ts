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

/** What the ways have in common that fetch an access token first. */
interface TokenSettings {
  /** Where tokens are fetched; the secret's `tokenUrl` where it is omitted. */
  readonly tokenUrl?: string | undefined;
  readonly scope?: string | undefined;
  /** Whether the client says who it is in a header (RFC 6749 §2.3.1), in the form, or in a JSON body. @default header */
  readonly clientAuthentication?: 'header' | 'body' | 'json';
  /** More parameters of the request: name → a key of the secret, or else a text. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Under which name the answer has the token. @default access_token */
  readonly tokenField?: string;
  /** Where the answer does not say how long a token lives. @default 300 */
  readonly lifetimeSeconds?: number;
  /** Into which header the token is put. @default authorization */
  readonly header?: string;
  /** What stands before it there; empty for nothing. @default Bearer */
  readonly scheme?: string;
}

/** Where a person signs in, so that the vendor gives a refresh token (RFC 6749 §4.1). */
export interface SignIn {
  readonly url: string;
  readonly scope: string;
  /** More parameters, e.g. `access_type: offline`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Who has to sign in, for the alarm and the command: a role at the vendor. */
  readonly who: string;
}

/** With an access token that is fetched, shared by all functions, and replaced before it ends. */
export type TokenAuthentication = TokenSettings &
  (
    | { readonly type: 'oauth2ClientCredentials' }
    /** By a refresh token that a person's sign-in gave: `refreshToken` of the secret, or the newest that the vendor gave. */
    | { readonly type: 'oauth2RefreshToken'; readonly signIn: SignIn }
    /** By an assertion that a service account's key signs (RS256): the secret is the key file. */
    | { readonly type: 'oauth2Jwt' }
  );

/** Signature Version 4, for the services of AWS. */
export interface AwsAuthentication {
  readonly type: 'aws';
  readonly service: string;
  readonly region: string;
  /** Of the account that takes the request; its trust policy names the delivery function's role. */
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
}

/** How the requests of a type authenticate: also in ways that no user chooses. */
export type RequestAuthentication =
  | Exclude<Authentication, { type: 'oauth2ClientCredentials' }>
  | TokenAuthentication
  | AwsAuthentication
  /** A key of the secret in a header, behind a scheme where one is given: `Authorization: Klaviyo-API-Key …`. */
  | { readonly type: 'apiKey'; readonly header: string; readonly key: string; readonly scheme?: string }
  /** HTTP basic: both are keys of the secret. */
  | { readonly type: 'basic'; readonly user: string; readonly password: string };

const TOKENS: readonly string[] = ['oauth2ClientCredentials', 'oauth2RefreshToken', 'oauth2Jwt'];

/** Whether requests carry an access token that is fetched. */
export const isTokenAuthentication = (how: RequestAuthentication): how is TokenAuthentication =>
  TOKENS.includes(how.type);

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
  refreshToken: z.string().min(1).optional(),
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
