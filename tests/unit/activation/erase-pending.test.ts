import { describe, expect, it } from 'vitest';
import { parquetFile } from '#core/activation/files/parquet.ts';
import { pendingPart, readPendingPart } from '#core/activation/files/pending.ts';
import { TIME_COLUMN } from '#core/activation/files/time-column.ts';
import { NOTHING_ERASED } from '#core/privacy/counts.ts';
import { eraseInFolders } from '#core/privacy/erase-objects.ts';
import type { Erasure } from '#core/privacy/erasure.ts';
import { identityKey } from '#core/record/identity.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { foldSettings } from '#tests/harness/core/factories.ts';
import { ecid, entered, exited, hubDelivery, identity, NOW, profileDelivery } from './factories.ts';

const KEY = 'pending/crm/part.ndjson';
const [C1, C2] = [identity('CRMID', 'C1'), identity('CRMID', 'C2')];

const erasure: Erasure = {
  requestId: 'request',
  revision: 1,
  reason: '',
  status: 'under-way',
  requestedAt: NOW,
  identities: [identityKey(C1), 'Email:ann@example.com'],
  lastRouted: {},
  counts: NOTHING_ERASED,
  passes: [],
};

const erased = async (text: string): Promise<{ lines: number; text: string }> => {
  const { lines, bytes } = await erasedIn(KEY, new TextEncoder().encode(text));
  return { lines, text: new TextDecoder().decode(bytes) };
};

async function erasedIn(key: string, body: Uint8Array): Promise<{ lines: number; bytes: Uint8Array | undefined }> {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  const exports = createMemoryObjectStore({ now: () => NOW - 60_000 });
  await exports.put(key, body);
  const erasures = new MemoryErasures();
  await erasures.save({ ...erasure, revision: 0 });
  const others = createMemoryObjectStore();
  const { tally } = await eraseInFolders(
    [{ canonicalKey: `exports ${folder}`, store: 'exports', folder }],
    { id: 'job', startedAt: NOW },
    {
      erasures,
      stores: { exports, lake: others, quarantine: others },
      settings: { datasets: new Map(), normalForms: new Map(), links: foldSettings().links },
      backoff: async () => {},
    },
  );
  return { lines: tally.rows!, bytes: await exports.get(key) };
}

describe('the deletion of a person from what waits for the next file', () => {
  it('leaves what was said of others who were told together with them', async () => {
    const delivery = profileDelivery({ identities: [C1, C2], attributes: { tier: 'gold' }, changes: [entered('A1')] });
    const { lines, text } = await erased(
      pendingPart([delivery, profileDelivery({ canonicalKey: 'CRMID:C2', identities: [C2] })]),
    );
    expect(lines).toBe(1);
    expect(text).not.toContain('C1');
    expect(readPendingPart(text)).toMatchObject([
      { identities: [C2], attributes: { tier: 'gold' }, changes: [entered('A1')] },
      { identities: [C2] },
    ]);
  });

  it('leaves removals of theirs, which nobody would decide again, and nothing else', async () => {
    const delivery = profileDelivery({
      identities: [C1],
      attributes: { tier: 'gold' },
      changes: [entered('A1'), exited('A2')],
    });
    const { text } = await erased(pendingPart([delivery]));
    expect(readPendingPart(text)).toEqual([{ ...delivery, canonicalKey: '', attributes: {}, changes: [exited('A2')] }]);
  });

  it('takes attributes of others away that name them, but not what only looks like it', async () => {
    const about = (attributes: Record<string, unknown>) =>
      profileDelivery({ canonicalKey: 'CRMID:C2', identities: [C2], attributes });
    const part = pendingPart([about({ parent: 'ann@example.com' }), about({ size: 'C1' })]);
    expect(readPendingPart((await erased(part)).text)).toEqual([about({}), about({ size: 'C1' })]);
  });

  it('leaves whoever has the same value in another namespace', async () => {
    const delivery = profileDelivery({ canonicalKey: 'shop:C1', identities: [identity('shop', 'C1')] });
    expect(readPendingPart((await erased(pendingPart([delivery]))).text)).toEqual([delivery]);
  });

  it('does the same for rows of the hub', async () => {
    const delivery = hubDelivery({ identities: [C1, ecid()], changes: [entered('A1')] });
    expect(readPendingPart((await erased(pendingPart([delivery]))).text)).toEqual([
      { ...delivery, canonicalKey: '', identities: [ecid()] },
    ]);
  });

  it('leaves the part where it is even if nothing is left in it: an export may have begun with it', async () => {
    expect(await erased(pendingPart([profileDelivery({ identities: [C1] })]))).toEqual({ lines: 1, text: '' });
  });

  it('takes away a line that names them and is no delivery, and leaves every other as it is', async () => {
    const other = pendingPart([profileDelivery({ canonicalKey: 'CRMID:C2', identities: [C2] })]);
    expect((await erased(`{"broken": "C1"\n${other}not a delivery\n`)).text).toBe(`${other}not a delivery\n`);
  });
});

describe('the deletion of a person from files that nobody has fetched yet', () => {
  const FILE = 'crm/crm_segmentA1_20260301100000.parquet';
  const fileOf = (...ids: string[]): Uint8Array =>
    parquetFile(
      ['identity', TIME_COLUMN],
      ids.map((id) => [id, new Date(NOW)]),
      'ZSTD',
    );

  it('takes their rows out of Parquet, and the file where nothing else is in it', async () => {
    expect(await erasedIn(FILE, fileOf('C3', 'ann@example.com', 'C4'))).toEqual({
      lines: 1,
      bytes: fileOf('C3', 'C4'),
    });
    expect(await erasedIn(FILE, fileOf('ann@example.com'))).toEqual({ lines: 1, bytes: undefined });
    expect(await erasedIn(FILE, fileOf('C3'))).toEqual({ lines: 0, bytes: fileOf('C3') });
  });
});
