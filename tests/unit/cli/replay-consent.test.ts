import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';
import { addToCart, logIn, seenIn } from '#tests/harness/platform/example.ts';

const NOW = '2026-03-01T10:00:00Z';
const AT = Date.parse(NOW) - 3_600_000;
const SEGMENT = 'cart-abandoners';
const PEOPLE = [1, 2, 3];

const customer = (n: number, val: string | undefined): object => ({
  _riverbend: { crmId: `RB-${n}` },
  ...(val && { consents: { marketing: { email: { val } } } }),
  extSourceSystemAudit: { lastUpdatedDate: new Date(AT).toISOString() },
});

/** Three people put something into their carts; the first consents to e-mail, the second rejects, the third says nothing. */
async function replayed(more: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'consent-'));
  await cp('catalog', join(folder, 'catalog'), { recursive: true });
  const inputs: Readonly<Record<string, readonly object[]>> = {
    'web-events': PEOPLE.map((n) => addToCart(n, AT)),
    logins: PEOPLE.map((n) => logIn(n, AT)),
    regions: PEOPLE.map((n) => seenIn(n, AT)),
    customers: [customer(1, 'y'), customer(2, 'n'), customer(3, undefined)],
  };
  const given: string[] = [];
  for (const [dataset, records] of Object.entries(inputs)) {
    const path = join(folder, `${dataset}.ndjson`);
    await writeFile(path, records.map((record) => JSON.stringify(record)).join('\n'));
    given.push('--input', `${dataset}=${path}`);
  }
  for (const [path, text] of Object.entries(more)) {
    await mkdir(join(folder, 'catalog', path, '..'), { recursive: true });
    await writeFile(join(folder, 'catalog', path), text);
  }
  const { code, stdout, stderr } = await cli(
    'replay',
    '--catalog',
    join(folder, 'catalog'),
    ...given,
    '--now',
    NOW,
    '--json',
  );
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('replay under a consent policy', () => {
  it('counts by reason who is not told, at every destination and on the way to Audience Manager', async () => {
    const policy = { 'consent-policies/mail.yaml': 'id: ask-first\nchannel: email\n' };
    const { segments, destinations, aam } = await replayed(policy);
    expect(segments[SEGMENT].count).toBe(3);
    expect(destinations.webhook).toMatchObject({ entries: 1, excluded: { 'consent:ask-first': 2 } });
    expect(aam[SEGMENT]).toEqual({ edge: { 7: 1 }, hub: 0, excluded: { 'consent:ask-first': 2 } });
  });

  it('leaves out nobody where the catalog asks for no consent', async () => {
    const { destinations, aam } = await replayed();
    expect(destinations.webhook).toMatchObject({ entries: 3, excluded: {} });
    expect(aam[SEGMENT]).toEqual({ edge: { 7: 3 }, hub: 0, excluded: {} });
  });
});
