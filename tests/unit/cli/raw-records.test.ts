import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { findDataFiles } from '#cli/ingest/data-files.ts';
import { ingestData, usualMethod } from '#cli/ingest/ingest.ts';
import { projectRoot } from '#cli/root.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';
import { cli } from '#tests/harness/cli.ts';

const NOW = '2026-03-01T10:00:00Z';
const ROWS = [1, 2, 3].map((n) => ({ crmId: `RB-${n}`, email: `Ada${n}@example.com`, updatedAt: NOW }));
const LINES = [
  ...ROWS.map((row) => JSON.stringify(row)),
  JSON.stringify({ ...ROWS[0], updatedAt: 'never' }),
  '{"crmId":',
];

describe('a file of raw records', () => {
  let folder: string;
  let catalog: string;
  let data: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'raw-'));
    catalog = join(folder, 'catalog');
    data = join(folder, 'data');
    await cp(join(projectRoot, 'catalog'), catalog, { recursive: true });
    await writeFile(
      join(catalog, 'source-connections', 'crm.yaml'),
      'id: crm\nformat: json\ndataset: customers\nkinesis: true\n',
    );
    await mkdir(data);
    await writeFile(join(data, 'crm.ndjson'), LINES.join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('named after its source connection is replayed as the records of its dataset are', async () => {
    const file = join(data, 'crm.ndjson');
    const args = ['--catalog', catalog, '--now', NOW, '--json', '--ingest', 'stream'];
    const outcome = async (id: string) => {
      const { code, stdout } = await cli('replay', '--input', `${id}=${file}`, ...args);
      expect(code).toBe(0);
      const { cost: _cost, ...rest } = JSON.parse(stdout);
      return rest;
    };
    const byConnection = await outcome('crm');
    expect(byConnection.records).toEqual({ accepted: 3, rejected: 2, duplicate: 0 });
    expect(byConnection).toEqual(await outcome('customers'));
  });

  it('is streamed by ingest, each record with the name of its connection', async () => {
    const sent: string[] = [];
    const kinesis = mockClient(KinesisClient);
    kinesis.on(PutRecordsCommand).callsFake(({ Records }) => {
      for (const { Data } of Records) sent.push(Buffer.from(Data).toString('utf8'));
      return { Records: Records.map(() => ({})) };
    });
    const compiled = compileCatalog(await loadCatalogFolder(catalog, {}));
    const [file, ...others] = await findDataFiles(data, compiled);
    expect(others).toEqual([]);
    expect(usualMethod(file!)).toBe('stream');
    const target = { stream: 'stream', landing: createMemoryObjectStore() };
    await ingestData(file!, 'stream', target);
    kinesis.restore();
    const wrapped = LINES.slice(0, 4).map(
      (line) => `{"header":{"sourceConnection":"crm"},"body":{"rawRecord":${line}}}`,
    );
    expect(sent).toEqual([...wrapped, LINES[4]]);
    await expect(ingestData(file!, 'batch', target)).rejects.toThrow('can only be streamed');
  });
});
