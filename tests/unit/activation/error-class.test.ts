import { describe, expect, it } from 'vitest';
import { askedToWait, classifyOutcome, classifyStatus, reasonOf } from '#core/activation/error-class.ts';

describe('the class of an outcome', () => {
  it.each([200, 201, 202, 204, 299])('%d is success', (status) => expect(classifyStatus(status)).toBeUndefined());
  it.each([408, 425, 500, 502, 503, 504, 599])('%d may work later', (status) =>
    expect(classifyStatus(status)).toBe('retry'),
  );
  it('is a wish for time after too many requests, and where the server says when to come again', () => {
    const unavailable = { kind: 'response', status: 503, body: '' } as const;
    expect(classifyStatus(429)).toBe('wait');
    expect(classifyOutcome(unavailable)).toBe('retry');
    expect(classifyOutcome({ ...unavailable, retryAfterMs: 0 })).toBe('wait');
    expect(classifyOutcome({ ...unavailable, status: 500, retryAfterMs: 9_000 })).toBe('retry');
    expect(askedToWait({ ...unavailable, retryAfterMs: 9_000 })).toBe(9_000);
    expect(askedToWait({ ...unavailable, retryAfterMs: 1e12 })).toBe(12 * 3_600_000);
    expect(askedToWait(unavailable)).toBe(1_000);
  });
  it.each([400, 409, 413, 422])('%d is about the item', (status) => expect(classifyStatus(status)).toBe('drop'));
  it.each([301, 302, 307, 308, 401, 403, 404, 405, 410, 501])('%d is about the configuration', (status) =>
    expect(classifyStatus(status)).toBe('stop'),
  );

  it('tries again after a timeout and a broken line, not after a bad certificate or an address inside', () => {
    expect(classifyOutcome({ kind: 'timeout' })).toBe('retry');
    expect(classifyOutcome({ kind: 'network', code: 'ECONNRESET' })).toBe('retry');
    expect(classifyOutcome({ kind: 'network', code: 'ENOTFOUND' })).toBe('retry');
    expect(classifyOutcome({ kind: 'network', code: 'CERT_HAS_EXPIRED' })).toBe('stop');
    expect(classifyOutcome({ kind: 'network', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })).toBe('stop');
    expect(classifyOutcome({ kind: 'blocked', reason: 'private-address' })).toBe('stop');
  });

  it('says nothing of the text of an answer, which may name people', () => {
    expect(reasonOf({ kind: 'response', status: 422, body: 'john@example.com is unknown' })).toBe('http-422');
  });
});
