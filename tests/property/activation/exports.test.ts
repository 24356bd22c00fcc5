import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { exportLane, type MakeFiles } from '#core/activation/files/export-lane.ts';
import { pendingKey } from '#core/activation/files/keys.ts';
import { type FileRow, pendingPart } from '#core/activation/files/pending.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { NOTHING_ERASED } from '#core/privacy/counts.ts';
import { eraseInFolders, searchedFolders } from '#core/privacy/erase-objects.ts';
import { identityKey } from '#core/record/identity.ts';
import { MemoryErasures } from '#lambdas/adapters/memory/erasures.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { foldSettings } from '#tests/harness/core/factories.ts';
import { drawFrom } from '#tests/harness/interleaving/draw.ts';
import { type Command, Interleaver } from '#tests/harness/interleaving/interleaver.ts';
import { createClock } from '#tests/harness/poller/clock.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

const START = Date.parse('2026-03-01T10:00:00Z');

const lineOf = ({ identity, segmentId, status }: FileRow): string => `${identityKey(identity)} ${segmentId} ${status}`;

/** `dated`: a file for each slot; else each takes the place of the one before. */
const files =
  (dated: boolean): MakeFiles =>
  (rows, slot) => ({
    files: [
      {
        key: dated ? `people/${slot}.txt` : 'people/now.txt',
        body: rows.map((row) => `${lineOf(row)}\n`).join(''),
        contentType: 'text/plain',
        rows: rows.length,
      },
    ],
    invalid: [],
  });

/** The bucket, and what somebody knows who reads each file when it appears. */
function bucket(isFull: boolean, now: () => number): { store: ObjectStore; raw: ObjectStore; known: () => string[] } {
  const store = createMemoryObjectStore({ now });
  const known = new Set<string>();
  const read = (text: string): void => {
    if (isFull) known.clear();
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const [who, segment, status] = line.split(' ');
      if (status === 'realized') known.add(`${who} ${segment}`);
      else known.delete(`${who} ${segment}`);
    }
  };
  const putIf: ObjectStore['putIf'] = async (key, body, etag, options) => {
    const written = await store.putIf(key, body, etag, options);
    if (written !== undefined && key.startsWith('people/')) read(new TextDecoder().decode(body as Uint8Array));
    return written;
  };
  return { store: { ...store, putIf }, raw: store, known: () => [...known].sort() };
}

/** Takes a person out of everything that was written until then. */
async function takeOut(store: ObjectStore, identity: string, requestedAt: number): Promise<void> {
  const erasures = new MemoryErasures();
  const request = { requestId: 'request', reason: '', status: 'under-way' as const, requestedAt };
  await erasures.save({
    ...request,
    revision: 0,
    identities: [identity],
    lastRouted: {},
    counts: NOTHING_ERASED,
    passes: [],
  });
  const none = createMemoryObjectStore();
  const stores = { exports: store, lake: none, quarantine: none };
  const items = searchedFolders(stores);
  const folders = await Array.fromAsync(items.scan({ index: 0, of: 1 }));
  const settings = { datasets: new Map(), normalForms: new Map(), links: foldSettings().links };
  const { firstError } = await eraseInFolders(
    folders,
    { id: 'job', startedAt: requestedAt },
    { erasures, stores, settings, backoff: async () => {} },
  );
  if (firstError) throw firstError;
}

const change = fc.record({
  who: fc.constantFrom('C1', 'C2', 'C3'),
  segmentId: fc.constantFrom('A1', 'A2'),
  status: fc.constantFrom('realized' as const, 'exited' as const),
});
type Change = typeof change extends fc.Arbitrary<infer One> ? One : never;
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('part' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('export' as const), moveOn: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('again' as const), which: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('erase' as const), who: fc.constantFrom('C1', 'C2') }) },
);
const moments = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 4_000 }), step }), { minLength: 2, maxLength: 14 });

