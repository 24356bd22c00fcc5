import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endpointsOf } from '#cli/commands/endpoints.ts';
import { deployAndApply, start } from '#cli/commands/start.ts';
import { DEFAULT_EXAMPLE, type Example } from '#cli/example/generate.ts';
import { writeExample } from '#cli/example/write.ts';
import type { Flow } from '#cli/ingest/wait.ts';
import { localConnectionKey } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient, type SinkRequest } from '#cli/local/sink.ts';
import { type StageReport, stageReport } from '#cli/report/stage-report.ts';
import { projectRoot } from '#cli/root.ts';
import { countsOf, recount } from '#cli/stage/counts.ts';
import { allRecords } from '#core/counts/stage-counts.ts';
import { type QuarantineRow, readArchive } from '#core/pipeline/quarantine/write.ts';
import { s3 } from '#lambdas/adapters/clients.ts';
import { createS3ObjectStore } from '#lambdas/adapters/s3/object-store.ts';
import { emptyStage } from '#tests/harness/empty-stage.ts';
import { callEndpoint, callSigned } from './http-call.ts';

const CATALOG = join(projectRoot, 'catalog');

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 60_000, interval: 500 };

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
    const rejected = Object.values(report.records).reduce((sum, counts) => sum + counts.rejected, 0);
    expect(rejected).toBe(sum(example.expected.rejected));
    const duplicate = Object.values(report.records).reduce((total, counts) => total + counts.duplicate, 0);
    expect(duplicate).toBe(sum(example.expected.duplicates));
    expect(new Set(rows.map(({ position }) => JSON.stringify(position))).size).toBe(rejected);
    for (const { rejections, position, raw } of rows) {
      expect(rejections[0]?.message).toBeTruthy();
      expect(position.row ?? position.sequenceNumber).toBeTruthy();
      expect(raw).not.toBe('');
    }
  });

  it('counts without reading anything what reading everything finds', async () => {
    await vi.waitFor(async () => expect(await recount(flow.stores, flow.catalog, false)).toEqual([]), WITHIN);
    const counts = await countsOf(flow.stores, flow.catalog);
    expect(counts?.profiles.all).toBe(report.profiles);
    expect(counts?.audiences).toEqual(
      Object.fromEntries(Object.entries(report.segments).map(([id, { count }]) => [id, count])),
    );
    const { records = {} } = counts ?? {};
    for (const [id, { accepted, rejected, duplicate }] of Object.entries(report.records))
      expect(allRecords(records[id]!), id).toMatchObject({ accepted, rejected, duplicate });
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

  it('takes records over HTTP, one by one and as a batch, tells the profile that comes of them, and takes the batch back', async () => {
    const { collection, batch, access } = await endpointsOf(flow.resources);
    // As a client of AEP: a token that means nothing here, and the key.
    const headers = { authorization: 'Bearer a token of IMS', 'x-api-key': localConnectionKey(projectRoot) };
    const json = { headers: { ...headers, 'content-type': 'application/json' } };
    const ecid = '7'.repeat(38);
    const login = { ECID: [{ id: ecid }], CRMID: [{ id: 'RB-HTTP', authenticatedState: 'authenticated' }] };
    const entity = { _id: `http-${Date.now()}`, timestamp: new Date().toISOString(), identityMap: login };
    const message = {
      header: { datasetId: 'logins' },
      body: { xdmEntity: { ...entity, eventType: 'userAccount.login' } },
    };
    const collect = (query: string, body: object) =>
      callEndpoint(collection, 'POST', `/collection/shop${query}`, { ...json, body: JSON.stringify(body) });
    expect(await collect('?syncValidation=true', { ...message, body: { xdmEntity: {} } })).toMatchObject({
      status: 400,
    });
    expect(await collect('?syncValidation=true', message)).toMatchObject({ status: 200, body: { inletId: 'shop' } });

    const import_ = '/data/foundation/import/batches';
    const created = await callEndpoint(batch, 'POST', import_, {
      ...json,
      body: JSON.stringify({ datasetId: 'customers', inputFormat: { format: 'csv' } }),
    });
    expect(created).toMatchObject({ status: 201, body: { status: 'loading' } });
    const { id } = created.body;
    const file = `${import_}/${id}/datasets/customers/files/crm.csv`;
    const csv = 'crmId,email,tier,updatedAt\nRB-HTTP,http@example.com,silver,2026-01-01T00:00:00Z\n';
    expect(await callEndpoint(batch, 'PUT', file, { headers, body: csv })).toMatchObject({ status: 200 });
    // What is too large for a function goes to S3 itself.
    const asked = await callEndpoint(batch, 'POST', file.replace('crm.csv', 'more.csv?action=INITIALIZE'), { headers });
    const { href, ...upload } = asked.body.upload;
    const more = csv.replaceAll(/RB-HTTP|http@/g, (text) => (text === 'http@' ? 'more@' : 'RB-MORE'));
    expect((await fetch(href, { ...upload, body: more })).status).toBe(200);
    expect(await callEndpoint(batch, 'POST', `${import_}/${id}?action=COMPLETE`, { headers })).toMatchObject({
      status: 200,
    });
    const stateOf = async () =>
      (await callEndpoint(batch, 'GET', `/data/foundation/catalog/batches/${id}`, { headers })).body[id];
    await vi.waitFor(async () => expect(await stateOf()).toMatchObject({ status: 'success' }), WITHIN);
    expect(await stateOf()).toMatchObject({
      metrics: { inputRecordCount: 2, outputRecordCount: 2, failedRecordCount: 0 },
    });

    const query = { 'schema.name': '_xdm.context.profile', entityId: ecid, entityIdNS: 'ECID' };
    const profileOf = async () => {
      const { status, body } = await callSigned(access, '/data/core/ups/access/entities', query);
      expect(status).toBe(200);
      return body[ecid].entity;
    };
    const identityMap = { crmid: [{ id: 'RB-HTTP' }], ecid: [{ id: ecid }] };
    const membership = (status: string) => ({ ups: { 'gold-and-silver': { status } } });
    await vi.waitFor(
      async () =>
        expect(await profileOf()).toMatchObject({
          loyalty: { tier: 'silver' },
          identityMap,
          segmentMembership: membership('realized'),
        }),
      WITHIN,
    );

    // Taken back, what the login said is all that is left.
    expect(await callEndpoint(batch, 'POST', `${import_}/${id}?action=REVERT`, { headers })).toMatchObject({
      status: 200,
    });
    await vi.waitFor(async () => expect(await stateOf()).toMatchObject({ status: 'inactive' }), WITHIN);
    await vi.waitFor(async () => {
      const profile = await profileOf();
      expect(profile).toMatchObject({ identityMap, segmentMembership: membership('exited') });
      expect(profile).not.toHaveProperty('loyalty');
    }, WITHIN);
  });
});
