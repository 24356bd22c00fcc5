import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCatalogFolder } from '#cli/catalog/read-folder.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { listChunks } from '#core/ingestion/batch/list-chunks.ts';
import { decodeChunk } from '#core/ingestion/decode.ts';
import { bytesSource } from '#core/ingestion/source/byte-source.ts';
import { receiveRow, validate } from '#core/pipeline/process.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';

const cases = outsideData('cases/data');

/** The entities that a file of a dataset is accepted as, and what is rejected of it. */
async function ingest(catalog: CompiledCatalog, datasetId: string, file: string) {
  const source = bytesSource(file, await readFile(join(cases.path, file)));
  const dataset = catalog.datasets.get(datasetId)!;
  const plan = await listChunks(source, { targetBytes: 1_000_000 });
  const received = [];
  for (const chunk of plan.chunks) {
    for await (const records of decodeChunk(source, plan, chunk)) {
      const metadata = { receivedAt: Date.UTC(2026, 4, 2), tieBreaker: '' };
      received.push(...records.map((one) => receiveRow(one, dataset, plan.format, metadata, chunk.header)));
    }
  }
  const { accepted, rejected } = validate(received, catalog);
  return { entities: accepted.map(({ record }) => record.entity), rejected };
}

const LOYALTY: Readonly<Record<string, string>> = {
  'namespaces/a.yaml': 'code: Loyalty\nidType: CROSS_DEVICE\n',
  'schemas/loyalty.yaml': `
$id: https://example.com/loyalty
title: Loyalty
meta:class: https://ns.adobe.com/xdm/context/profile
type: object
properties:
  loyalty: { type: object, properties: { id: { type: string }, points: { type: integer }, tier: { type: string }, joined: { type: string, format: date-time }, city: { type: string } } }
descriptors:
  - { "@type": xdm:descriptorIdentity, xdm:sourceProperty: /loyalty/id, xdm:namespace: Loyalty, xdm:isPrimary: true }
`,
  'datasets/loyalty.yaml': `
id: loyalty
schemaRef: { id: https://example.com/loyalty }
mapping:
  - { source: loyaltyId, destination: loyalty.id }
  - { source: points, destination: loyalty.points }
  - { source: tier, destination: loyalty.tier }
  - { source: joined, destination: loyalty.joined }
  - { source: city, destination: loyalty.city }
`,
};

const catalogOf = (files: ReadonlyMap<string, string>): CompiledCatalog =>
  compileCatalog(loadCatalog(files, {}).catalog!);

describeOutside(cases, 'files as people have them', () => {
  it.each([
    '5-nulls/customers-by-mapping.ndjson',
    '6-flat-parquet/customers.parquet',
    '6-flat-parquet/customers-by-mapping.parquet',
  ])('%s: three customers by the mapping of the example', async (file) => {
    const { entities, rejected } = await ingest(catalogOf(await readCatalogFolder('catalog')), 'customers', file);
    expect(rejected).toEqual([]);
    const updated = { extSourceSystemAudit: { lastUpdatedDate: '2026-05-01T10:00:00.000Z' } };
    expect(entities).toEqual([
      {
        _riverbend: { crmId: '91001' },
        personalEmail: { address: 'p1@example.com' },
        loyalty: { tier: 'gold' },
        ...updated,
      },
      {
        _riverbend: { crmId: '91002' },
        personalEmail: { address: 'p2@example.com' },
        loyalty: { tier: 'silver' },
        ...updated,
      },
      { _riverbend: { crmId: '91003' }, loyalty: { tier: 'none' }, ...updated },
    ]);
  });

  it('14-numbers-as-ids: numbers are ids, texts are numbers, and both epochs are one instant', async () => {
    const catalog = catalogOf(new Map(Object.entries(LOYALTY)));
    const { entities, rejected } = await ingest(catalog, 'loyalty', '14-numbers-as-ids/loyalty.json');
    expect(rejected).toEqual([]);
    const joined = '2024-05-01T10:00:00.000Z';
    expect(entities).toEqual([
      { loyalty: { id: '5625458', points: 120, tier: 'gold', joined } },
      { loyalty: { id: '5625459', points: 75, joined, city: 'Oslo' } },
    ]);
  });
});
