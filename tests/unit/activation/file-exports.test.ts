import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { s3File } from '#core/activation/destinations/s3-file/definition.ts';
import { exportLane, type MakeFiles } from '#core/activation/files/export-lane.ts';
import { fileName } from '#core/activation/files/file-name.ts';
import { pendingKey } from '#core/activation/files/keys.ts';
import { pendingPart } from '#core/activation/files/pending.ts';
import { isExportDay } from '#core/activation/files/schedule.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { type Fault, withFaults } from '#tests/harness/core/faults.ts';
import { runs } from '#tests/harness/runs.ts';
import { entered, exited, HOUR, identity, NOW, profileDelivery } from './factories.ts';
import { previewOf } from './preview-of.ts';

const person = (
  last: string,
  qualified: string,
  emails: readonly string[],
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  segmentId: 'A1',
  status: 'realized',
  lastQualificationTime: `${qualified}T00:00:00Z`,
  identityMap: { email: emails.map((id) => ({ id })), crmid: [{ id: `C-${last}` }] },
  attributes: {
    personalEmail: { address: 'johndoe@example.com' },
    person: { name: { firstName: 'John', lastName: last } },
  },
  ...more,
});

const EMAILS = ['johndoe_1@example.com', 'johndoe_2@example.com'];
const A = person('Doe', '2021-03-10', EMAILS);
const B = person('D', '2021-04-10', EMAILS);
const NAMES = ['person.name.firstName', 'person.name.lastName'];

function rowsOf(definition: Record<string, unknown>, lines: readonly unknown[], now = NOW): Record<string, string>[] {
  const { files } = previewOf({ type: 's3-file', ...definition }, lines, now);
  return files.flatMap(({ body }) => parse(body, { columns: true }) as Record<string, string>[]);
}

describe('deduplication of exported rows', () => {
  const both = [
    ['A before B', [A, B]],
    ['B before A', [B, A]],
  ] as const;

  it.each(both)('DEDUP-1: without a key each person has a row (%s)', (_, lines) => {
    const rows = rowsOf({ attributes: NAMES }, lines);
    expect(rows.map((row) => row['person.name.lastName']).sort()).toEqual(['D', 'Doe']);
  });

  it.each(both)('DEDUP-2: by an identity namespace, each identity has the latest qualification (%s)', (_, lines) => {
    const rows = rowsOf({ attributes: NAMES, deduplicationKey: { identity: 'Email' } }, lines);
    expect(rows.map((row) => [row.identity, row['person.name.lastName']])).toEqual([
      ['johndoe_1@example.com', 'D'],
      ['johndoe_2@example.com', 'D'],
    ]);
  });

  it.each(both)('DEDUP-3: by an attribute, the latest qualification stays (%s)', (_, lines) => {
    const rows = rowsOf({ attributes: NAMES, deduplicationKey: { attributes: ['personalEmail.address'] } }, lines);
    expect(rows.map((row) => row['person.name.lastName'])).toEqual(['D']);
  });

  it.each(both)('DEDUP-4: by two attributes, only rows that agree in both are one (%s)', (_, lines) => {
    const deduplicationKey = { attributes: ['personalEmail.address', 'person.name.lastName'] };
    const rows = rowsOf({ attributes: NAMES, deduplicationKey }, lines);
    expect(rows.map((row) => row['person.name.lastName']).sort()).toEqual(['D', 'Doe']);
  });

  it('makes what it is keyed by mandatory', () => {
    const nameless = { ...A, attributes: { person: { name: { lastName: 'x' } } } };
    const made = previewOf({ type: 's3-file', deduplicationKey: { attributes: ['personalEmail.address'] } }, [
      nameless,
    ]);
    expect(made).toMatchObject({ files: [], excluded: { missingMandatoryAttribute: 1 } });
  });
});

