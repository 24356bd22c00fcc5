import type { IncomingMessage } from 'node:http';

/** Names of this machine, as a browser on it writes them. */
const OWN_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Why a server answers nobody but its own pages, for the one who called all the same. */
export interface ForeignCaller {
  readonly status: 403 | 421;
  readonly title: string;
}

/**
 * Who calls a server on this machine that is meant for its own pages and for commands: another name that leads here
 * (`Host`, as in DNS rebinding) and a page of another origin are rejected.
 * @returns undefined for those who may
 */
export function foreignCaller({ headers }: IncomingMessage): ForeignCaller | undefined {
  const host = headers.host?.toLowerCase() ?? '';
  // Whatever the port: it may have been forwarded.
  if (!OWN_NAMES.includes(host.replace(/:\d{1,5}$/, ''))) {
    return { status: 421, title: `This is answered under ${OWN_NAMES.join(' or ')} only` };
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    return { status: 403, title: 'Pages of other origins may not call this' };
  }
  return undefined;
}
