import { describe, expect, it } from 'vitest';
import { completePriority, namespaceRegistry, STANDARD_NAMESPACES } from '#core/identity/namespaces.ts';

describe('namespaces', () => {
  it.each([
    ['ECID', 'COOKIE', 4],
    ['Email', 'EMAIL', 6],
    ['Email_LC_SHA256', 'EMAIL', 11],
    ['Phone', 'PHONE', 7],
    ['Phone_E.164', 'PHONE', 17],
    ['Phone_SHA256', 'PHONE', 15],
    ['Phone_SHA256_E.164', 'PHONE', 18],
    ['Google', 'COOKIE', 771],
    ['WAID', 'DEVICE', 8],
    ['TNTID', 'COOKIE', 9],
    ['AAID', 'COOKIE', 10],
    ['AdCloud', 'COOKIE', 411],
    ['GAID', 'DEVICE', 20914],
    ['IDFA', 'DEVICE', 20915],
    ['CORE', 'COOKIE', 0],
  ])('have the standard one %s, of type %s with id %i', (code, idType, id) => {
    expect(namespaceRegistry([]).get(code)).toMatchObject({ code, idType, id });
  });

  it('are the standard ones and the own ones', () => {
    const registry = namespaceRegistry([{ code: 'CRMID', idType: 'CROSS_DEVICE' }]);
    expect(registry.size).toBe(STANDARD_NAMESPACES.length + 1);
  });

  it('are ranked as given, then people, addresses, devices, cookies, and what is no person', () => {
    const registry = namespaceRegistry([
      { code: 'Sku', idType: 'NON_PEOPLE' },
      { code: 'Loyalty', idType: 'CROSS_DEVICE' },
      { code: 'AppId', idType: 'MOBILE' },
    ]);
    const order = completePriority(['Loyalty', 'ECID'], registry);
    expect(order.slice(0, 2)).toEqual(['Loyalty', 'ECID']);
    const at = (code: string): number => order.indexOf(code);
    const places = ['Email', 'AppId', 'AdCloud', 'Sku'].map(at);
    expect(places).toEqual([...places].sort((x, y) => x - y));
    expect([...order].sort()).toEqual([...registry.keys()].sort());
  });
});
