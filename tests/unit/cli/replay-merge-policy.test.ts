import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '#tests/harness/cli.ts';
import { addToCart, logIn, seenIn } from '#tests/harness/platform/example.ts';

const NOW = '2026-03-01T10:00:00Z';
const AT = Date.parse(NOW) - 3_600_000;
const policy = (id: string, type: string, isDefault: boolean): string =>
  `id: ${id}\ndefault: ${isDefault}\nidentityGraph: { type: ${type} }\n`;

/** A customer with a device, whose memberships are found by the private graph. */
async function sharedUnder(standard: 'pdg' | 'none') {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  const catalog = join(folder, 'catalog');
  await cp('catalog', catalog, { recursive: true });
  await writeFile(join(catalog, 'merge-policies', 'default.yaml'), policy('default', standard, true));
  await writeFile(join(catalog, 'merge-policies', 'stitched.yaml'), policy('stitched', 'pdg', false));
  const segment = [
    'id: known',
    'name: Known',
    'mergePolicyId: stitched',
    'expression:',
    '  type: PQL',
    '  format: pql/text',
    '  value: identityMap.CRMID.count() > 0 and identityMap.ECID.count() > 0',
  ];
  await writeFile(join(catalog, 'segments', 'known.yaml'), segment.join('\n'));
  await writeFile(
    join(catalog, 'destinations', 'audience-manager.yaml'),
    'id: audience-manager\ntype: aam\nsegments: [known]\n',
  );
  const given: string[] = [];
  const inputs = { 'web-events': addToCart(1, AT), logins: logIn(1, AT), regions: seenIn(1, AT) };
  for (const [dataset, record] of Object.entries(inputs)) {
    const path = join(folder, `${dataset}.ndjson`);
    await writeFile(path, JSON.stringify(record));
    given.push('--input', `${dataset}=${path}`);
  }
  const { code, stdout, stderr } = await cli('replay', '--catalog', catalog, ...given, '--now', NOW, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('replay of a segment under another merge policy than the default one', () => {
  it('AAM-10: shares by the default merge policy, though the segment has its own', async () => {
    const stitched = await sharedUnder('pdg');
    expect(stitched.segments.known.count).toBe(1);
    expect(stitched.destinations['audience-manager']).toMatchObject({ entries: 1, excluded: {} });
    const alone = await sharedUnder('none');
    expect(alone.segments.known.count).toBe(1);
    expect(alone.destinations['audience-manager']).toMatchObject({ entries: 0, excluded: { noSharedIdentity: 1 } });
  });
});
