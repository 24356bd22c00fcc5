import { Buffer } from 'node:buffer';
import type { Failure } from '../destination-type.ts';
import {
  type AwsAuthentication,
  type Credentials,
  credential,
  isTokenAuthentication,
  type RequestAuthentication,
} from './credentials.ts';
import { missing } from './token-request.ts';
import type { Tokens } from './tokens.ts';

export type Authorized = { readonly headers: Readonly<Record<string, string>> } | Failure;

type Of<T extends RequestAuthentication['type']> = Extract<RequestAuthentication, { type: T }>;

/** Gives requests what they authenticate with. */
export class Authenticator {
  readonly #tokens: Tokens;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** @returns headers, or why there are none: never anything of the secret or the answer */
  async authorize(
    destinationId: string,
    how: Exclude<RequestAuthentication, AwsAuthentication>,
    credentials: Credentials,
  ): Promise<Authorized> {
    if (isTokenAuthentication(how)) {
      const token = await this.#tokens.get(destinationId, how, credentials);
      if (typeof token !== 'string') return token;
      const { header = 'authorization', scheme = 'Bearer' } = how;
      return { headers: { [header]: scheme === '' ? token : `${scheme} ${token}` } };
    }
    switch (how.type) {
      case 'none':
        return { headers: {} };
      case 'bearer':
        return credentials.bearerToken === undefined
          ? missing('bearerToken')
          : { headers: { authorization: `Bearer ${credentials.bearerToken}` } };
      case 'apiKey':
        return apiKey(how, credentials);
      case 'basic':
        return basic(how, credentials);
    }
  }

  /** The destination does not take the token any more. @returns whether another one may help */
  reject(destinationId: string): boolean {
    return this.#tokens.reject(destinationId);
  }
}

function apiKey({ header, key, scheme }: Of<'apiKey'>, credentials: Credentials): Authorized {
  const value = credential(credentials, key);
  if (value === undefined) return missing(key);
  return { headers: { [header]: scheme === undefined ? value : `${scheme} ${value}` } };
}

function basic({ user, password }: Of<'basic'>, credentials: Credentials): Authorized {
  const [name, secret] = [credential(credentials, user), credential(credentials, password)];
  if (name === undefined) return missing(user);
  if (secret === undefined) return missing(password);
  return { headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` } };
}
