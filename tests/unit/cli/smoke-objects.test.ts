import { describe, expect, it } from 'vitest';
import { deleteSmokeObjects, isDelivered, rejectionReasons } from '#cli/smoke/objects.ts';
import { writeToQuarantine } from '#core/pipeline/quarantine/write.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

const stores = () => ({
  lake: createMemoryObjectStore(),
  quarantine: createMemoryObjectStore(),
  exports: createMemoryObjectStore(),
});
const keysOf = async ({ lake, quarantine, exports }: ReturnType<typeof stores>): Promise<string[]> =>
  (await Promise.all([lake, quarantine, exports].map((store) => Array.fromAsync(store.list(''))))).flat();

describe('the objects of smoke tests', () => {
  it('go, all of them, and nothing that belongs to anybody else', async () => {
    const all = stores();
    const others = ['dataset=tributary-smoke-2/date=2026-03-01/a', 'dataset=web-events/date=2026-03-01/a'];
    const files = ['tributary-smoke-2/a.csv', 'pending/webhook/a.ndjson', 'exporting/crm-export.json'];
    for (const key of others) for (const store of [all.lake, all.quarantine]) await store.put(key, 'x');
    for (const key of files) await all.exports.put(key, 'x');
    const before = await keysOf(all);
    for (const store of [all.lake, all.quarantine]) await store.put('dataset=tributary-smoke/date=2026-03-01/a', 'x');
    for (const folder of [
      'tributary-smoke',
      'pending/tributary-smoke',
      'exported/tributary-smoke',
      'members/tributary-smoke',
    ])
      await all.exports.put(`${folder}/a`, 'x');
    await all.exports.put('exporting/tributary-smoke.json', 'x');
    expect(await deleteSmokeObjects(all)).toBe(7);
    expect(await keysOf(all)).toEqual(before);
  });

  it('say why a record of this very test was rejected', async () => {
    const all = stores();
    const row = (id: string, code: 'schema-violation' | 'malformed') => ({
      datasetId: 'tributary-smoke',
      receivedAt: 1,
      tieBreaker: '',
      raw: `{"_id":"${id}"}`,
      position: { source: 'stream', sequenceNumber: id } as never,
      rejections: [{ code, message: 'no', pointer: '/eventType' }],
    });
    await writeToQuarantine(all.quarantine, 'one', [row('mine', 'schema-violation'), row('theirs', 'malformed')]);
    expect(await rejectionReasons(all, 'mine')).toBe('schema-violation /eventType');
    expect(await rejectionReasons(all, 'nobody')).toBe('');
  });

  it('say whether a membership was delivered, of this identity and with this status', async () => {
    const all = stores();
    const delivery = {
      kind: 'profile',
      destinationId: 'tributary-smoke',
      canonicalKey: 'TributarySmoke:a',
      revision: 1,
      decidedAt: 1,
      identities: [{ namespace: 'TributarySmoke', value: 'a' }],
      attributes: {},
      changes: [{ segmentId: 'tributary-smoke', status: 'realized', lastQualificationTime: 1 }],
    };
    await all.exports.put('pending/tributary-smoke/p.ndjson', `${JSON.stringify(delivery)}\n`);
    expect(await isDelivered(all, 'TributarySmoke:a', 'realized')).toBe(true);
    expect(await isDelivered(all, 'TributarySmoke:a', 'exited')).toBeUndefined();
    expect(await isDelivered(all, 'TributarySmoke:b', 'realized')).toBeUndefined();
  });
});
