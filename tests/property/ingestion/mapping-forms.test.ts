import { hash } from 'node:crypto';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { receiveRow, validate } from '#core/pipeline/process.ts';
import { receiveMessage } from '#core/pipeline/receive-message.ts';
import { runs, timeout } from '#tests/harness/runs.ts';

/** One mapping with a rule of every sort. */
const FILES: Readonly<Record<string, string>> = {
  'namespaces/a.yaml': 'code: CRMID\nidType: CROSS_DEVICE\n',
  'schemas/people.yaml': `
$id: https://example.com/people
title: People
meta:class: https://ns.adobe.com/xdm/context/profile
type: object
properties:
  shop: { type: object, properties: { id: { type: string }, key: { type: string }, points: { type: integer }, vip: { type: boolean } } }
  person: { type: object, properties: { name: { type: object, properties: { fullName: { type: string }, firstName: { type: string } } }, gender: { enum: [male, female, unknown] } } }
  since: { type: string, format: date-time }
  tags: { type: array, items: { type: string } }
  phones: { type: array, items: { type: object, properties: { number: { type: string }, type: { type: string } } } }
  identityMap: { type: object, additionalProperties: { type: array, items: { type: object } } }
descriptors:
  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /shop/id, xdm:namespace: CRMID, xdm:isPrimary: true }
`,
  'datasets/people.yaml': `
id: people
schemaRef: { id: https://example.com/people }
mapping:
  - { source: id, destination: shop.id }
  - { source: points, destination: shop.points }
  - { source: vip, destination: shop.vip, type: boolean }
  - { expression: 'sha256(concat(id, "|", lower(trim(email))))', destination: shop.key }
  - { expression: 'trim(concat(first, " ", last))', destination: person.name.fullName }
  - { source: first, destination: person.name.firstName, transform: [trim, upper] }
  - { source: gender, destination: person.gender, values: { m: male, f: female }, default: unknown }
  - { source: joined, destination: since, type: date-time }
  - { source: tags, destination: tags, split: ";" }
  - { source: phone, destination: 'phones[0].number', type: phone, country: DE }
  - { constant: home, destination: 'phones[0].type' }
  - { source: email, destination: 'identityMap.Email[0].id', transform: [trim, lower] }
`,
  'source-connections/raw.yaml':
    'id: raw\nauthenticationRequired: false\nformat: json\ndataset: people\nkinesis: true\n',
};
const { catalog: loaded, problems } = loadCatalog(new Map(Object.entries(FILES)), {});
if (!loaded) throw new Error(JSON.stringify(problems));
const catalog = compileCatalog(loaded);
const dataset = catalog.datasets.get('people')!;

type Person = Readonly<Record<string, string | number | boolean | null>>;
const COLUMNS = ['id', 'points', 'vip', 'email', 'first', 'last', 'gender', 'joined', 'tags', 'phone'];

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((one) => !/[\0\ufeff]/.test(one));
const person: fc.Arbitrary<Person> = fc.record({
  id: fc.integer({ min: 1, max: 1_000_000 }),
  points: fc.option(fc.integer({ min: -5, max: 1_000 })),
  vip: fc.option(fc.boolean()),
  email: fc.option(fc.constantFrom('Ada@Example.com', ' b@example.com ')),
  first: fc.option(text),
  last: fc.option(fc.oneof(text, fc.constantFrom('O"Hara', 'a,b', 'a\nb', '007', 'true'))),
  gender: fc.option(fc.constantFrom('m', 'f', 'x')),
  joined: fc.option(fc.constantFrom('2026-01-31T12:00:00Z', '2026-01-31 13:00+01', 'soon')),
  tags: fc.option(fc.constantFrom('a', 'a; b;;c', ' ; ')),
  phone: fc.option(fc.constantFrom('030 123456', '+4930123456', 'n/a')),
});