describe('what is mapped', () => {
  const lines = [person('x', '2026-02-01', ['email1@example.com', 'email2@example.com'])];

  it('MAP-1: an identity gives a row for each of its values, an attribute the one that was merged', () => {
    expect(rowsOf({ identity: 'Email' }, lines).map((row) => row.identity)).toEqual([
      'email1@example.com',
      'email2@example.com',
    ]);
    const merged = lines.map((line) => ({ ...line, attributes: { personalEmail: { address: 'email2@example.com' } } }));
    expect(
      rowsOf({ attributes: ['personalEmail.address'] }, merged).map((row) => row['personalEmail.address']),
    ).toEqual(['email2@example.com']);
  });

  it('has a column for the status, and exits, only where the status is mapped', () => {
    const gone = { ...lines[0], status: 'exited' };
    expect(rowsOf({ identity: 'CRMID' }, [gone])).toEqual([]);
    expect(Object.keys(rowsOf({ identity: 'CRMID' }, lines)[0]!)).toEqual(['identity', 'lastQualificationTime']);
    const mapped = { identity: 'CRMID', attributes: ['segmentMembership.status'] };
    expect(rowsOf(mapped, [gone]).map((row) => row['segmentMembership.status'])).toEqual(['exited']);
  });

  it('may have all identities in a column, the only one that is no scalar', () => {
    const rows = rowsOf({ identity: 'CRMID', attributes: ['identityMap', 'person'] }, lines);
    expect(JSON.parse(rows[0]!.identityMap!)).toEqual({
      crmid: [{ id: 'C-x' }],
      email: [{ id: 'email1@example.com' }, { id: 'email2@example.com' }],
    });
    expect(rows[0]!.person).toBe('');
  });

  it('drops and counts who lacks a mandatory attribute or the identity', () => {
    const nobody = { ...lines[0], attributes: {} };
    const made = previewOf({ type: 's3-file', identity: 'CRMID', mandatoryAttributes: ['personalEmail.address'] }, [
      nobody,
      ...lines,
    ]);
    expect(made.files.map(({ rows }) => rows)).toEqual([1]);
    expect(made.excluded).toEqual({ missingMandatoryAttribute: 1 });
    expect(previewOf({ type: 's3-file', identity: 'ECID' }, lines).excluded).toEqual({ noAcceptedIdentity: 1 });
  });
});

