import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HubDelivery } from '#core/activation/delivery.ts';
import { hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import { LatestRows } from '#core/activation/files/pending.ts';
import { runs } from '#tests/harness/runs.ts';
import { describeSamples, samplesIn } from './aam-samples.ts';
import { ecid, entered, exited, gaid, hashedEmail, hubDelivery, identity, idfa, NOW } from './factories.ts';
import { applySync } from './read-files.ts';

const SLOT = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = SLOT / 1000;
const SETTINGS = { id: 'aam', dataProviderIds: { Email_LC_SHA256: 5001 } };

function files(deliveries: readonly HubDelivery[], limits?: Parameters<typeof hubFiles>[3]) {
  const latest = new LatestRows();
  for (const delivery of deliveries) latest.add(delivery);
  return hubFiles(SETTINGS, latest.rows(), SLOT, limits);
}

describeSamples('files of the hub and samples', (folder) => {
  it('are written alike: id, tab, quoted key-value pairs', () => {
    const row = /^[^\t]+\t("[^"]*"="[^"]*",*)+$/;
    const samples = Object.entries(samplesIn(folder)).filter(([name]) => name.endsWith('.overwrite'));
    expect(samples.length).toBeGreaterThan(0);
    for (const [name, text] of samples) for (const line of text.split(/\r?\n/)) expect(line, name).toMatch(row);
    const body = files([hubDelivery({ changes: [entered('A1'), entered('A5')] })]).files[0]!.body;
    for (const line of body.split('\n').slice(0, -1)) expect(line).toMatch(row);
  });
});

describe('files of the hub', () => {
  it('are one for each data provider, named after it and the slot', () => {
    const identities = [ecid(), idfa(), gaid(), identity('AdCloud', 'x1'), hashedEmail()];
    const made = files([hubDelivery({ identities })]).files;
    const name = (provider: number) => `aam/date=2026-03-01/ftp_dpm_${provider}_${SECONDS}.sync`;
    expect(made.map(({ key }) => key)).toEqual([4, 411, 5001, 20914, 20915].map(name));
  });

  it('have one row for each id: a tab, then signals of entries and removals, with a comma between', () => {
    const made = files([hubDelivery({ changes: [entered('A1'), exited('A3'), entered('A5')] })]).files;
    expect(made[0]?.body).toBe(`${ecid().value}\t"segID"="A1",d_unsid=A3,"segID"="A5"\n`);
    expect(made[0]?.rows).toBe(3);
  });

  it('spell advertising ids the way devices do', () => {
    const identities = [identity('IDFA', idfa().value.toLowerCase()), identity('GAID', gaid().value.toUpperCase())];
    const [android, apple] = files([hubDelivery({ identities })]).files;
    expect(android?.body.startsWith(`${gaid().value}\t`)).toBe(true);
    expect(apple?.body.startsWith(`${idfa().value.toUpperCase()}\t`)).toBe(true);
  });

  it('AAM-15: an exit takes back what an earlier file said', () => {
    const lastRouted = applySync(new Map(), files([hubDelivery()]).files[0]!.body);
    applySync(lastRouted, files([hubDelivery({ revision: 2, changes: [exited('A1')] })]).files[0]!.body);
    expect(lastRouted).toEqual(new Map([[`${ecid().value}/A1`, 'exited']]));
  });

  it('AAM-SYNC-2: a file adds to the one before', () => {
    const sync = (...ids: string[]) => files([hubDelivery({ changes: ids.map((id) => entered(id)) })]).files[0]!.body;
    const lastRouted = applySync(applySync(new Map(), sync('a', 'b', 'c')), sync('c', 'd', 'e'));
    expect([...lastRouted.keys()].map((key) => key.split('/')[1]).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('take the latest revision, in whatever order deliveries come, and however often', () => {
    const history = [entered('A1'), exited('A1'), entered('A1'), exited('A1')].map((change, index) =>
      hubDelivery({ revision: index + 1, changes: [change] }),
    );
    const anyOrder = fc.shuffledSubarray([...history, ...history], { minLength: 1 });
    fc.assert(
      fc.property(anyOrder, (deliveries) => {
        const last = deliveries.reduce((a, b) => (b.revision > a.revision ? b : a));
        const lastRouted = applySync(new Map(), files(deliveries).files[0]!.body);
        expect([...lastRouted.values()]).toEqual([last.changes[0]!.status]);
      }),
    );
  });

  it('AAM-RCPT: have no row that the hub could not read, and say why identities are left out', () => {
    const identities = [
      identity('Google', 'g1'),
      identity('IDFA', '00000000-0000-0000-0000-000000000000'),
      identity('AdCloud', 'has a blank'),
      identity('AdCloud', 'has:colon'),
      identity('AdCloud', 'tab\there'),
    ];
    expect(files([hubDelivery({ identities })])).toEqual({
      files: [],
      invalid: expect.arrayContaining(['noDataProviderId', 'malformedId']),
    });
    expect(files([hubDelivery({ identities })]).invalid).toHaveLength(identities.length);
  });

  it('are none where there is nothing to say: an empty file is invalid', () => {
    expect(files([])).toEqual({ files: [], invalid: [] });
  });

  it('are numbered where one would grow too big, and exceed no limit', () => {
    const limits = { rowBytes: 120, rowsPerUser: 2, fileBytes: 400 };
    const deliveries = fc.array(
      fc.record({
        identities: fc.array(fc.integer({ min: 1, max: 6 }).map(ecid), { minLength: 1, maxLength: 3 }),
        changes: fc.array(
          fc.integer({ min: 1, max: 20 }).map((n) => (n % 3 === 0 ? exited(`S${n}`) : entered(`S${n}`))),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        decidedAt: fc.constant(NOW),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(deliveries, (changes) => {
        const all = changes.map((change, index) => hubDelivery({ ...change, revision: index }));
        const made = files(all, limits).files;
        const whole = files(all).files;
        expect(whole).toHaveLength(1);
        for (const [index, file] of made.entries()) {
          expect(file.key).toBe(`${whole[0]!.key}${made.length > 1 ? `.${index + 1}` : ''}`);
          expect(Buffer.byteLength(file.body)).toBeLessThanOrEqual(limits.fileBytes);
          const lines = file.body.split('\n').slice(0, -1);
          expect(lines.length).toBeGreaterThan(0);
          for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(limits.rowBytes);
          for (const own of Map.groupBy(lines, (line) => line.split('\t')[0]).values()) {
            expect(own.length).toBeLessThanOrEqual(limits.rowsPerUser);
          }
        }
        const split = made.reduce((lastRouted, { body }) => applySync(lastRouted, body), new Map());
        expect(split).toEqual(applySync(new Map(), whole[0]!.body));
      }),
      runs(0.25, 50),
    );
  });
});
