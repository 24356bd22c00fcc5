import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import { s3File } from '#core/activation/destinations/s3-file/definition.ts';
import { bytesOf } from '#core/activation/files/export-file.ts';
import { parquetWithout } from '#core/activation/files/parquet.ts';
import { LatestRows } from '#core/activation/files/pending.ts';
import { runs } from '#tests/harness/runs.ts';
import { entered, exited, identity, NOW, profileDelivery } from './factories.ts';

const WRITTEN = {
  id: 'crm-export',
  type: 's3-file',
  segments: ['A1'],
  identity: 'CRMID',
  attributes: ['segmentMembership.status', 'person.name.firstName', 'loyalty.points', 'tags', 'identityMap'],
} as const;

function filesOf(change: object, values: readonly Record<string, unknown>[]) {
  const latest = new LatestRows();
  for (const [n, attributes] of values.entries()) {
    const changes = [n % 2 === 0 ? entered('A1') : exited('A1')];
    latest.add(profileDelivery({ identities: [identity('CRMID', `C-${n}`)], attributes, changes }));
  }
  const destination = s3File.definition.parse({ ...WRITTEN, ...change });
  return s3File.files(latest.rows(), destination, NOW).files;
}

const ADA = {
  'person.name.firstName': '=Ada',
  'loyalty.points': 5,
  tags: ['a'],
  identityMap: { CRMID: [{ id: 'C-0' }] },
};
const read = (bytes: Uint8Array) =>
  parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors }) as Promise<Record<string, unknown>[]>;

describe('the formats of files', () => {
  it('of JSON have an object a line, without what is empty in CSV, and no quotation against formulas', () => {
    const [file] = filesOf({ format: 'json' }, [ADA, {}]);
    expect(file).toMatchObject({ key: 'crm-export/crm-export_segmentA1_20260301100000.json', rows: 2 });
    expect(file!.bytes).toBeUndefined();
    expect(
      file!.body
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        identity: 'C-0',
        'segmentMembership.status': 'realized',
        lastQualificationTime: '2026-03-01T10:00:00.000Z',
        'person.name.firstName': '=Ada',
        'loyalty.points': 5,
        identityMap: { crmid: [{ id: 'C-0' }] },
      },
      { identity: 'C-1', 'segmentMembership.status': 'exited', lastQualificationTime: '2026-03-01T10:00:00.000Z' },
    ]);
  });

  it.each(['csv', 'json'] as const)('of %s are compressed as a whole, the same rows to the same bytes', (format) => {
    const [plain] = filesOf({ format }, [ADA, {}]);
    const [file] = filesOf({ format, compression: 'gzip' }, [ADA, {}]);
    expect(file!.key).toBe(`${plain!.key}.gz`);
    expect(gunzipSync(file!.bytes!).toString()).toBe(plain!.body);
    expect(filesOf({ format, compression: 'gzip' }, [ADA, {}])[0]!.bytes).toEqual(file!.bytes);
  });

  it.each([undefined, 'none', 'gzip', 'snappy', 'zstd'] as const)(
    'of Parquet have texts and one timestamp, compressed by %s',
    async (compression) => {
      const [file] = filesOf({ format: 'parquet', compression }, [ADA, {}]);
      expect(file!.key).toBe('crm-export/crm-export_segmentA1_20260301100000.parquet');
      expect(await read(await bytesOf(file!))).toEqual([
        {
          identity: 'C-0',
          'segmentMembership.status': 'realized',
          lastQualificationTime: new Date(NOW),
          'person.name.firstName': '=Ada',
          'loyalty.points': '5',
          tags: null,
          identityMap: '{"crmid":[{"id":"C-0"}]}',
        },
        {
          identity: 'C-1',
          'segmentMembership.status': 'exited',
          lastQualificationTime: new Date(NOW),
          'person.name.firstName': null,
          'loyalty.points': null,
          tags: null,
          identityMap: null,
        },
      ]);
      // For whoever previews it.
      expect(file!.body.split('\n')[0]).toContain('"identity":"C-0"');
    },
  );

  it('say the same in every format', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const person = fc.record({ 'person.name.firstName': value, 'loyalty.points': value }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 20 }), async (people) => {
        const [json] = filesOf({ format: 'json' }, people);
        const [parquet] = filesOf({ format: 'parquet' }, people);
        const lines = json!.body
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        const rows = await read(await bytesOf(parquet!));
        const texts = rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).flatMap(([name, cell]) =>
              cell === null ? [] : [[name, cell instanceof Date ? cell.toISOString() : cell]],
            ),
          ),
        );
        expect(texts).toEqual(
          lines.map((line) => Object.fromEntries(Object.entries(line).map(([name, cell]) => [name, String(cell)]))),
        );
      }),
      runs(0.5, 50),
    );
  });

  it('of a full export have a file for an audience without members, which has columns', async () => {
    const destination = s3File.definition.parse({ ...WRITTEN, format: 'parquet', export: 'full' });
    const { files } = s3File.files([], destination, NOW);
    expect(files).toHaveLength(1);
    expect(await read(await bytesOf(files[0]!))).toEqual([]);
  });

  it('of Parquet lose rows of deleted people, and nothing else', async () => {
    const [file] = filesOf({ format: 'parquet', compression: 'zstd' }, [ADA, {}, {}]);
    const left = await parquetWithout(await bytesOf(file!), (texts) => texts.includes('C-1'));
    expect(left!.rows).toBe(2);
    expect(await read(left!.bytes)).toEqual((await read(await bytesOf(file!))).filter((row) => row.identity !== 'C-1'));
    expect(await parquetWithout(await bytesOf(file!), () => false)).toBeUndefined();
  });
});

describe('the catalog', () => {
  const problems = (change: object): string[] => {
    const read = destinationDefinition.safeParse({ ...WRITTEN, ...change });
    if (!read.success) return read.error.issues.map(({ message }) => message);
    return s3File.check(read.data as never).map(({ message }) => message);
  };

  it('takes the compressions that a format has', () => {
    expect(problems({ format: 'parquet', compression: 'zstd' })).toEqual([]);
    expect(problems({ compression: 'gzip' })).toEqual([]);
    expect(problems({ compression: 'snappy' })).toEqual(['files of format "csv" are not compressed by snappy']);
  });

  it('takes a bucket of another account with a role of it, and no role without a bucket', () => {
    const roleArn = 'arn:aws:iam::111122223333:role/tributary-writer';
    expect(problems({ bucket: 'partner-files', roleArn, prefix: 'in/daily/' })).toEqual([]);
    expect(problems({ bucket: 'partner-files' })).toEqual(['a bucket of another account needs a role of that account']);
    expect(problems({ roleArn })).toHaveLength(1);
    for (const prefix of ['/in/', 'in', '../in/', 'a//']) {
      expect(problems({ bucket: 'partner-files', roleArn, prefix }), prefix).toHaveLength(1);
    }
  });
});
