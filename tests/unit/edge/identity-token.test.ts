import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '#core/catalog/catalog.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import { edgeFunction, firstPageView } from '#tests/harness/edge/edge-function.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const CLAIMED = { CRMID: [{ id: 'RB-1', authenticatedState: 'authenticated', primary: true }] };
type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

describe('a signed identity token', () => {
  let catalog: Catalog;
  let site: Keys;
  let stranger: Keys;
  beforeAll(async () => {
    [site, stranger] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
    const definitions = await exampleDefinitions();
    const older = await generateKeyPair('RS256');
    const keys = [await exportJWK(older.publicKey), await exportJWK(site.publicKey)];
    const datastreams = [
      { identityTokens: { keys, issuer: 'https://www.riverbend.example' } },
      { id: 'without-keys' },
    ].map((more) => datastreamDefinition.parse({ ...definitions.datastreams![0], ...more }));
    catalog = { ...definitions, datastreams };
  });

  const sign = (claims: object = {}, { privateKey }: Keys = site, header: object = {}) =>
    new SignJWT({
      iss: 'https://www.riverbend.example',
      aud: 'shop-web',
      iat: NOW / 1_000 - 10,
      exp: NOW / 1_000 + 300,
      identities: { CRMID: ['RB-1'] },
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign(privateKey);

  async function answered(identityMap: object, configId = 'shop-web') {
    const edge = edgeFunction(catalog);
    const reply = await edge.call({ query: { configId }, body: firstPageView({ identityMap }) });
    const { identityMap: map, _tributary } = edge.records()[0]!.entity;
    return { map, unverified: _tributary?.unverifiedIdentities, warnings: reply.body.warnings ?? [] };
  }
  const withToken = (token: string, claimed: object = CLAIMED): object => ({
    ...claimed,
    identityToken: [{ id: token }],
  });

  it('makes what a page says of the person count, and is not kept itself', async () => {
    const { map, unverified, warnings } = await answered(withToken(await sign()));
    expect(map.CRMID).toEqual([{ id: 'RB-1', authenticatedState: 'authenticated' }]);
    expect(map.ECID).toEqual([{ id: expect.any(String), primary: true }]);
    expect([Object.keys(map).sort(), unverified, warnings]).toEqual([['CRMID', 'ECID'], undefined, []]);
  });

  it('says who the person is even where the page does not', async () => {
    expect((await answered(withToken(await sign(), {}))).map.CRMID).toHaveLength(1);
  });

  it('makes nobody count but whom it names', async () => {
    const claimed = { CRMID: [{ id: 'RB-2' }], Email: [{ id: 'ada@example.com' }] };
    const { map, unverified } = await answered(withToken(await sign(), claimed));
    expect(map.CRMID.map(({ id }: { id: string }) => id)).toEqual(['RB-1']);
    expect(unverified).toEqual(claimed);
  });

  const WRONG: Record<string, () => Promise<string>> = {
    'of a stranger’s key': () => sign({}, stranger),
    'of another datastream': () => sign({ aud: 'other-shop' }),
    'of another issuer': () => sign({ iss: 'https://evil.example' }),
    'that has expired': () => sign({ exp: NOW / 1_000 - 60 }),
    'that never expires': () => sign({ exp: undefined }),
    'that was issued long ago': () => sign({ iat: NOW / 1_000 - 7_200 }),
    'of another device': () => sign({ ecid: '1'.repeat(38) }),
    'without identities': () => sign({ identities: 'RB-1' }),
    'that is none': async () => 'header.payload.signature',
    'that is signed with nothing': async () =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"identities":{"CRMID":["RB-1"]}}').toString('base64url')}.`,
  };
  it.each(Object.entries(WRONG))(
    'does not count where it is one %s: the event is kept, without the person',
    async (_, make) => {
      const { map, unverified, warnings } = await answered(withToken(await make()));
      expect(Object.keys(map)).toEqual(['ECID']);
      expect(unverified).toEqual(CLAIMED);
      expect(warnings).toEqual([expect.objectContaining({ status: 200, detail: expect.stringContaining('token') })]);
    },
  );

  it('does not count where the datastream has no key', async () => {
    const { map, warnings } = await answered(withToken(await sign({ aud: 'without-keys' })), 'without-keys');
    expect([Object.keys(map), warnings.length]).toEqual([['ECID'], 1]);
  });

  it('counts for the device that it names', async () => {
    const ecid = '38279471055512904671042733315590217744';
    const claimed = { ...CLAIMED, ECID: [{ id: ecid }] };
    expect((await answered(withToken(await sign({ ecid }), claimed))).map.CRMID).toHaveLength(1);
  });
});
