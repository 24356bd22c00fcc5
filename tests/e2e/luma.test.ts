import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployAndApply, ingestFolder } from '#cli/commands/start.ts';
import { fileSource } from '#cli/ingest/file-source.ts';
import { type Flow, waitUntilIdle } from '#cli/ingest/wait.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient, type SinkRequest } from '#cli/local/sink.ts';
import { readInput } from '#cli/replay/read-input.ts';
import { type ReplayInput, type ReplayResult, replay } from '#cli/replay/replay.ts';
import { type StageReport, stageReport } from '#cli/report/stage-report.ts';
import { projectRoot } from '#cli/root.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { deadLetters } from '#cli/stage/queues.ts';
import { runEvaluation } from '#cli/stage/run-job.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { profilesOf } from '#core/profile/profiles.ts';
import { isRedirect } from '#core/segmentation/membership.ts';
import { emptyStage } from '#tests/harness/empty-stage.ts';
import { LUMA_CATALOG, LUMA_FILES, luma, lumaExpected, lumaText, shifted } from '#tests/harness/luma/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';

const MINUTE = 60_000;

/** The real data, moved in time so that its `now` is the present, through the deployed platform. */
describeOutside(luma, 'the real data through the deployed platform', () => {
  let folder: string;
  let flow: Flow;
  let report: StageReport;
  let replayed: ReplayResult;
  let requests: SinkRequest[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-luma-'));
    const progress = new Progress(process.stdout);
    const deployed = await deployAndApply(projectRoot, LUMA_CATALOG, progress);
    flow = deployed.flow;
    await emptyStage(flow.resources);
    const sink = new SinkClient(deployed.sinkUrl);
    await sink.reset();

    const now = Date.now();
    const by = now - Date.parse(lumaExpected().now);
    for (const file of Object.values(LUMA_FILES))
      writeFileSync(join(folder, file.replace('.gz', '')), shifted(lumaText(file), by));
    replayed = await replayAt(now, folder, flow);
    // Time goes on while the data flows; the answers must be the same all along, or the comparison means nothing.
    const later = await replayAt(now + 15 * MINUTE, folder, flow);
    expect(later.segments).toEqual(replayed.segments);

    await ingestFolder(folder, flow, progress);
    await runEvaluation(flow, flow.progress);
    await waitUntilIdle(flow);
    report = await stageReport(flow.stores, flow.catalog, Date.now());
    requests = await sink.requests();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('counts every record', () => {
    const total = Object.values(report.records).reduce((sum, { accepted }) => sum + accepted, 0);
    expect(total).toBe(replayed.records.accepted);
    expect(report.batches.map(({ status }) => status)).not.toContain('failed');
  });

  it('ends with the members that were computed independently', () => {
    for (const [id, { membersWithoutOptOuts }] of Object.entries(lumaExpected().omnichannel.segments)) {
      expect(report.segments[id]?.members, id).toEqual(membersWithoutOptOuts.map((member) => `CRMID:${member}`));
    }
  });

  it('ends with what a replay of the same files says, for every audience', () => {
    expect(report.profiles).toBe(replayed.profiles);
    expect(report.graphs).toEqual(replayed.graphs);
    expect(report.segments).toEqual(replayed.segments);
    expect(report.aam).toEqual(replayed.aam);
  });

  it('tells the webhook about every member and nobody else', () => {
    const members = new Map<string, Set<string>>();
    for (const { segment, status, crmId } of requests
      .filter(({ path }) => path.startsWith('/webhook/'))
      .flatMap(deliveredToWebhook)) {
      const known = members.get(segment) ?? new Set<string>();
      members.set(segment, known);
      if (status === 'realized') known.add(crmId);
      else known.delete(crmId);
    }
    for (const id of ['A1', 'A3', 'A5']) {
      expect([...(members.get(id) ?? [])].sort(), id).toEqual(
        report.segments[id]?.members.map((key) => key.replace('CRMID:', '')),
      );
    }
  });

  it('tells Audience Manager about every device of a member and no other, at its edge or its hub', async () => {
    const lastRouted = new Set<string>();
    for (const { body } of requests.filter(({ path }) => path.startsWith('/aam/'))) {
      const call = new URLSearchParams(body);
      for (const segment of call.getAll('c_segID')) lastRouted.add(`${segment} ${call.get('d_mid')}`);
      for (const segment of call.getAll('c_segID_exit')) lastRouted.delete(`${segment} ${call.get('d_mid')}`);
    }
    expect(lastRouted.size, 'devices told at the edge').toBeGreaterThan(0);
    const atEdge = lastRouted.size;
    await invoke(flow.resources, 'export-files', { force: true });
    for (const [id, entered, left] of (await hubRows(flow)).flatMap(signalsOf)) {
      for (const segment of entered) lastRouted.add(`${segment} ${id}`);
      for (const segment of left) lastRouted.delete(`${segment} ${id}`);
    }
    expect(lastRouted.size, 'devices told at the edge or in files').toBeGreaterThan(atEdge);
    expect([...lastRouted].sort()).toEqual(await devicesOfMembers(flow));
  });

  it('writes the files of the export', async () => {
    const keys = await Array.fromAsync(flow.stores.exports.list('crm-export'));
    expect(keys.filter((key) => /crm-export_segmentA\d_\d{14}\.csv$/.test(key)).length).toBeGreaterThan(0);
  });

  it('leaves no message behind', async () => {
    expect(await deadLetters(flow.resources)).toEqual({});
  });
});

async function replayAt(now: number, folder: string, { catalog }: Flow): Promise<ReplayResult> {
  const inputs: ReplayInput[] = [];
  let firstTieBreaker = 0;
  for (const [datasetId, file] of Object.entries(LUMA_FILES)) {
    const source = await fileSource(join(folder, file.replace('.gz', '')));
    const read = await readInput(source, datasetId, catalog, { receivedAt: now, firstTieBreaker });
    firstTieBreaker += read.records.length;
    inputs.push({ name: file, ...read });
  }
  return (await replay({ catalog, inputs, now, ingestionMethod: 'mixed', seed: 1 })).result;
}

/** The rows of the hub's files, in the order of their instants. */
async function hubRows({ stores }: Flow): Promise<string[]> {
  const keys = (await Array.fromAsync(stores.exports.list('audience-manager'))).filter((key) => key.endsWith('.sync'));
  const texts = await Promise.all(keys.sort().map((key) => stores.exports.get(key)));
  return texts.flatMap((bytes) => Buffer.from(bytes!).toString('utf8').trimEnd().split('\n'));
}

/** `<id>⇥"segID"="A1",d_unsid=A3` → the id, what was entered, what was left. */
function signalsOf(row: string): [string, string[], string[]][] {
  const [id, signals] = row.split('\t');
  const all = (pattern: RegExp): string[] => [...signals!.matchAll(pattern)].map(([, segment]) => segment!);
  return [[id!, all(/"segID"="([^"]+)"/g), all(/d_unsid=([^,]+)/g)]];
}

/** `segment ECID`, for every device of every member, straight from what is stored. */
async function devicesOfMembers({ stores, catalog }: Flow): Promise<string[]> {
  const settings = stageSettings(catalog);
  const devices: string[] = [];
  for await (const item of stores.profiles.scan()) {
    const memberships = await stores.memberships.get(item.canonicalKey);
    if (!memberships || isRedirect(memberships)) continue;
    for (const { key, identities } of profilesOf(item, settings.route)) {
      for (const [segment, { status }] of Object.entries(memberships.profiles[key]?.segments ?? {})) {
        if (status !== 'realized' || !segment.startsWith('A')) continue;
        const ecids = identities.filter((identity) => identity.startsWith('ECID:'));
        devices.push(...ecids.map((identity) => `${segment} ${identity.slice('ECID:'.length)}`));
      }
    }
  }
  return devices.sort();
}

interface WebhookProfile {
  readonly identityMap: { readonly crmid?: readonly { readonly id: string }[] };
  readonly segmentMembership: { readonly ups: Readonly<Record<string, { readonly status: string }>> };
}

function deliveredToWebhook({ body }: SinkRequest): { segment: string; status: string; crmId: string }[] {
  const { profiles } = JSON.parse(body) as { profiles: WebhookProfile[] };
  return profiles.flatMap(({ identityMap, segmentMembership }) =>
    (identityMap.crmid ?? []).flatMap(({ id: crmId }) =>
      Object.entries(segmentMembership.ups).map(([segment, { status }]) => ({ segment, status, crmId })),
    ),
  );
}
