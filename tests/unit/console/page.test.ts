import { describe, expect, test } from 'vitest';
import { consolePage } from '#core/api/console/page.ts';

const BUILT = '<meta property="csp-nonce" nonce="CSP_NONCE"><script src="/console/a.js" nonce="CSP_NONCE"></script>';

describe('the page of the console', () => {
  test('has its own nonce in the policy and wherever the page asks for it', () => {
    const { headers, body } = consolePage(BUILT, 'n0nce');
    expect(body).toBe('<meta property="csp-nonce" nonce="n0nce"><script src="/console/a.js" nonce="n0nce"></script>');
    expect(headers?.['content-security-policy']).toContain("style-src-elem 'self' 'nonce-n0nce'");
  });

  test('runs no script and calls no address but those of its own origin, and is kept by nobody', () => {
    const { headers } = consolePage(BUILT, 'n0nce');
    const policy = headers!['content-security-policy']!.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy.join(' ')).not.toContain('unsafe');
    expect(headers?.['cache-control']).toBe('no-store');
  });
});