describe('exports of one delivery lane, by whom and how often ever they are begun', () => {
  it.each([
    ['what has changed, in a file each', false, true],
    ['what has changed, in one file that is written over', false, false],
    ['everybody, in a file each', true, true],
    ['everybody, in one file that is written over', true, false],
  ])(
    'tell the latest of %s, and lose nothing',
    async (_, full, dated) => {
      await fc.assert(
        fc.asyncProperty(moments, fc.nat(), fc.nat({ max: 3 }), async (given, seed, crashes) => {
          const clock = createClock(START);
          const interleaver = new Interleaver({
            clock,
            draw: drawFrom(seed),
            maxStepMs: 2_000,
            maxCallMs: 8_000,
            crashes,
          });
          const { store, raw, known } = bucket(full, clock.now);
          const [stepwise, searched] = [interleaver.wrap(store), interleaver.wrap(raw)];
          const latest = new Map<string, boolean>();
          const parts: { key: string; body: string }[] = [];
          let revision = 0;
          let ids = 0;

          const exportOnce = (moveOn: boolean): Promise<unknown> => {
            const now = clock.now();
            const slot = moveOn ? Math.floor(now / 1_000) * 1_000 : Math.floor(now / 10_000) * 10_000;
            return exportLane(stepwise, 'people', slot, files(dated), { moveOn, now, full, id: `export ${++ids}` });
          };
          const put = async ({ key, body }: { key: string; body: string }): Promise<void> => store.put(key, body);
          const partOf = (id: string, changes: readonly Change[]) => {
            const deliveries = changes.map(({ who, segmentId, status }): ProfileDelivery => {
              latest.set(`CRMID:${who} ${segmentId}`, status === 'realized');
              revision += 1;
              return {
                kind: 'profile',
                destinationId: 'people',
                canonicalKey: 'CRMID:C1',
                revision,
                decidedAt: clock.now(),
                identities: [{ namespace: 'CRMID', value: who }],
                attributes: {},
                changes: [{ segmentId, status, lastQualificationTime: clock.now() }],
              };
            });
            return { key: pendingKey('people', [id]), body: pendingPart(deliveries) };
          };
          /** A pass, after which what was routed about the person is routed anew. */
          const erase = async (who: Change['who'], id: string): Promise<void> => {
            const left = (['A1', 'A2'] as const).filter((segmentId) => latest.has(`CRMID:${who} ${segmentId}`));
            const exits = left.map((segmentId) => ({ who, segmentId, status: 'exited' as const }));
            await put(partOf(`${id} left`, exits));
            await takeOut(searched, `CRMID:${who}`, clock.now());
            await put(partOf(`${id} anew`, exits));
          };
          let at = START;
          const commands = given.map(({ gap, step: one }, index): Command => {
            at += gap;
            return {
              at,
              name: one.what,
              run: () => {
                if (one.what === 'export') return exportOnce(one.moveOn);
                // A message that comes again is the same part.
                if (one.what === 'again') return parts[one.which] && put(parts[one.which]!);
                if (one.what === 'erase') return erase(one.who, `erase ${index}`);
                const part = partOf(String(index), one.changes);
                parts.push(part);
                return put(part);
              },
            };
          });
          await interleaver.play(commands, []);
          interleaver.calm();
          // A file that is written over may be read too late, never too early: the last one says how it is.
          for (let round = 0; round < 2; round++) {
            clock.advanceBy(20_000);
            await interleaver.play([{ at: clock.now(), name: 'export', run: () => exportOnce(true) }], []);
          }
          const expected = [...latest].filter(([, isMember]) => isMember).map(([key]) => key);
          expect(known()).toEqual(expected.sort());
          expect(await Array.fromAsync(store.list('exporting/'))).toEqual([]);
          expect(await Array.fromAsync(store.list('pending/'))).toEqual([]);
        }),
        runs(0.25, 100),
      );
    },
    timeout,
  );

  const row = (who: string, revision: number): string =>
    pendingPart([
      {
        kind: 'profile',
        destinationId: 'people',
        canonicalKey: `CRMID:${who}`,
        revision,
        decidedAt: START,
        identities: [{ namespace: 'CRMID', value: who }],
        attributes: {},
        changes: [{ segmentId: 'A1', status: 'realized', lastQualificationTime: START }],
      },
    ]);
  const FILE = 'people/now.txt';
  const textOf = async (store: ObjectStore): Promise<string> => new TextDecoder().decode((await store.get(FILE))!);
  const exportAt = (store: ObjectStore, slot: number): Promise<unknown> =>
    exportLane(store, 'people', slot, files(false), { moveOn: true, now: slot, full: true, id: String(slot) });
  const populated = async (): Promise<ObjectStore> => {
    const store = createMemoryObjectStore({ now: () => START });
    for (const who of ['C1', 'C2']) await store.put(pendingKey('people', [who]), row(who, 1));
    await exportAt(store, START);
    expect((await textOf(store)).split('\n').sort()).toEqual(['', 'CRMID:C1 A1 realized', 'CRMID:C2 A1 realized']);
    await store.put(pendingKey('people', ['C3']), row('C3', 1));
    return store;
  };

  it('are not written over by a deletion that had read the file before', async () => {
    const store = await populated();
    const get: ObjectStore['get'] = async (key, ...rest) => {
      const bytes = await store.get(key, ...rest);
      if (key === FILE) await exportAt(store, START + 60_000);
      return bytes;
    };
    await takeOut({ ...store, get }, 'CRMID:C1', START + 10_000);
    expect(await textOf(store)).toContain('CRMID:C3');
  });

  it('are written also where a deletion has written the file over meanwhile', async () => {
    const store = await populated();
    let isFirst = true;
    const putIf: ObjectStore['putIf'] = async (key, ...rest) => {
      if (key === FILE && isFirst) {
        isFirst = false;
        await takeOut(store, 'CRMID:C1', START + 10_000);
        expect(await textOf(store)).toBe('CRMID:C2 A1 realized\n');
      }
      return await store.putIf(key, ...rest);
    };
    await exportAt({ ...store, putIf }, START + 60_000);
    expect(await textOf(store)).toContain('CRMID:C3');
  });
});
