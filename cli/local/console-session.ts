import * as z from 'zod';
import { consoleClient } from './console-client.ts';
import type { ConsoleSession } from './console-server.ts';
import type { Upstreams } from './gateway-server.ts';
import { onceTokens } from './once-tokens.ts';
import { readState } from './state.ts';

export interface SessionPlaces {
  /** Where the tokens are that count once. */
  readonly onceTokens: string;
  /** Where it is written as whom the console calls. */
  readonly client: string;
  readonly upstreams: () => Upstreams;
}

const answerOfToken = z.object({ access_token: z.string(), scope: z.string() });

/** A session for whoever shows a token that counts once: with a token of the stage's own for the client of this machine. */
export const openSession =
  (places: SessionPlaces) =>
  async (once: string): Promise<ConsoleSession | undefined> => {
    if (!(await onceTokens(places.onceTokens, Date.now).take(once))) return undefined;
    const client = readState(places.client, consoleClient);
    const token = places.upstreams().token;
    if (!client || !token) throw new Error('The stage has no client for the console; run "npm start" again');
    const { id, secret, name, stage } = client;
    const response = await fetch(`${token.url}/ims/token/v3`, {
      method: 'POST',
      headers: { ...token.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
    });
    if (!response.ok) throw new Error(`The stage gave no token (${response.status})`);
    const { access_token: accessToken, scope } = answerOfToken.parse(await response.json());
    return { token: accessToken, name, scopes: scope.split(' '), stage };
  };
