import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSuppress } from '#core/governance/suppress.ts';
import { createDigests, type SuppressionSettings, suppressedMeanwhile } from '#core/governance/suppression.ts';
import { parseIdentityKey } from '#core/record/identity.ts';
import { MemorySuppressions } from '#lambdas/adapters/memory/suppressions.ts';

const settings: SuppressionSettings = {
  typeOf: (namespace) => (namespace === 'ECID' ? 'COOKIE' : namespace.startsWith('Email') ? 'EMAIL' : 'CROSS_DEVICE'),
  isConsentedStart: (id) => id === 'sign-ups',
  namespaces: ['CRMID', 'Email', 'ECID'],
};
const digestOf = createDigests('key', settings);
const digest = (key: string): string => digestOf(parseIdentityKey(key));
const AT = 1_000;

async function world() {
  const suppressions = new MemorySuppressions();
  const put = (key: string, mode: 'always' | 'until', at = AT): Promise<void> =>
    suppressions.change(new Map([[digest(key), () => ({ digest: digest(key), mode, at })]]));
  await put('CRMID:ann', 'always');
  await put('ECID:7', 'until');
  const suppress = createSuppress({
    suppressions,
    settings,
    known: () => suppressions.read(),
    digests: async () => digestOf,
    backoff: async () => {},
  });
  const isOut = async (key: string, time: number, receivedAt = time, datasetId = 'any'): Promise<boolean> =>
    (await suppress.records([{ datasetId, identities: [parseIdentityKey(key)], time, receivedAt }])).has(0);
  return { suppressions, put, suppress, isOut };
}

describe('a suppressed identity', () => {
  it('has a keyed digest, the same for an address, in capitals, and hashed', () => {
    expect(digest('Email:ann@example.com')).toBe(digest('Email: ANN@example.com '));
    expect(digest('Email:ann@example.com')).toBe(digest(`Email_LC_SHA256:${hash('sha256', 'ann@example.com')}`));
    expect(digest('CRMID:ann')).not.toBe(digest('CRMID:Ann'));
    const withAnotherKey = createDigests('another key', settings)(parseIdentityKey('CRMID:ann'));
    expect(withAnotherKey).not.toBe(digest('CRMID:ann'));
    for (const encoding of ['hex', 'base64url'] as const)
      expect(digest('CRMID:ann')).not.toBe(hash('sha256', 'CRMID:ann', encoding));
  });

  it('of a person stays out whatever the stamp; of a device only what is of then or before', async () => {
    const { isOut } = await world();
    for (const time of [0, AT, 10 * AT]) expect(await isOut('CRMID:ann', time, 5 * AT)).toBe(true);
    expect(await isOut('ECID:7', AT)).toBe(true);
    expect(await isOut('ECID:7', 10 * AT, AT), 'it arrived before').toBe(true);
    expect(await isOut('ECID:7', AT + 1)).toBe(false);
    expect(await isOut('CRMID:bob', 0)).toBe(false);
  });

  it('is readmitted by a new start that says when it happened, after the deletion, and nothing older comes with it', async () => {
    const { isOut } = await world();
    expect(await isOut('CRMID:ann', 2 * AT, 3 * AT)).toBe(true);
    expect(await isOut('CRMID:ann', AT, 3 * AT, 'sign-ups'), 'from before').toBe(true);
    expect(await isOut('CRMID:ann', 3 * AT, 3 * AT, 'sign-ups'), 'without a time of its own').toBe(true);
    expect(await isOut('CRMID:ann', 9 * AT, 3 * AT, 'sign-ups'), 'still to come').toBe(true);
    expect(await isOut('CRMID:ann', 2 * AT, 3 * AT, 'sign-ups')).toBe(false);
    expect(await isOut('CRMID:ann', 2 * AT, 3 * AT, 'sign-ups'), 'given again').toBe(false);
    expect(await isOut('CRMID:ann', 2 * AT - 1, 3 * AT)).toBe(true);
    expect(await isOut('CRMID:ann', 2 * AT + 1, 3 * AT)).toBe(false);
  });

  it('does not start anew while its deletion is under way', async () => {
    const { isOut, suppressions } = await world();
    const entry = suppressedMeanwhile(digest('CRMID:bob'));
    await suppressions.change(new Map([[entry.digest, () => entry]]));
    expect(await isOut('CRMID:bob', 10 * AT, 11 * AT, 'sign-ups')).toBe(true);
  });

  it('is recognised as a word of a text that could not be read', async () => {
    const { suppress } = await world();
    const texts = ['{"id": "ann", broken', 'annabel;12', 'x,ann,y'];
    expect([...(await suppress.texts(texts))]).toEqual([0, 2]);
  });
});