const csv = (people: readonly Person[]): string => {
  const cell = (value: Person[string]): string => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
  const lines = people.map((one) => COLUMNS.map((name) => cell(one[name]!)).join(','));
  return [COLUMNS.join(','), ...lines].join('\n');
};

/** Some write null, others nothing. */
const withoutNulls = (one: Person): Person =>
  Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null));
const ndjson = (people: readonly Person[]): string =>
  people.map((one, i) => JSON.stringify(i % 2 === 0 ? one : withoutNulls(one))).join('\n');

const TYPES: Readonly<Record<string, 'INT32' | 'BOOLEAN' | 'STRING'>> = {
  id: 'INT32',
  points: 'INT32',
  vip: 'BOOLEAN',
};
const parquet = (people: readonly Person[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: COLUMNS.map((name) => ({
        name,
        data: people.map((one) => one[name]),
        type: TYPES[name] ?? 'STRING',
        nullable: true,
      })),
    }),
  );

interface Outcome {
  readonly entity?: unknown;
  readonly omitted?: unknown;
  readonly rejections?: unknown;
}

type Received = ReturnType<typeof receiveRow>;

/** What becomes of a record, wherever and in whatever text it stood. */
function outcomeOf(received: Received): Outcome {
  const { accepted, rejected } = validate([received], catalog);
  const [good] = accepted;
  if (good) return { entity: good.record.entity, omitted: received.omitted };
  return { rejections: rejected[0]!.rejections.map(({ code, pointer, expected }) => ({ code, pointer, expected })) };
}

async function ofFile(name: string, content: string | Uint8Array): Promise<Outcome[]> {
  const source = bytesSource(name, Buffer.from(content));
  const plan = await listChunks(source, { targetBytes: 1_000_000 });
  const outcomes: Outcome[] = [];
  for (const chunk of plan.chunks) {
    for await (const records of decodeChunk(source, plan, chunk)) {
      for (const decoded of records) {
        outcomes.push(outcomeOf(receiveRow(decoded, dataset, plan.format, METADATA, chunk.header)));
      }
    }
  }
  return outcomes;
}

const METADATA = { receivedAt: Date.UTC(2026, 0, 31), tieBreaker: '' };
const POSITION = { source: 'kinesis:0' };

describe('the same people, written in any form', { timeout }, () => {
  it('are the same entities by the same mapping', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 6 }), async (people) => {
        const streamed = people.map((one) =>
          receiveMessage(Buffer.from(JSON.stringify(one)), POSITION, METADATA, catalog),
        );
        const expected = streamed.map(outcomeOf);
        accepted += expected.filter(({ entity }) => entity).length;
        expect(await ofFile('people.csv', csv(people))).toEqual(expected);
        expect(await ofFile('people.ndjson', ndjson(people))).toEqual(expected);
        expect(await ofFile('people.json', JSON.stringify(people))).toEqual(expected);
        expect(await ofFile('people.parquet', parquet(people))).toEqual(expected);
      }),
      runs(2, 60),
    );
    expect(accepted).toBeGreaterThan(60);
  });

  it('are what the rules say', () => {
    const ada = {
      ...{ id: 91001, points: 120, vip: true, email: ' Ada@Example.com', first: ' Ada', last: 'Okafor', gender: 'f' },
      ...{ joined: '2026-01-31 13:00+01', tags: 'a; b', phone: '030 123456' },
    };
    const { entity } = outcomeOf(receiveMessage(Buffer.from(JSON.stringify(ada)), POSITION, METADATA, catalog));
    expect(entity).toEqual({
      shop: {
        id: '91001',
        points: 120,
        vip: true,
        key: hash('sha256', '91001|ada@example.com'),
      },
      person: { name: { fullName: 'Ada Okafor', firstName: 'ADA' }, gender: 'female' },
      since: '2026-01-31T12:00:00.000Z',
      tags: ['a', 'b'],
      phones: [{ number: '+4930123456', type: 'home' }],
      identityMap: { Email: [{ id: 'ada@example.com' }] },
    });
  });
});
