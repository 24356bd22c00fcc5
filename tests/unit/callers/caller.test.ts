import { describe, expect, it } from 'vitest';
import { mayDo, mayDoSome } from '#core/api/management/caller.ts';
import { parseScope } from '#core/contract/scopes.ts';

describe('A scope', () => {
  it.each([
    ['govern', { scope: 'govern' }],
    ['profile:read', { scope: 'profile:read' }],
    ['profile:read:C2', { scope: 'profile:read', qualifier: 'C2' }],
    ['ingest:*', { scope: 'ingest' }],
    ['ingest:web-events', { scope: 'ingest', qualifier: 'web-events' }],
    ['activate:webhook', { scope: 'activate', qualifier: 'webhook' }],
  ])('%s is read', (text, granted) => {
    expect(parseScope(text)).toEqual(granted);
  });

  it.each([
    '',
    'ingest',
    'activate',
    'ingest:',
    'ingest:a b',
    'govern:x',
    'profile',
    'profile:read:*',
    '__proto__',
    ':',
  ])('"%s" is none', (text) => {
    expect(parseScope(text)).toBeUndefined();
  });
});

describe('A caller', () => {
  const caller = { scopes: ['ingest:crm', 'activate:*', 'profile:read:C2', 'govern', 'nonsense'] };

  it('may do what was granted, with what it was granted for', () => {
    expect(mayDo(caller, 'govern')).toBe(true);
    expect(mayDo(caller, 'ingest', 'crm')).toBe(true);
    expect(mayDo(caller, 'activate', 'webhook')).toBe(true);
    expect(mayDo(caller, 'activate')).toBe(true);
  });

  it('may not do it with anything else, or with everything', () => {
    expect(mayDo(caller, 'ingest', 'web')).toBe(false);
    expect(mayDo(caller, 'ingest')).toBe(false);
    expect(mayDo(caller, 'profile:read')).toBe(false);
    expect(mayDo(caller, 'admin')).toBe(false);
  });

  it('may do some of it', () => {
    expect(mayDoSome(caller, 'ingest')).toBe(true);
    expect(mayDoSome(caller, 'profile:read')).toBe(true);
    expect(mayDoSome(caller, 'privacy')).toBe(false);
  });
});
