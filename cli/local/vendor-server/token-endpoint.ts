import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { TokenAuthentication } from '#core/activation/http/credentials.ts';
import { respond } from './vendor.ts';

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const GRANTS: Readonly<Record<TokenAuthentication['type'], string>> = {
  oauth2ClientCredentials: 'client_credentials',
  oauth2RefreshToken: 'refresh_token',
  oauth2Jwt: JWT_GRANT,
};
const LIFETIME_S = 3_600;

type Fields = Readonly<Record<string, string>>;

export interface TokenEndpointOptions {
  readonly how: TokenAuthentication;
  /** What the vendor has given its customer; of a service account with the private key, whose public half counts. */
  readonly secret: Readonly<Record<string, string>>;
  readonly now: () => number;
}

/** Where a vendor gives out access tokens, by one kind of grant (RFC 6749 §4.4, RFC 6749 §6, RFC 7523 §2.1). They live for an hour. */
export class TokenEndpoint {
  readonly #options: TokenEndpointOptions;
  readonly #expiry = new Map<string, number>();

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
  }

  /** How many tokens were given out. */
  get issued(): number {
    return this.#expiry.size;
  }

  /** Whether a header has a token that was given out here and has not ended. */
  takes(authorization = ''): boolean {
    const [, token = ''] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    return this.#options.now() < (this.#expiry.get(token) ?? 0);
  }

  /** Ends all tokens that were given out, before their time. */
  expire(): void {
    for (const token of this.#expiry.keys()) this.#expiry.set(token, 0);
  }

  answer(request: HttpRequest): HttpOutcome {
    const fields = fieldsOf(request);
    const { how } = this.#options;
    if (request.method !== 'POST') return respond(405);
    if (fields.grant_type !== GRANTS[how.type]) return rejected('unsupported_grant_type');
    if (how.type === 'oauth2Jwt') {
      if (!this.#isSigned(request.url, fields.assertion)) return rejected('invalid_grant');
    } else {
      if (!this.#isClient(request, fields)) return rejected('invalid_client', 401);
      if (how.type === 'oauth2RefreshToken' && fields.refresh_token !== this.#options.secret.refreshToken) {
        return rejected('invalid_grant');
      }
    }
    const token = `token-${this.#expiry.size + 1}`;
    this.#expiry.set(token, this.#options.now() + LIFETIME_S * 1_000);
    return respond(200, { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_S });
  }

  #isClient({ headers }: HttpRequest, fields: Fields): boolean {
    const { clientId, clientSecret } = this.#options.secret;
    const [, basic] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
    const [id, secret] =
      basic === undefined
        ? [fields.client_id, fields.client_secret]
        : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
    return id === clientId && secret === clientSecret;
  }

  /** An assertion for this endpoint, by the service account, that has not ended. */
  #isSigned(url: string, assertion = ''): boolean {
    const { client_email: email, private_key: key = '' } = this.#options.secret;
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    const signed = Buffer.from(`${head}.${claims}`);
    if (!verify('RSA-SHA256', signed, createPublicKey(key), Buffer.from(signature, 'base64url'))) return false;
    const { iss, aud, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Readonly<
      Record<string, unknown>
    >;
    return iss === email && aud === url && Number(exp) * 1_000 > this.#options.now();
  }
}

const rejected = (error: string, status = 400): HttpOutcome => respond(status, { error });

function fieldsOf({ headers, body }: HttpRequest): Fields {
  if (headers['content-type'] !== 'application/json') return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body) as Fields;
  } catch {
    return {};
  }
}