describe('days and names of exports', () => {
  it('leaves out the last day of a range: from Jan 4 to Jan 11 the last file is that of Jan 10', () => {
    const window = { schedule: 'daily' as const, startDate: '2026-01-04', endDate: '2026-01-11' };
    const days = Array.from({ length: 14 }, (_, day) => Date.UTC(2026, 0, 1 + day));
    const exportedOn = days.filter((day) => isExportDay(window, day)).map((day) => new Date(day).getUTCDate());
    expect(exportedOn).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  it('previews no file on a day without exports', () => {
    const made = previewOf({ type: 's3-file', identity: 'CRMID', endDate: '2026-01-11' }, [A], Date.UTC(2026, 0, 11));
    expect(made).toMatchObject({ files: [], excluded: { notAnExportDay: 1 } });
  });

  it('follows the template, within the length of a file name', () => {
    const at = Date.parse('2026-03-01T12:00:00Z');
    expect(fileName('{date}-{segment}', 'd', 'A1', at)).toBe('20260301-A1');
    expect(fileName('{destination}_segment{segment}_{datetime}', 'd', 'A1', at)).toBe('d_segmentA1_20260301120000');
    expect(`${fileName(`${'x'.repeat(200)}{segment}`, 'd', 's'.repeat(128), at)}_1000.csv`.length).toBeLessThanOrEqual(
      255,
    );
  });

  it.each(['{segmentid}', 'a/b', '../x', '{', ''])('rejects the template %j', (template) => {
    const written = { id: 'd', type: 's3-file', segments: ['A1'], identity: 'CRMID', fileName: template };
    expect(s3File.definition.safeParse(written).success).toBe(false);
  });
});

describe('a full export', () => {
  const destination = s3File.definition.parse({
    id: 'd',
    type: 's3-file',
    segments: ['A1'],
    identity: 'CRMID',
    export: 'full',
    fileName: 'members_{segment}',
  });
  const makeFiles = (rows: Parameters<typeof s3File.files>[0], slot: number) => s3File.files(rows, destination, slot);

  it('has exactly the members there are, in every file, whatever came and went in between', async () => {
    const change = fc.record({ person: fc.integer({ min: 1, max: 4 }), enters: fc.boolean() });
    const days = fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(days, async (history) => {
        const store = createMemoryObjectStore();
        const members = new Set<string>();
        let revision = 0;
        let anything = false;
        for (const [day, changes] of history.entries()) {
          const slot = NOW + day * 24 * HOUR;
          for (const { person: n, enters } of changes) {
            revision += 1;
            anything = true;
            if (enters) members.add(`C${n}`);
            else members.delete(`C${n}`);
            const part = pendingPart([
              profileDelivery({
                destinationId: 'd',
                revision,
                decidedAt: slot - HOUR,
                identities: [identity('CRMID', `C${n}`)],
                changes: [enters ? entered('A1') : exited('A1')],
              }),
            ]);
            await store.put(pendingKey('d', [`m${revision}`]), part);
          }
          await exportLane(store, 'd', slot, makeFiles, { moveOn: false, now: slot, id: String(slot), full: true });
          const body = await store.get('d/members_A1.csv');
          if (!anything) expect(body).toBeUndefined();
          else {
            const rows = parse(Buffer.from(body!).toString('utf8'), { columns: true }) as { identity: string }[];
            expect(rows.map((row) => row.identity).sort()).toEqual([...members].sort());
          }
          expect((await Array.fromAsync(store.list('members/'))).length).toBeLessThanOrEqual(1);
        }
      }),
      runs(0.3, 60),
    );
  });

  it('says once of an audience that is activated no more that nobody is in it', async () => {
    const store = createMemoryObjectStore();
    const dated = { ...destination, fileName: '{segment}_{datetime}' };
    const files: MakeFiles = (rows, slot, left) => s3File.files(rows, { ...dated, segments: [] }, slot, left);
    const written = async (): Promise<number> => (await Array.fromAsync(store.list('d/'))).length;
    for (const [day, enters] of [true, false, false].entries()) {
      await store.put(pendingKey('d', [`m${day}`]), part(1, enters, day + 1));
      const slot = NOW + day * 24 * HOUR;
      await exportLane(store, 'd', slot, files, { moveOn: false, now: slot, id: String(slot), full: true });
      expect(await written(), `on day ${day}`).toBe([1, 2, 2][day]);
    }
    const last = (await Array.fromAsync(store.list('d/'))).at(-1)!;
    expect(Buffer.from((await store.get(last))!).toString('utf8')).toBe('identity,lastQualificationTime\r\n');
  });

  const part = (n: number, enters: boolean, revision: number): string =>
    pendingPart([
      profileDelivery({
        destinationId: 'd',
        revision,
        decidedAt: NOW,
        identities: [identity('CRMID', `C${n}`)],
        changes: [enters ? entered('A1') : exited('A1')],
      }),
    ]);
  /** The second export of a destination, which fails at one call, and is made again. */
  async function secondExport(call: number, fault: Fault): Promise<{ files: string; calls: number }> {
    const store = createMemoryObjectStore();
    const options = { now: NOW, moveOn: false, id: 'export', full: true };
    await store.put(pendingKey('d', ['m1']), part(1, true, 1));
    await store.put(pendingKey('d', ['m2']), part(2, true, 2));
    await exportLane(store, 'd', NOW, makeFiles, options);
    await store.put(pendingKey('d', ['m3']), part(1, false, 3));
    await store.put(pendingKey('d', ['m4']), part(3, true, 4));
    let calls = 0;
    const faulty = withFaults(store, () => (calls++ === call ? fault : 'none'));
    await exportLane(faulty, 'd', NOW + HOUR, makeFiles, options).catch(() => undefined);
    const made = calls;
    await exportLane(store, 'd', NOW + HOUR, makeFiles, options);
    const keys = await Array.fromAsync(store.list(''));
    const bodies = await Promise.all(
      keys.map(async (key) => `${key}\n${new TextDecoder().decode(await store.get(key))}`),
    );
    return { files: bodies.join('\n'), calls: made };
  }

  it.each(['before', 'after'] as const)(
    'leaves the same files and members wherever it dies (%s a call)',
    async (fault) => {
      const { files, calls } = await secondExport(-1, 'none');
      expect(files).toContain('C2');
      expect(files).toContain('C3');
      expect(files).not.toMatch(/^C1,/m);
      expect(calls).toBeGreaterThan(8);
      for (let call = 0; call < calls; call++)
        expect((await secondExport(call, fault)).files, String(call)).toBe(files);
    },
  );
});
