import type { EdgeRequest } from './request.ts';

/** What an answer has the browser keep. */
export interface StateEntry {
  readonly key: string;
  readonly value: string;
  /** Seconds. */
  readonly maxAge: number;
}

const MAX_AGE = { identity: 34_128_000, cluster: 1_800, consent: 15_552_000 } as const;
export type CookieName = keyof typeof MAX_AGE;

/** The name of a cookie of an organisation: `kndctr_ABCDEF_AdobeOrg_identity`. */
export const cookieName = (orgId: string, name: CookieName): string => `kndctr_${orgId.replaceAll('@', '_')}_${name}`;

/** A cookie of an organisation, kept as long as cookies of its kind are. */
export const stateEntry = (orgId: string, name: CookieName, value: string): StateEntry => ({
  key: cookieName(orgId, name),
  value,
  maxAge: MAX_AGE[name],
});

/** Cookies of a header, by their names; where there are two of a name, the first counts, as with servers in general. */
export function cookiesOf(header: string | undefined): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    if (name !== '' && !cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  return cookies;
}

/** What the browser has kept, whichever way it comes: in the body from pages of other domains, else in the header. */
export const keptState = (
  request: EdgeRequest,
  cookies: ReadonlyMap<string, string>,
  orgId: string,
  name: CookieName,
): string | undefined => {
  const key = cookieName(orgId, name);
  return request.state.entries.get(key) ?? cookies.get(key);
};

/**
 * Whether cookies can be set by the answer: the page says that it is of the very domain the datastream has, and the edge
 * host, as the browser called it, is below that.
 */
export function isFirstParty({ state }: EdgeRequest, host: string | undefined, domain: string | undefined): boolean {
  if (domain === undefined || state.domain !== domain) return false;
  const called = host?.split(':', 1)[0]?.toLowerCase();
  return called === domain || called?.endsWith(`.${domain}`) === true;
}

/** JavaScript has to be able to read it: the SDK looks at its cookies itself. */
export const setCookie = ({ key, value, maxAge }: StateEntry, domain: string): string =>
  `${key}=${value}; Max-Age=${maxAge}; Domain=${domain}; Path=/; Secure; SameSite=None`;
