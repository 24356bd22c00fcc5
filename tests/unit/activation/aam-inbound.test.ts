import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliveryStateItem, noDeliveryState } from '#core/activation/delivery-state.ts';
import { overwriteRows } from '#core/activation/destinations/aam/full.ts';
import { type HubFileMode, type HubSettings, hubFiles } from '#core/activation/destinations/aam/hub-file.ts';
import { readIdSync } from '#core/activation/destinations/aam/id-sync.ts';
import {
  applyInboundFile,
  type HubKnowledge,
  readInboundFile,
} from '#core/activation/destinations/aam/inbound-file.ts';
import { readInboundName } from '#core/activation/destinations/aam/inbound-name.ts';
import { readReceipt } from '#core/activation/destinations/aam/receipt.ts';
import { LatestRows } from '#core/activation/files/pending.ts';
import { identityKey } from '#core/record/identity.ts';
import { MemoryVersionedStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { describeSamples, OWN_SAMPLES, samplesIn } from './aam-samples.ts';
import { ecid, entered, exited, gaid, hubDelivery, idfa, NOW } from './factories.ts';

const SLOT = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = SLOT / 1000;

const dataName = (name: string) => {
  const read = readInboundName(name);
  if (read?.kind !== 'data') throw new Error(`${name} is no data file`);
  return read;
};
const read = (name: string, text: string) => readInboundFile(dataName(name), text);
const baseName = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** What the hub knows of the one user of these files: names of traits, sorted. */
const known = (knowledge: HubKnowledge): string[] => [...(knowledge.values().next().value ?? [])].sort();

function files(
  changes: ReturnType<typeof entered>[],
  mode: HubFileMode = 'sync',
  settings: Partial<HubSettings> = {},
  identities = [ecid()],
) {
  const latest = new LatestRows();
  latest.add(hubDelivery({ identities, changes }));
  return hubFiles({ id: 'aam', ...settings }, latest.rows(), SLOT, undefined, mode).files;
}

const apply = (before: HubKnowledge, made: ReturnType<typeof files>): HubKnowledge =>
  made.reduce((knowledge, { key, body }) => applyInboundFile(knowledge, read(baseName(key), body)), before);
const members = (...ids: string[]) => ids.map((id) => entered(id));
const signals = (...ids: string[]): string[] => ids.map((id) => `segID=${id}`);

describe('what the hub makes of our files', () => {
  it('AAM-SYNC-1: an overwrite file replaces what a user had', () => {
    const synced = apply(new Map(), files(members('a', 'b', 'c')));
    expect(known(apply(synced, files(members('c', 'd', 'e'), 'overwrite')))).toEqual(signals('c', 'd', 'e'));
  });

  it('AAM-SYNC-1: an overwrite file says nothing about users that are not in it', () => {
    const synced = apply(new Map(), files(members('a'), 'sync', {}, [ecid(1), ecid(2)]));
    const after = apply(synced, files(members('b'), 'overwrite', {}, [ecid(1)]));
    expect([...after].map(([user, names]) => [user, ...names])).toEqual([
      [ecid(1).value, 'segID=b'],
      [ecid(2).value, 'segID=a'],
    ]);
  });

  it('AAM-SYNC-2: a sync file adds to what a user had', () => {
    const synced = apply(new Map(), files(members('a', 'b', 'c')));
    expect(known(apply(synced, files(members('c', 'd', 'e'))))).toEqual(signals('a', 'b', 'c', 'd', 'e'));
  });

  it('AAM-SYNC-2: removals are left out of an overwrite file, which would ignore them', () => {
    expect(files([entered('a'), exited('b')], 'overwrite')[0]!.body).toBe(`${ecid().value}\t"segID"="a"\n`);
    expect(files([exited('b')], 'overwrite')).toEqual([]);
    const ignored = read(`ftp_dpm_4_${SECONDS}.overwrite`, `${ecid().value}\td_sid=1,d_unsid=1\n`);
    expect(known(applyInboundFile(new Map(), ignored))).toEqual(['1']);
  });

  it('AAM-15: a removal ends the signal, or the trait where its number is known', () => {
    for (const traits of [undefined, { A1: 24 }]) {
      const lastRouted = apply(new Map(), files([entered('A1')], 'sync', { traits }));
      expect(known(lastRouted)).toHaveLength(1);
      expect(apply(lastRouted, files([exited('A1')], 'sync', { traits })).size).toBe(0);
    }
  });

  it('traits are named by number where the destination knows them', () => {
    const [file] = files([entered('A1'), exited('A3'), entered('A5')], 'sync', { traits: { A1: 24, A3: 28 } });
    expect(file!.body).toBe(`${ecid().value}\td_sid=24,d_unsid=28,"segID"="A5"\n`);
  });

  it('are named after the partner, the data provider, the company, the mode and the compression', () => {
    const settings = { partner: 'riverbend', targetDataProviderId: 21, gzip: true };
    const [file] = files(members('A1'), 'overwrite', settings, [gaid()]);
    expect(file!.key).toBe(`riverbend/date=2026-03-01/ftp_dpm_20914_21_${SECONDS}.overwrite.gz`);
    expect(gunzipSync(file!.bytes!).toString()).toBe(file!.body);
    expect(readInboundName(baseName(file!.key))).toEqual({
      kind: 'data',
      dataProviderId: 20914,
      targetDataProviderId: 21,
      mode: 'overwrite',
      odc: false,
      at: SLOT,
    });
  });

  it('has nothing to reject, whatever the memberships and the limits are', () => {
    const identities = fc.uniqueArray(
      fc.oneof(...[ecid, idfa, gaid].map((make) => fc.integer({ min: 1, max: 9 }).map(make))),
      { minLength: 1, selector: identityKey },
    );
    const changes = fc.uniqueArray(
      fc
        .tuple(fc.integer({ min: 1, max: 40 }), fc.boolean())
        .map(([n, is]) => (is ? entered(`S${n}`) : exited(`S${n}`))),
      { minLength: 1, maxLength: 60, selector: ({ segmentId }) => segmentId },
    );
    const limits = fc.record({
      rowBytes: fc.integer({ min: 100, max: 300 }),
      rowsPerUser: fc.integer({ min: 1, max: 3 }),
      fileBytes: fc.integer({ min: 400, max: 4_000 }),
    });
    fc.assert(
      fc.property(identities, changes, limits, (ids, all, limit) => {
        const latest = new LatestRows();
        latest.add(hubDelivery({ identities: ids, changes: all }));
        const made = hubFiles({ id: 'aam' }, latest.rows(), SLOT, limit).files;
        let knowledge: HubKnowledge = new Map();
        for (const { key, body } of made) {
          const file = read(baseName(key), body);
          expect(file.rejected).toEqual([]);
          knowledge = applyInboundFile(knowledge, file);
        }
        const entries = all.filter(({ status }) => status === 'realized').map(({ segmentId }) => `segID=${segmentId}`);
        expect(knowledge.size).toBe(entries.length === 0 ? 0 : ids.length);
        for (const names of knowledge.values()) expect([...names].sort()).toEqual(entries.sort());
      }),
    );
  });
});

describe('reading inbound files', () => {
  it('takes traits, removals, integration codes and pairs however they are written', () => {
    const row =
      '24,d_sid=25,"d_sid"=26,d_unsid=27,28:0,29:-1,ic=52,"age"="32",-product = camera,"city"="New York, NY",';
    expect(read('ftp_dpm_21_1366545717.sync', `U1\t${row}`).rows[0]!.fields).toEqual([
      ...['24', '25', '26'].map((name) => ({ name, removes: false })),
      ...['27', '28', '29'].map((name) => ({ name, removes: true })),
      ...['ic=52', 'age=32', 'product=camera', 'city=New York, NY'].map((name) => ({ name, removes: false })),
    ]);
  });

  it.each([
    ['"key" = "a=b"', 'key=a=b'],
    ['--key==b', 'key==b'],
    ['key=', 'key='],
    ['"key"=""', 'key='],
    ['"key=b', 'key=b'],
  ])('takes %s for a pair', (field, name) => {
    expect(read('ftp_dpm_21_1366545717.sync', `U1\t${field}`).rows[0]!.fields).toEqual([{ name, removes: false }]);
  });

  it.each(['=b', '""=b', 'k"ey=b', '"key"="a"b"', '24:1'])('does not take %s for a field', (field) => {
    expect(read('ftp_dpm_21_1366545717.sync', `U1\t${field}`).rejected).toHaveLength(1);
  });

  it('names the rows it cannot take by line, and takes the others', () => {
    const lines = [
      'U1\t24',
      'U2',
      'U:3\t24',
      '\t24',
      'U5\t24\t25',
      'U6\tnonsense',
      `U7\t${'1,'.repeat(51_200)}`,
      'U8\t24',
    ];
    const { rows, rejected } = read('ftp_dpm_21_1366545717.sync', lines.join('\r\n'));
    expect(rows.map(({ user }) => user)).toEqual(['U1', 'U8']);
    expect(rejected.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('keeps the first 200 rows of a user', () => {
    const rows = Array.from({ length: 203 }, (_, n) => `U1\t${n}`);
    expect(read('ftp_dpm_21_1366545717.sync', rows.join('\n')).rejected.map(({ line }) => line)).toEqual([
      201, 202, 203,
    ]);
  });

  it('rejects advertising ids in the wrong case, and an empty file', () => {
    const apple = idfa().value;
    expect(
      read('ftp_dpm_20915_21_1366545717.sync', `${apple.toUpperCase()}\t1\n${apple.toLowerCase()}\t1`).rejected,
    ).toEqual([{ line: 2, reason: 'not an id of data provider 20915' }]);
    expect(read('ftp_dpm_21_1366545717.sync', '\n').rejected).toHaveLength(1);
  });

  it.each([
    'ftp_dpm_21_136654571.sync',
    'ftp_dpm_21_1366545717.zip',
    'ftp_dpm_1366545717.sync',
    'adobe_id_12345_1476312152.sync',
    'adobe_id_0_12345_1476312152.overwrite',
    'receipt.txt',
  ])('does not take %s for an inbound file', (name) => expect(readInboundName(name)).toBeUndefined());

  it('reads ids that belong together, one for each provider of the name', () => {
    const name = readInboundName('adobe_id_0_12345_67890_1454442149.sync.1.gz')!;
    if (name.kind !== 'idSync') throw new Error('not an id sync file');
    const uuid = '6'.repeat(38);
    const text = [`${uuid}\ta\tb`, `${uuid}\ta`, `${uuid}\ta\tb\t`, `${uuid}\t\tb`, `123\ta\tb`].join('\n');
    const { rows, rejected } = readIdSync(name, text);
    expect(rows).toEqual([[uuid, 'a', 'b']]);
    expect(rejected.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  });
});

describeSamples('samples of inbound files', (folder) => {
  it('are read without rejecting a row', () => {
    const samples = Object.entries(samplesIn(folder));
    expect(samples.length).toBeGreaterThan(0);
    for (const [file, text] of samples) {
      const name = readInboundName(file)!;
      const { rows, rejected } = name.kind === 'data' ? readInboundFile(name, text) : readIdSync(name, text);
      expect(rejected, file).toEqual([]);
      expect(rows, file).toHaveLength(text.split(/\r?\n/).filter((line) => line !== '').length);
    }
  });
});

describe('our samples of inbound files', () => {
  it('say what is written in them', () => {
    const asserted = Object.entries(samplesIn(OWN_SAMPLES)).map(([file, text]) => {
      const name = readInboundName(file)!;
      if (name.kind === 'idSync') return [file, ...readIdSync(name, text).rows[0]!];
      const { user, fields } = readInboundFile(name, text).rows.at(-1)!;
      return [file, user, ...fields.map((field) => `${field.removes ? '-' : '+'}${field.name}`)];
    });
    expect(asserted).toEqual([
      [
        'adobe_id_0_30418_1772366400.sync',
        '64035207583271663589966609020936802951',
        'orchard_E974110-448cf3066ddb126738635da7',
      ],
      ['adobe_id_30418_30977_1772409600.sync', 'orchard_E974110-448cf3066ddb126738635da7', '8800000'],
      [
        'c2c_id_730001_730055_1772452800.sync',
        '64035207583271663589966609020936802951',
        '3b6e58bdee202221af741d557776a37807fc7b43c25a9514decfff86ed14a62a',
      ],
      [
        'ftp_dpm_20914_30418_1772582400.sync.1',
        '5d90e1aa-7b3c-4f26-8a41-e3c07d5b9f18',
        '+segID=garden-visitors',
        '-orchard-members',
        '+city=Sankt Gallen, SG',
      ],
      [
        'ftp_dpm_30418_1772539200.overwrite',
        '5520402',
        '+Membership=Meadow',
        '+Spend=61.05',
        '+Visits=2',
        '+Basket=Bird table| Lawn edging',
      ],
      ['ftp_dpm_odc_30418_1772496000.sync', 'C51C514F-EC1E-805B-D64B-06BCCED2CD11', '+61120'],
    ]);
  });
});

const RECEIPT = `Dear Adobe Partner: (ID:7)
File name:
s3n://bucket/2026-03-01/ftp_dpm_7_901_1368806402.sync
s3n://bucket/2026-03-01/ftp_dpm_7_901_1368655202.sync.1.gz
Records received: 1,000
Format Errors: 10
Invalid AAM ID: 20
No Matching AAM ID: 30
No Trait Realized: 40
Records processed: 1000
Stored Records: 900
Total devices: 21
Job start time: 2026-03-01 18:07:49
`;

describe('receipts of the hub', () => {
  it('AAM-RCPT-1: store what was processed, less what was rejected for any reason', () => {
    const receipt = readReceipt(RECEIPT);
    expect(receipt).toMatchObject({
      received: 1000,
      stored: 900,
      expectedStored: 900,
      others: { 'Total devices': 21 },
    });
    expect(receipt.files).toHaveLength(2);
  });

  it('AAM-RCPT-1: are recomputed, not believed', () => {
    const counts = fc.record({
      processed: fc.nat(1e8),
      formatErrors: fc.nat(1e6),
      invalid: fc.nat(1e6),
      unmatched: fc.nat(1e6),
      untraited: fc.nat(1e6),
      stored: fc.nat(1e8),
    });
    fc.assert(
      fc.property(counts, ({ processed, formatErrors, invalid, unmatched, untraited, stored }) => {
        const text = `Records received: ${processed}\nFormat Errors: ${formatErrors}\nInvalid AAM ID: ${invalid}\nNo Matching AAM ID: ${unmatched}\nNo Trait Realized: ${untraited}\nRecords processed: ${processed}\nStored Records: ${stored}`;
        const receipt = readReceipt(text);
        expect(receipt.expectedStored).toBe(processed - formatErrors - invalid - unmatched - untraited);
        expect(receipt.stored).toBe(stored);
      }),
    );
    const published = RECEIPT.replace(/(Records (?:received|processed)): .*/g, '$1: 40669900')
      .replace(/(Format Errors|No Matching AAM ID): .*/g, '$1: 0')
      .replace(/(Invalid AAM ID): .*/, '$1: 112')
      .replace(/(No Trait Realized): .*/, '$1: 26730823');
    expect(readReceipt(published).expectedStored).toBe(13_938_965);
  });

  it('are read as mail programs quote and indent them, whatever other lines say', () => {
    const mail = `${RECEIPT.replaceAll(/^/gm, '> * ')}\nconstructor: 5\n: 7\nno number: x\n`;
    expect(readReceipt(mail)).toEqual({ ...readReceipt(RECEIPT), others: { 'Total devices': 21, constructor: 5 } });
  });

  it('say what is missing where a text is none', () => {
    expect(() => readReceipt('Stored Records: 5')).toThrow(/lacks: received/);
  });
});

describe('everything the hub should know', () => {
  it('is what identities were told by way of it, and no removal', async () => {
    const lastRouted = (status: 'realized' | 'exited', ...routes: string[]) => ({
      status,
      lastQualificationTime: NOW,
      routes,
    });
    const deliveryStates = new MemoryVersionedStore<DeliveryStateItem>();
    const destinations = {
      aam: {
        lastRouted: {
          [identityKey(ecid(1))]: {
            A1: lastRouted('realized', 'hub'),
            A3: lastRouted('exited', 'hub'),
            A5: lastRouted('realized', 'edge:7'),
          },
          [identityKey(ecid(2))]: { A1: lastRouted('realized', 'edge:7') },
        },
        digests: {},
        excluded: {},
      },
    };
    await deliveryStates.write({ ...noDeliveryState('CRMID:C1'), destinations }, []);
    const rows = await overwriteRows('aam', deliveryStates);
    expect(hubFiles({ id: 'aam' }, rows, SLOT, undefined, 'overwrite').files.map(({ body }) => body)).toEqual([
      `${ecid(1).value}\t"segID"="A1","segID"="A5"\n`,
    ]);
  });
});
