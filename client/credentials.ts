import { errorOf } from './api-error.ts';

export interface ClientCredentials {
  /** Scheme and host of the management host. */
  readonly url: string;
  readonly id: string;
  readonly secret: string;
  /** Less than everything that the client may do. */
  readonly scopes?: readonly string[];
  readonly fetch?: typeof fetch;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** A token is replaced this long before it ends. */
const SPARE_MS = 60_000;

/**
 * Gives a token of a client for each request, and asks for a new one when it is about to end.
 * @throws {ApiError} where the host gives none
 */
export function clientCredentials(credentials: ClientCredentials): () => Promise<string> {
  const { now = Date.now } = credentials;
  let current: Promise<Token> | undefined;
  const tokenThatCounts = async (): Promise<Token> => {
    const token = await current?.catch(() => undefined);
    return token && now() < token.endsAt - SPARE_MS ? token : askForToken(credentials, now);
  };
  return async () => {
    current = tokenThatCounts();
    return (await current).text;
  };
}

interface Token {
  readonly text: string;
  /** Epoch ms. */
  readonly endsAt: number;
}

interface Granted {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
}

async function askForToken(credentials: ClientCredentials, now: () => number): Promise<Token> {
  const { url, id, secret, scopes, fetch: send = fetch } = credentials;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
    ...(scopes && { scope: scopes.join(' ') }),
  });
  const response = await send(`${url.replace(/\/$/, '')}/ims/token/v3`, { method: 'POST', body: form });
  const said = (await response.json().catch(() => ({}))) as Granted;
  if (!response.ok) throw errorOf(response, said);
  return { text: said.access_token, endsAt: now() + said.expires_in * 1_000 };
}
