import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import { Progress } from '#cli/local/progress.ts';
import { projectRoot } from '#cli/root.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { kinesis } from '#lambdas/adapters/clients.ts';
import { cli } from '#tests/harness/cli.ts';
import { aggregateOf } from '#tests/harness/core/aggregate.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 1_000 };

/** What producers put on the stream, through the functions as they are bundled: aggregates, packed ones, raw records. */
describe('Kinesis records that hold several records, on a deployed stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-payloads-'));
  const run = Date.now();
  const row = (n: number, more: object = {}) => ({
    crmId: `PAYLOAD-${run}-${n}`,
    email: `payload.${run}.${n}@example.com`,
    updatedAt: new Date(run).toISOString(),
    ...more,
  });
  let resources: Resources;

  beforeAll(async () => {
    const catalog = join(folder, 'catalog');
    cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true });
    const connection = 'id: crm\nformat: json\ndataset: customers\nkinesis: true\nauthenticationRequired: false\n';
    writeFileSync(join(catalog, 'source-connections', 'crm.yaml'), connection);
    const deployed = await deployAndApply(projectRoot, catalog, new Progress(process.stdout));
    resources = deployed.flow.resources;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const isKnown = async (n: number): Promise<boolean> =>
    (await cli('profile', 'get', `CRMID:${row(n).crmId}`)).code === 0;

  it('are ingested one by one, also over HTTP; what is wrong is in quarantine, and comes back corrected', async () => {
    const texts = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, i) => JSON.stringify(row(from + i)));
    const bad = JSON.stringify(row(6, { updatedAt: 'never' }));
    const payloads = [
      aggregateOf([...texts(0, 2), gzipSync(texts(2, 4).join('\n'))]),
      Buffer.from(texts(4, 6).join('')),
      gzipSync(`[${[bad, ...texts(7, 8)].join(',')}]`),
    ];
    const Records = payloads.map((Data, n) => ({ Data, PartitionKey: `producer ${n}` }));
    await kinesis().send(new PutRecordsCommand({ StreamName: resources['collection-stream'], Records }));
    const { collection } = await endpointsOf(resources);
    const answer = await fetch(`${collection.url}/collection/crm`, {
      method: 'POST',
      headers: collection.headers,
      body: `[${texts(8, 10).join(',')}]`,
    });
    expect(answer.status).toBe(207);
    const good = [0, 1, 2, 3, 4, 5, 7, 8, 9];
    await vi.waitFor(async () => {
      for (const n of good) expect({ n, known: await isKnown(n) }).toEqual({ n, known: true });
    }, WITHIN);

    const exported = await cli('quarantine', 'export', '--dataset', 'customers', '--reason', 'mapping-failed');
    const lines = exported.stdout.split('\n').filter((line) => line.includes(row(6).crmId));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!).position).toMatchObject({ subSequenceNumber: 0 });
    const corrected = join(folder, 'corrected.ndjson');
    writeFileSync(corrected, lines[0]!.replace('never', row(6).updatedAt));
    const replayed = await cli('quarantine', 'replay', '--corrected', corrected, '--json');
    expect(JSON.parse(replayed.stdout)).toMatchObject({ accepted: 1, rejected: 0 });
    expect(await isKnown(6)).toBe(true);
  });
});
