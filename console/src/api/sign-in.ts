import { call } from './call.ts';
import { type Session, session } from './session.ts';

/**
 * The token in the address with which the page was opened. It is taken out of the address at once, so that it stays in no
 * history and nobody passes it on.
 */
export function takeOnceToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** Exchanges a token that works once for a session of an hour. */
export async function signInOnce(token: string): Promise<void> {
  const { data } = await call<Session>('/console/session', { method: 'POST', body: { token } });
  session.begin(data);
}
