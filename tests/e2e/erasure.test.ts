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
import { deployedContents } from '#tests/harness/deployed-contents.ts';
import { traitsOf } from '#tests/harness/platform/search.ts';

/** For what goes through the platform: looked at again and again until then. */
const WITHIN = { timeout: 120_000, interval: 1_000 };

/** The deletion of a person on the deployed platform, by its commands: what its functions, queues and tables do together. */
describe('the deletion of a person on a deployed stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-erasure-'));
  const run = Date.now();
  const one = { crmId: `GONE-${run}`, email: `gone.${run}@example.com`, lastName: `Vanishing${run}` };
  const other = { crmId: `STAYS-${run}`, email: `stays.${run}@example.com`, lastName: `Remaining${run}` };
  let flow: Flow;
  let sink: SinkClient;

  beforeAll(async () => {
    const catalog = join(folder, 'catalog');
    cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true });
    const webhook = join(catalog, 'destinations', 'webhook.yaml');
    const ofGold = readFileSync(webhook, 'utf8').replace(/^segments: .*$/m, 'segments: [gold-and-silver]');
    writeFileSync(webhook, ofGold);
    const deployed = await deployAndApply(projectRoot, catalog, new Progress(process.stdout));
    flow = deployed.flow;
    sink = new SinkClient(deployed.sinkUrl);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const rows = (updatedAt: string, tier: string): string =>
    [
      'crmId,email,lastName,tier,updatedAt',
      ...[one, other].map((who) => [...Object.values(who), tier, updatedAt].join()),
    ]
      .join('\n')
      .concat('\n');
  const upload = (name: string, text: string): Promise<void> =>
    flow.stores.landing.put(`landing/customers/${run}-${name}.csv`, text);
  const isKnown = async ({ crmId }: typeof one): Promise<boolean> =>
    (await cli('profile', 'get', `CRMID:${crmId}`)).code === 0;
  /** Where values of somebody stand, besides uploads, which the receipt says to be gone by a date. */
  const foundOf = async (who: typeof one): Promise<string[]> => {
    const traits = Object.values(who).flatMap((value) => traitsOf(value).map((trait) => trait.toLowerCase()));
    const found: string[] = [];
    for (const [store, text] of await deployedContents(flow.resources)) {
      const lower = text.toLowerCase();
      if (traits.some((trait) => lower.includes(trait))) found.push(store);
    }
    return found.sort();
  };
  const sentTo = async (status: string): Promise<number> =>
    (await sink.requests({ path: '/webhook/' })).filter(
      ({ body }) => body.includes(one.crmId) && body.includes(`"status":"${status}"`),
    ).length;

  it('shows its progress, ends with a receipt, leaves nothing but what it says, and keeps the person out', async () => {
    await upload('first', rows(new Date(run - 86_400_000).toISOString(), 'gold'));
    for (const who of [one, other]) await vi.waitFor(async () => expect(await isKnown(who)).toBe(true), WITHIN);
    await vi.waitFor(async () => expect(await sentTo('realized')).toBeGreaterThan(0), WITHIN);
    const before = (await foundOf(one)).join(' ');
    for (const store of ['lake', 'landing', 'profiles', 'memberships', 'timeline', 'operations DELIVERY'])
      expect(before).toContain(store);

    const asked = await cli('privacy', 'delete', `Email:${one.email}`, '--reason', 'request 4711');
    expect([asked.code, asked.stdout]).toEqual([0, expect.stringContaining('the person is suppressed')]);
    const request = /Request (\S+):/.exec(asked.stdout)![1]!;
    const underWay = JSON.parse((await cli('privacy', 'status', '--json')).stdout) as {
      requests: { requestId: string }[];
    };
    expect(underWay.requests.map(({ requestId }) => requestId)).toContain(request);
    expect(JSON.stringify(underWay)).not.toContain(one.email);
    await vi.waitFor(async () => expect(await isKnown(one)).toBe(false), WITHIN);

    const receipt = join(folder, 'receipt.json');
    const waited = await cli(
      ...['privacy', 'delete', `Email:${one.email}`, '--reason', 'request 4711', '--request', request],
      ...['--wait', '--receipt', receipt],
    );
    expect(waited.code, waited.stderr).toBe(0);
    expect(waited.stderr).toMatch(/objects/);
    expect((await cli('privacy', 'verify', receipt)).code).toBe(0);
    expect(readFileSync(receipt, 'utf8')).not.toContain(one.email);
    await vi.waitFor(async () => expect(await sentTo('exited')).toBeGreaterThan(0), WITHIN);

    // The same bytes under another key, and a record of the future.
    await upload('again', rows(new Date(run - 86_400_000).toISOString(), 'gold'));
    await upload('later', rows(new Date(run + 60_000).toISOString(), 'silver'));
    const summary = async () => JSON.parse((await cli('profile', 'get', `CRMID:${other.crmId}`, '--json')).stdout);
    await vi.waitFor(async () => expect(JSON.stringify(await summary())).toContain('silver'), WITHIN);
    expect([await isKnown(one), await isKnown(other)]).toEqual([false, true]);
    // What the receipt says to be gone by a date: uploads, files that take the person away, and the key of a delivery state.
    const goneBy = ['landing', 'exports', 'operations DELIVERY'];
    expect((await foundOf(one)).filter((store) => !goneBy.includes(store))).toEqual([]);
    expect(await foundOf(other)).toEqual(expect.arrayContaining(['lake']));
  });
});
