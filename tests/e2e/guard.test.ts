import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployAndApply } from '#cli/commands/start.ts';
import type { Flow } from '#cli/ingest/wait.ts';
import { Progress } from '#cli/local/progress.ts';
import { SinkClient } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import { cli } from '#tests/harness/cli.ts';
import { emptyStage } from '#tests/harness/empty-stage.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 1_000 };
const PEOPLE = 30;
const DAY = 86_400_000;

/** A feed with a column that comes empty, on the deployed platform and by its commands. */
describe('the guard of a destination on a deployed stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-guard-'));
  const run = Date.now();
  let flow: Flow;
  let sink: SinkClient;

  beforeAll(async () => {
    cpSync(join(projectRoot, 'catalog'), folder, { recursive: true });
    const webhook = join(folder, 'destinations', 'webhook.yaml');
    const guarded = readFileSync(webhook, 'utf8')
      .replace(/^segments: .*$/m, 'segments: [gold-and-silver]\nguard: { percent: 20, profiles: 3 }')
      .replace(/^identities: .*$/m, 'identities: [CRMID]');
    writeFileSync(webhook, guarded);
    const deployed = await deployAndApply(projectRoot, folder, new Progress(process.stdout));
    flow = deployed.flow;
    await emptyStage(flow.resources);
    sink = new SinkClient(deployed.sinkUrl);
    await sink.reset();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const upload = async (tier: string, n: number): Promise<void> => {
    const updatedAt = new Date(run - (10 - n) * DAY).toISOString();
    const rows = Array.from(
      { length: PEOPLE },
      (_, i) => `G-${run}-${i},g${i}.${run}@example.com,${tier},${updatedAt}`,
    );
    const csv = ['crmId,email,tier,updatedAt', ...rows].join('\n');
    await flow.stores.landing.put(`landing/customers/${run}-${n}.csv`, csv);
  };
  /** Whom the webhook knows, of all that it was told in order. */
  const members = async (): Promise<number> => {
    const known = new Set<string>();
    for (const { body, status } of await sink.requests({ path: '/webhook/' })) {
      if (status !== 200) continue;
      const { profiles } = JSON.parse(body) as {
        profiles: {
          identityMap: { crmid: { id: string }[] };
          segmentMembership: { ups: Record<string, { status: string }> };
        }[];
      };
      for (const { identityMap, segmentMembership } of profiles) {
        for (const { status } of Object.values(segmentMembership.ups)) {
          for (const { id } of identityMap.crmid) status === 'realized' ? known.add(id) : known.delete(id);
        }
      }
    }
    return known.size;
  };
  const status = async () => JSON.parse((await cli('destination', 'status', 'webhook', '--json')).stdout);

  it('holds it, says why and whom, rejects to go round it, and lets go when it is released', async () => {
    await upload('gold', 1);
    await vi.waitFor(async () => expect(await members()).toBe(PEOPLE), WITHIN);
    await vi.waitFor(
      async () => expect((await status()).audiences).toMatchObject([{ segmentId: 'gold-and-silver', size: PEOPLE }]),
      WITHIN,
    );
    expect((await status()).held).toBeUndefined();

    await upload('', 2);
    await vi.waitFor(async () => expect(await status()).toHaveProperty('held'), WITHIN);
    await vi.waitFor(async () => expect((await status()).audiences[0]).toMatchObject({ leaves: PEOPLE - 6 }), WITHIN);
    await vi.waitFor(async () => expect(await members()).toBe(PEOPLE - 6), WITHIN);
    expect((await status()).held).toMatchObject({ segmentId: 'gold-and-silver', size: PEOPLE, left: 6, most: 6 });
    const shown = (await cli('destination', 'status', 'webhook')).stdout;
    expect(shown).toContain('6 of 30 profiles have left "gold-and-silver"');
    const whom = (await cli('destination', 'status', 'webhook', '--profiles')).stdout.trim().split('\n');
    expect(whom).toHaveLength(PEOPLE - 6);
    expect(JSON.parse(whom[0]!)).toEqual({
      profile: expect.stringContaining(`CRMID:G-${run}-`),
      segmentId: 'gold-and-silver',
      change: 'leaves',
    });
    expect((await cli('destination', 'runs', 'webhook')).stdout).toContain('Held since');
    const around = await cli('destination', 'backfill', 'webhook');
    expect([around.code, around.stderr]).toEqual([1, expect.stringContaining('destination release webhook')]);

    const released = await cli('destination', 'release', 'webhook');
    expect([released.code, released.stdout]).toEqual([0, expect.stringContaining('"webhook" is released')]);
    await vi.waitFor(async () => expect(await members()).toBe(0), WITHIN);
    expect(await status()).toMatchObject({ audiences: [{ size: 0, leftToday: 0, leaves: 0 }] });
    expect((await status()).held).toBeUndefined();
    expect((await cli('destination', 'release', 'webhook')).stderr).toContain('is not held');
  });
});
