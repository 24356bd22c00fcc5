/** A page's origin that the browser states; what is no origin at all is none that is allowed. */
const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/i;

/**
 * Whether pages of an origin may call a datastream.
 * @param allowed as the datastream has them: `https://*.shop.example` is every host below, not `shop.example` itself;
 *   `http://localhost:*` is every port
 */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  if (!ORIGIN.test(origin)) return false;
  const asked = partsOf(origin.toLowerCase());
  return allowed.some((one) => {
    if (one === '*') return true;
    const { scheme, host, port } = partsOf(one);
    if (scheme !== asked.scheme || (port !== '*' && port !== asked.port)) return false;
    return host.startsWith('*.') ? asked.host.endsWith(host.slice(1)) : host === asked.host;
  });
}

function partsOf(origin: string) {
  const [scheme = '', rest = ''] = origin.split('//');
  const [host = '', port = ''] = rest.split(':');
  return { scheme, host, port };
}

/**
 * What lets a page read an answer, errors included. The SDK calls with credentials, so the very origin has to be named.
 * Every cache in between has to know that the answer depends on it.
 */
export const corsHeaders = (origin: string): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'x-adobe-edge, retry-after',
  vary: 'origin',
});

/** For the browsers and clients that do ask before they call. */
export const PREFLIGHT: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type, x-request-id',
  'access-control-max-age': '86400',
};
