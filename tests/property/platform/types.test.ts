import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { allProfiles } from '#tests/harness/core/profiles.ts';
import { enveloped } from '#tests/harness/platform/example.ts';
import { peopleCatalog } from '#tests/harness/platform/people.ts';
import { createPlatform, type Platform } from '#tests/harness/platform/platform.ts';
import { readWiring, type Wiring } from '#tests/harness/poller/event-source.ts';
import { runs } from '#tests/harness/runs.ts';
import { templatesOf } from '#tests/infra/stages.ts';

const START = Date.parse('2026-03-01T10:00:00Z');

/** A person as everybody means it; null where nothing is known. */
interface Person {
  readonly id: number;
  readonly email: string | null;
  readonly visits: number | null;
  readonly amount: number | null;
  readonly vip: boolean | null;
  readonly born: string | null;
  /** Epoch ms. */
  readonly joined: number | null;
  readonly city: string | null;
  readonly zip: number | null;
  /** Epoch ms. */
  readonly updated: number;
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 });
const second = fc.integer({ min: 1_000_000_000, max: 1_700_000_000 });
const person: fc.Arbitrary<Person> = fc.record({
  id: fc.integer({ min: 90_001, max: 90_004 }),
  email: maybe(fc.constantFrom('a@example.com', 'b@example.com')),
  visits: maybe(fc.integer({ min: -5, max: 1_000_000 })),
  amount: maybe(fc.constantFrom(0.1, 12.5, -3, 1e21, 123456.789)),
  vip: maybe(fc.boolean()),
  born: maybe(fc.constantFrom('1980-02-29', '2001-12-31')),
  joined: maybe(second.map((seconds) => seconds * 1_000)),
  // An empty cell of CSV is no text.
  city: maybe(fc.constantFrom('Oslo', ' ', 'a, "b"')),
  zip: maybe(fc.integer({ min: 10_000, max: 99_999 })),
  updated: fc.nat(6).map((n) => START - n * 60_000),
});

/** The fields of a person by their paths, each written in one of the ways that files have. */
type Flat = Readonly<Record<string, unknown>>;
const iso = (at: number): string => new Date(at).toISOString();
type Way = (value: Person) => Flat;

const typed: Way = (one) => ({
  '_people.id': String(one.id),
  'personalEmail.address': one.email,
  visits: one.visits,
  amount: one.amount,
  vip: one.vip,
  born: one.born,
  joined: one.joined === null ? null : iso(one.joined),
  'place.city': one.city,
  'place.zip': one.zip === null ? null : String(one.zip),
  'extSourceSystemAudit.lastUpdatedDate': iso(one.updated),
});
/** Numbers for ids and times, text for numbers and truths. */
const others: Way = (one) => ({
  ...typed(one),
  '_people.id': one.id,
  visits: one.visits === null ? null : String(one.visits),
  amount: one.amount === null ? null : String(one.amount),
  vip: one.vip === null ? null : String(one.vip),
  born: one.born === null ? null : `${one.born} 00:00:00`,
  joined: one.joined === null ? null : one.joined / 1_000,
  'place.zip': one.zip,
  'extSourceSystemAudit.lastUpdatedDate': one.updated,
});
/** Everything as text, as databases write it. */
const texts: Way = (one) => ({
  ...others(one),
  '_people.id': String(one.id),
  vip: one.vip === null ? null : one.vip ? 't' : 'f',
  joined: one.joined === null ? null : iso(one.joined).replace('T', ' ').replace('Z', '+00'),
  'place.zip': one.zip === null ? null : String(one.zip),
  'extSourceSystemAudit.lastUpdatedDate': String(one.updated),
});

function nested(flat: Flat): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    let here = record;
    for (const name of names.slice(0, -1)) {
      here[name] ??= {};
      here = here[name] as Record<string, unknown>;
    }
    here[names.at(-1)!] = value;
  }
  return record;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csvOf = (rows: readonly Flat[]): string => {
  const names = Object.keys(rows[0]!);
  const line = (row: Flat): string =>
    names.map((name) => (row[name] === null ? '\\N' : quoted(String(row[name])))).join(',');
  return [names.join(','), ...rows.map(line)].join('\n');
};

