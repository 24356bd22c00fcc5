import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { applyCatalog } from '#cli/catalog/activate.ts';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { deployAndApply } from '#cli/commands/start.ts';
import { allLanes, laneQueues, secretName, sourcesOf } from '#cli/destination/lanes.ts';
import { localVariables } from '#cli/local/catalog-variables.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import type { Resources } from '#cli/stage/use-stage.ts';
import { poolLane } from '#core/contract/delivery-lanes.ts';
import { secretsManager, sqs } from '#lambdas/adapters/clients.ts';
import { queueOfPool } from '#lambdas/adapters/sqs/lane-queues.ts';
import { SqsOutbox } from '#lambdas/adapters/sqs/outbox.ts';
import { entered, identity, profileDelivery } from '#tests/unit/activation/factories.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 500 };

/** Two destinations that nobody thought of when the stage was deployed. */
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

  const apply = async (): Promise<void> => {
    const set = {
      ...localVariables(projectRoot),
      WEBHOOK_URL: `${sinkUrl}/webhook/`,
      LATE_URL: `${sinkUrl}/webhook/late/`,
    };
    await applyCatalog(await loadCatalogFolder(folder, set), resources, {
      stage: 'local',
      note: {},
      running: () => {},
      untilSeen: async () => {},
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

  const lastOfPool = (): string => {
    const { queue: first, lanes } = JSON.parse(resources['lane-pool']) as { queue: string; lanes: string };
    return queueOfPool(first, poolLane(Number(lanes)));
  };
});
