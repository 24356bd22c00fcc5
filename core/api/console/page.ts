import type { HttpAnswer } from '../http.ts';

/** What stands in the built page where the nonce of an answer belongs. */
const NONCE_PLACE = 'CSP_NONCE';

/**
 * The page of the console, by which a browser loads everything else. Scripts come from its own origin only; styles too, but for
 * those that the page makes while it runs, which carry the nonce.
 * @param built the page as it was built
 * @param nonce another one for every answer, not to be guessed
 */
export const consolePage = (built: string, nonce: string): HttpAnswer => ({
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
    ...GUARDS,
  },
  body: built.replaceAll(NONCE_PLACE, nonce),
});

/** For everything that the console consists of. */
export const GUARDS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'none'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