const COLUMNS: Readonly<Record<string, ColumnSource['type']>> = {
  '_people.id': 'INT64',
  'place.zip': 'INT32',
  'extSourceSystemAudit.lastUpdatedDate': 'TIMESTAMP',
};
/** Flat columns with dots in their names, as data frames are written. */
function parquetOf(people: readonly Person[]): Uint8Array {
  const rows = people.map((one) => ({ ...others(one), visits: one.visits, vip: one.vip }) as Flat);
  const columnData = Object.keys(rows[0]!).map((name): ColumnSource => {
    const values = rows.map((row) => row[name]);
    const type = COLUMNS[name] ?? (name === 'vip' ? 'BOOLEAN' : /visits|joined/.test(name) ? 'DOUBLE' : 'STRING');
    const cell = (value: unknown): unknown => {
      if (value === null) return null;
      return type === 'INT64' ? BigInt(value as number) : type === 'TIMESTAMP' ? new Date(value as number) : value;
    };
    return { name, data: values.map(cell), type, nullable: true } as ColumnSource;
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** The same fields as structs, as databases export them. */
function structsOf(people: readonly Person[]): Uint8Array {
  const optional = { repetition_type: 'OPTIONAL' } as const;
  const string = { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  const schema = [
    { name: 'root', num_children: 9 },
    { name: '_people', ...optional, num_children: 1 },
    { name: 'id', ...optional, type: 'INT64' as const },
    { name: 'personalEmail', ...optional, num_children: 1 },
    { name: 'address', ...string },
    { name: 'visits', ...optional, type: 'INT64' as const },
    { name: 'amount', ...optional, type: 'DOUBLE' as const },
    { name: 'vip', ...optional, type: 'BOOLEAN' as const },
    { name: 'born', ...string },
    { name: 'joined', ...string },
    { name: 'place', ...optional, num_children: 2 },
    { name: 'city', ...string },
    { name: 'zip', ...optional, type: 'INT32' as const },
    { name: 'extSourceSystemAudit', ...optional, num_children: 1 },
    { name: 'lastUpdatedDate', ...string },
  ];
  const rows = people.map((one) => nested({ ...typed(one), '_people.id': BigInt(one.id), 'place.zip': one.zip }));
  const columnData = Object.keys(rows[0]!).map((name) => ({
    name,
    data: rows.map((row) => (name === 'visits' && row[name] !== null ? BigInt(row[name] as number) : row[name])),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}

/** How records are sent. */
const METHODS: Readonly<
  Record<string, (platform: Platform, dataset: string, people: readonly Person[]) => Promise<void>>
> = {
  async stream(platform, dataset, people) {
    for (const [i, one] of people.entries())
      platform.collect(enveloped(dataset, nested([typed, others, texts][i % 3]!(one))), `producer ${i % 3}`);
  },
  async ndjson(platform, dataset, people) {
    const lines = people.map((one, i) => JSON.stringify(nested([others, texts, typed][i % 3]!(one))));
    await platform.upload(`landing/${dataset}/lines.ndjson`, lines.join('\n'));
  },
  async json(platform, dataset, people) {
    await platform.upload(`landing/${dataset}/array.json`, JSON.stringify(people.map((one) => nested(others(one)))));
  },
  async flat(platform, dataset, people) {
    await platform.upload(`landing/${dataset}/flat.json`, JSON.stringify(people.map(others)));
  },
  async csv(platform, dataset, people) {
    await platform.upload(`landing/${dataset}/rows.csv`, csvOf(people.map(texts)));
  },
  async parquet(platform, dataset, people) {
    await platform.stores.landing.put(`landing/${dataset}/columns.parquet`, parquetOf(people));
    await platform.announce(`landing/${dataset}/columns.parquet`);
  },
  async structs(platform, dataset, people) {
    await platform.stores.landing.put(`landing/${dataset}/structs.parquet`, structsOf(people));
    await platform.announce(`landing/${dataset}/structs.parquet`);
  },
};

describe('records with values of any type', () => {
  const catalog = peopleCatalog({ nulls: ['\\N'] });
  let wiring: Wiring;
  beforeAll(() => {
    wiring = readWiring(templatesOf('prod'));
  });

  async function profilesAfter(send: (platform: Platform) => Promise<void>): Promise<readonly object[]> {
    const platform = createPlatform({ wiring, catalog, start: START });
    await send(platform);
    await platform.poller.run();
    expect(platform.leftovers()).toEqual({});
    expect(await platform.quarantined()).toEqual([]);
    return allProfiles(platform.stores.profiles, stageSettings(catalog).evaluation);
  }

  it.each(['people', 'updates'])(
    'give the same profiles through every ingestion method and format, and mixed (%s)',
    async (dataset) => {
      // Records of one person and instant would be put in order by how they came.
      const people = fc.uniqueArray(person, {
        minLength: 1,
        maxLength: 8,
        selector: ({ id, updated }) => `${id} ${updated}`,
      });
      await fc.assert(
        fc.asyncProperty(people, fc.infiniteStream(fc.constantFrom(...Object.keys(METHODS))), async (all, methods) => {
          const known: (readonly object[])[] = [];
          for (const method of Object.values(METHODS))
            known.push(await profilesAfter((platform) => method(platform, dataset, all)));
          const groups = Map.groupBy(all, () => methods.next().value as string);
          const mixed = async (platform: Platform) => {
            for (const [method, own] of groups) await METHODS[method]!(platform, dataset, own);
          };
          known.push(await profilesAfter(mixed));
          for (const profiles of known.slice(1)) expect(profiles).toEqual(known[0]);
          expect(known[0]!.length).toBeGreaterThan(0);
        }),
        runs(0.1, 12),
      );
    },
    120_000,
  );
});
