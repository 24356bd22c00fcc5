import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ingestData, routedOf } from '#cli/ingest/ingest.ts';
import { createMemoryObjectStore } from '#lambdas/adapters/memory/object-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'feed-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that is to be streamed', () => {
  it('is uploaded when its records cannot be read, so that the platform rejects and keeps it', async () => {
    const name = 'logins.ndjson';
    const path = join(folder, name);
    const bytes = Buffer.from('\ufeff{"_id":"a"}\n', 'utf16le');
    writeFileSync(path, bytes);
    const landing = createMemoryObjectStore();
    // Nothing is put on the stream, which does not exist.
    const fed = await ingestData({ path, name, datasetId: 'logins', dataset: undefined }, 'stream', {
      stream: '',
      landing,
    });
    expect(fed).toMatchObject({ ingestionMethod: 'batch', records: 0 });
    expect(routedOf(fed)).toMatch(/^uploaded → S3, to be rejected there\. .*UTF-16/);
    expect(await landing.get(`landing/logins/${name}`)).toEqual(new Uint8Array(bytes));
  });
});
