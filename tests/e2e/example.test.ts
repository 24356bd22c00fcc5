import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployAndApply, start } from '#cli/commands/start.ts';
import { DEFAULT_EXAMPLE, type Example } from '#cli/example/generate.ts';
import { writeExample } from '#cli/example/write.ts';
import type { Flow } from '#cli/feed/wait.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient, type SinkRequest } from '#cli/local/sink.ts';
import { type StageReport, stageReport } from '#cli/report/stage-report.ts';
import { projectRoot } from '#cli/root.ts';
import { type QuarantineRow, readArchive } from '#core/ingestion/archive.ts';
import { s3 } from '#lambdas/adapters/clients.ts';
import { createS3ObjectStore } from '#lambdas/adapters/object-store.s3.ts';
import { emptyStage } from '#tests/harness/empty-stage.ts';

const CATALOG = join(projectRoot, 'catalog');

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((x, y) => x + y, 0);

/** What `npm start` does, held against what the generator of the example says must come of it. */
describe('the worked example through the deployed platform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-example-'));
  let example: Example;
  let flow: Flow;
  let shown: string;
  let report: StageReport;
  let requests: SinkRequest[];

  beforeAll(async () => {
    const progress = new Progress(process.stdout);
    const deployed = await deployAndApply(projectRoot, CATALOG, progress);
    await emptyStage(deployed.flow.resources);
    const sink = new SinkClient(deployed.sinkUrl);
    await sink.reset();
    example = await writeExample(folder, { ...DEFAULT_EXAMPLE, now: Date.now() });
    shown = await start(projectRoot, { catalog: CATALOG, data: folder }, progress);
    flow = deployed.flow;
    report = await stageReport(flow.stores, flow.catalog, Date.now());
    requests = await sink.requests();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the audiences that the generator computed from its own model', () => {
    expect(Object.keys(example.expected.audiences).length).toBeGreaterThan(3);
    for (const [id, members] of Object.entries(example.expected.audiences)) {
      expect(report.segments[id]?.members, id).toEqual(members);
    }
  });

  it('gives every record one outcome, with its reason', async () => {
    const quarantine = createS3ObjectStore(s3(), flow.resources['quarantine-bucket']);
    const rows: QuarantineRow[] = [];
    for await (const key of quarantine.list('dataset='))
      rows.push(...readArchive<QuarantineRow>((await quarantine.get(key))!));
    const refused = Object.values(report.records).reduce((sum, counts) => sum + counts.refused, 0);
    expect(refused).toBe(sum(example.expected.refused));
    const duplicate = Object.values(report.records).reduce((total, counts) => total + counts.duplicate, 0);
    expect(duplicate).toBe(sum(example.expected.duplicates));
    expect(new Set(rows.map(({ position }) => JSON.stringify(position))).size).toBe(refused);
    for (const { refusals, position, raw } of rows) {
      expect(refusals[0]?.message).toBeTruthy();
      expect(position.row ?? position.sequenceNumber).toBeTruthy();
      expect(raw).not.toBe('');
    }
  });

  it('shows the table', () => {
    for (const title of ['Records', 'Profiles', 'Audiences', 'Destinations', 'Audience Manager', 'What to try next']) {
      expect(shown).toContain(title);
    }
  });

  it('has told the webhook and the edge, and signed what the webhook got', () => {
    const webhook = requests.filter(({ path }) => path.startsWith('/webhook/'));
    expect(webhook.length).toBeGreaterThan(0);
    for (const { headers } of webhook) expect(headers['x-tributary-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(requests.filter(({ path }) => path.startsWith('/aam/')).length).toBeGreaterThan(0);
  });

  it('has written the files of the hub and of the export', async () => {
    const keys = await Array.fromAsync(flow.stores.exports.list(''));
    expect(keys.filter((key) => /ftp_dpm_\d+_\d{10}\.sync$/.test(key)).length).toBeGreaterThan(0);
    expect(keys.filter((key) => key.endsWith('.csv')).length).toBeGreaterThan(0);
  });
});
