import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { applyCatalog } from '#cli/catalog/activate.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import { allLanes, laneQueues, sourcesOf } from '#cli/destination/lanes.ts';
import { switchLanes } from '#cli/destination/pausing.ts';
import { localVariables } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { storesOf } from '#cli/stage/stores.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { pendingPrefix } from '#core/activation/files/keys.ts';
import { poolLane } from '#core/contract/delivery-lanes.ts';
import { identityKey } from '#core/record/identity.ts';
import { secretsManager, sqs } from '#lambdas/adapters/clients.ts';
import { secretName } from '#lambdas/adapters/secrets-manager/lane-secrets.ts';
import { queueOfPool } from '#lambdas/adapters/sqs/lane-queues.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import {
  ecid,
  edgeDelivery,
  entered,
  hubDelivery,
  identity,
  profileDelivery,
} from '#tests/unit/activation/factories.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 500 };

/** Destinations that nobody thought of when the stage was deployed. */
const LATE = `
id: late
type: http
url: \${LATE_URL}
segments: [several-stores]
identities: [CRMID]
`;
const PARTNER = `
id: partner
type: s3-file
identity: CRMID
attributes: [segmentMembership.status]
segments: [several-stores]
`;
const ADS = `
id: late-ads
type: aam
edgeEndpoint: \${LATE_ADS_ENDPOINT}
segments: [several-stores]
firstUseHours: 0
`;

describe('a destination that came after the deployment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-lanes-'));
  let resources: Resources;
  let sink: SinkClient;
  let sinkUrl: string;

  beforeAll(async () => {
    cpSync(join(projectRoot, 'catalog'), folder, { recursive: true });
    const deployed = await deployAndApply(projectRoot, folder, new Progress(process.stdout));
    resources = deployed.flow.resources;
    sinkUrl = deployed.sinkUrl;
    sink = new SinkClient(sinkUrl);
    await sink.reset();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** @param untilSeen waits until functions that run already see the catalog; those that begin see it at once */
  const apply = async (untilSeen = async (): Promise<void> => {}): Promise<void> => {
    const set = {
      ...localVariables(projectRoot),
      WEBHOOK_URL: `${sinkUrl}/webhook/`,
      LATE_URL: `${sinkUrl}/webhook/late/`,
      LATE_ADS_ENDPOINT: `${sinkUrl}/aam/late-{host}`,
    };
    await applyCatalog(await loadCatalogFolder(folder, set), resources, {
      stage: 'local',
      note: {},
      running: () => {},
      untilSeen,
    });
  };
  const queue = (destinationId: string, name: string): Promise<void> => {
    const delivery = profileDelivery({
      destinationId,
      canonicalKey: `CRMID:${name}`,
      identities: [identity('CRMID', name)],
      changes: [entered('several-stores')],
    });
    return new SqsOutbox(sqs(), laneQueues(resources)).send([{ laneId: destinationId, group: name, delivery }]);
  };

  it('is delivered to through a lane of the pool, and the lane is taken back when it is gone', async () => {
    await apply();
    const taken = Object.values(await allLanes(resources)).map(({ queue: url }) => url);
    for (const { State } of await sourcesOf(lastOfPool())) expect(State).toMatch(/^Disabl/);
    writeFileSync(join(folder, 'destinations', 'late.yaml'), LATE);
    writeFileSync(join(folder, 'destinations', 'partner.yaml'), PARTNER);
    await apply();
    const { queue: ownQueue } = (await allLanes(resources)).late!;
    expect(ownQueue).toMatch(/lane-\d{3}\.fifo$/);
    expect(taken).not.toContain(ownQueue);
    expect((await sourcesOf(ownQueue)).map(({ State }) => /^Enabl/.test(State!))).toContain(true);
    const { SecretString } = await secretsManager().send(
      new GetSecretValueCommand({ SecretId: secretName('late', 'local') }),
    );
    expect(JSON.parse(SecretString!)).toEqual({ signingKey: expect.stringMatching(/^[0-9a-f]{64}$/) });

    const name = `L-${Date.now()}`;
    await queue('late', name);
    await vi.waitFor(async () => {
      const taken = (await sink.requests({ path: '/webhook/late/' })).filter(({ status }) => status === 200);
      const bodies = taken.map(({ body }) => body);
      expect(bodies.join()).toContain(name);
    }, WITHIN);
    await queue('partner', name);

    rmSync(join(folder, 'destinations', 'late.yaml'));
    await apply();
    expect(Object.keys(await allLanes(resources))).toContain('late');
    await vi.waitFor(async () => {
      await apply();
      expect(Object.keys(await allLanes(resources))).not.toContain('late');
    }, WITHIN);
  });

  it('may be one of Audience Manager, by edge and hub, like the one of the example', async () => {
    const lanes = await allLanes(resources);
    expect(lanes['audience-manager.edge']!.queue).toMatch(/lane-\d{3}\.fifo$/);
    writeFileSync(join(folder, 'destinations', 'late-ads.yaml'), ADS);
    await apply(() => setTimeout(6_000));
    const { 'late-ads.edge': edge, 'late-ads.hub': hub } = await allLanes(resources);
    expect(edge!.queue).toMatch(/lane-\d{3}\.fifo$/);
    expect(edge!.queue).not.toBe(lanes['audience-manager.edge']!.queue);
    expect(hub!.queue).toBe(lanes['audience-manager.hub']!.queue);

    const device = ecid(Date.now());
    const changes = [entered('several-stores')];
    const outbox = new SqsOutbox(sqs(), laneQueues(resources));
    const common = { destinationId: 'late-ads', canonicalKey: identityKey(device), changes };
    await outbox.send([
      { laneId: 'late-ads.edge', group: 'a device', delivery: edgeDelivery({ ...common, device }) },
      { laneId: 'late-ads.hub', group: 'a device', delivery: hubDelivery({ ...common, identities: [device] }) },
    ]);
    await vi.waitFor(async () => {
      const bodies = (await sink.requests({ path: '/aam/late-' })).map(({ body }) => body);
      expect(bodies.join()).toContain(`d_mid=${device.value}`);
    }, WITHIN);
    const { exports } = storesOf(resources);
    await vi.waitFor(async () => {
      const parts = await Array.fromAsync(exports.list(pendingPrefix('late-ads.hub')));
      expect(parts).toHaveLength(1);
    }, WITHIN);
    await invoke(resources, 'export-files', { force: true, laneId: 'late-ads.hub' });
    const files = await Array.fromAsync(exports.list('late-ads'));
    expect(files.filter((key) => key.endsWith('.sync'))).toHaveLength(1);

    const enabled = async (): Promise<boolean[]> =>
      (await sourcesOf(edge!.queue)).map(({ State }) => /^Enabl/.test(State!));
    expect(await switchLanes(['late-ads.edge', 'late-ads.hub'], false, resources)).toBe(1);
    expect(await enabled()).toEqual([false]);
    await switchLanes(['late-ads.edge', 'late-ads.hub'], true, resources);
    expect(await enabled()).toEqual([true]);
  });

  const lastOfPool = (): string => {
    const { queue: first, lanes } = JSON.parse(resources['lane-pool']) as { queue: string; lanes: string };
    return queueOfPool(first, poolLane(Number(lanes)));
  };
});
