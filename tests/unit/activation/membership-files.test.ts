import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { csvField, csvLine } from '#core/activation/files/csv.ts';
import { DEFAULT_FILE_NAME } from '#core/activation/files/file-name.ts';
import { membershipFiles } from '#core/activation/files/membership-files.ts';
import { LatestRows } from '#core/activation/files/pending.ts';
import { dueSlot } from '#core/activation/files/schedule.ts';
import { entered, exited, HOUR, identity, NOW, profileDelivery } from './factories.ts';

const SLOT = Date.parse('2026-03-01T00:00:00Z');
const CONTENTS = {
  id: 'crm-export',
  identity: 'CRMID',
  status: true,
  attributes: ['person.name.firstName', 'loyalty.points'],
  keyAttributes: [],
  fileName: DEFAULT_FILE_NAME,
  always: [],
};

function files(deliveries: readonly ProfileDelivery[], limits?: Parameters<typeof membershipFiles>[3]) {
  const latest = new LatestRows();
  for (const delivery of deliveries) latest.add(delivery);
  return membershipFiles(CONTENTS, latest.rows(), SLOT, limits).files;
}

const rowsOf = (body: string): string[][] => parse(body);

describe('files of memberships', () => {
  it('are one for each segment, with a header and the mapped attributes', () => {
    const attributes = { 'person.name.firstName': 'Ada', 'loyalty.points': -5, 'not.mapped': 'x' };
    const made = files([profileDelivery({ attributes, changes: [entered('A1'), exited('A3')] })]);
    expect(made.map(({ key }) => key)).toEqual([
      'crm-export/crm-export_segmentA1_20260301000000.csv',
      'crm-export/crm-export_segmentA3_20260301000000.csv',
    ]);
    expect(made[0]?.body).toBe(
      'identity,segmentMembership.status,lastQualificationTime,person.name.firstName,loyalty.points\r\n' +
        'C1,realized,2026-03-01T10:00:00.000Z,Ada,-5\r\n',
    );
    expect(rowsOf(made[1]!.body)[1]?.slice(0, 2)).toEqual(['C1', 'exited']);
  });

  it("have a row for each identity of the destination's namespace, and none for others", () => {
    const identities = [identity('CRMID', 'C2'), identity('CRMID', 'C1'), identity('ECID', '1')];
    expect(rowsOf(files([profileDelivery({ identities })])[0]!.body).map(([id]) => id)).toEqual([
      'identity',
      'C1',
      'C2',
    ]);
  });

  it('have one row for an identity, with status and attributes of the latest revision', () => {
    const first = profileDelivery({ attributes: { 'person.name.firstName': 'Old' } });
    const second = profileDelivery({
      revision: 2,
      changes: [exited('A1')],
      attributes: { 'person.name.firstName': 'New' },
    });
    for (const order of [
      [first, second],
      [second, first],
      [second, second, first],
    ]) {
      const rows = rowsOf(files(order)[0]!.body);
      expect(rows).toHaveLength(2);
      expect(rows[1]?.[1]).toBe('exited');
      expect(rows[1]?.[3]).toBe('New');
    }
  });

  it('take what was decided later where a revision was told twice', () => {
    const again = profileDelivery({ decidedAt: NOW + 1, changes: [exited('A1')] });
    expect(rowsOf(files([again, profileDelivery()])[0]!.body)[1]?.[1]).toBe('exited');
  });

  it('are none where nobody has the identity', () => {
    expect(files([profileDelivery({ identities: [identity('ECID', '1')] })])).toEqual([]);
  });

  it('are numbered from the second on where one would have too many rows', () => {
    const identities = Array.from({ length: 5 }, (_, index) => identity('CRMID', `C${index}`));
    const made = files([profileDelivery({ identities })], { rows: 2, characters: 1_000_000 });
    const name = 'crm-export/crm-export_segmentA1_20260301000000';
    expect(made.map(({ key, rows }) => [key, rows])).toEqual([
      [`${name}.csv`, 2],
      [`${name}_2.csv`, 2],
      [`${name}_3.csv`, 1],
    ]);
    expect(made.flatMap(({ body }) => rowsOf(body).slice(1))).toHaveLength(5);
    expect(files([profileDelivery({ identities })], { rows: 100, characters: 1 })).toHaveLength(5);
  });
});

describe('CSV fields', () => {
  it.each(['=1+1', '+49151', '-2', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y")'])(
    'puts a quote in front of %j, which a spreadsheet would run',
    (value) => expect(rowsOf(csvLine([value, 'x']))[0]?.[0]).toBe(`'${value}`),
  );

  it('writes numbers and booleans as they are, and nothing for what is no scalar', () => {
    expect([-5, 1.5, true, null, undefined, [1], { a: 1 }].map(csvField)).toEqual([
      '-5',
      '1.5',
      'true',
      '',
      '',
      '',
      '',
    ]);
  });

  it('is read back as it was written, and never begins like a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2 }), (values) => {
        const [row] = rowsOf(csvLine(values));
        const readBack = row?.map((value, index) => (value === `'${values[index]}` ? values[index] : value));
        expect(readBack).toEqual(values);
        for (const value of row ?? []) expect(value).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

describe('schedules', () => {
  const at = (time: string): number => Date.parse(`2026-03-01T${time}Z`);

  it.each([
    ['hourly', '07:59:59', '07:00:00'],
    ['every3h', '06:59:59', '06:00:00'],
    ['every3h', '07:00:00', undefined],
    ['every6h', '18:00:00', '18:00:00'],
    ['every8h', '16:30:00', '16:00:00'],
    ['every12h', '12:00:00', '12:00:00'],
    ['every12h', '11:59:59', undefined],
    ['every12h', '13:00:00', undefined],
    ['daily', '00:59:59', '00:00:00'],
    ['daily', '12:00:00', undefined],
  ] as const)('%s at %s is due for the slot of %s', (schedule, time, slot) => {
    expect(dueSlot(schedule, at(time))).toBe(slot === undefined ? undefined : at(slot));
  });

  it('names the beginning of the running hour, or nothing', () => {
    const schedules = fc.constantFrom('hourly', 'every3h', 'every6h', 'every8h', 'every12h', 'daily');
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: NOW }), (schedule, time) => {
        expect([undefined, Math.floor(time / HOUR) * HOUR]).toContain(dueSlot(schedule as 'daily', time));
      }),
    );
  });
});
