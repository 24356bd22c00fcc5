import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployLocal } from '#cli/local/deploy.ts';
import { findOrStartLocalAws, type LocalAws } from '#cli/local/endpoint.ts';
import { localPaths } from '#cli/local/paths.ts';
import { stopLocalAws } from '#cli/local/stop.ts';
import type { StageReport } from '#cli/report/stage-report.ts';
import { projectRoot } from '#cli/root.ts';
import type { Template, Templates } from '#tests/harness/poller/template.ts';
import { lossesBetween, type StatefulResources, statefulOf } from '#tests/harness/stateful.ts';
import { commandLineOf } from '#tests/harness/upgrade/command-line.ts';
import type {} from '#tests/harness/upgrade/not-run.ts';
import { checkOut, lastRelease } from '#tests/harness/upgrade/release.ts';

const WITHIN = { timeout: 120_000, interval: 1_000 };
const release = lastRelease(projectRoot);
const absent = 'absent' in release ? release.absent : undefined;
const meta = absent === undefined ? {} : { notRun: `the upgrade from the last release: ${absent}` };

/** The names that a stage has published of what keeps its data. */
type Names = Readonly<Record<string, string>>;

/**
 * A stage of the last release with the example in it, to which the present code is deployed: on a local AWS of its own, by
 * the command line of either. What it must not do is lose, replace or misread anything.
 */
describe('the upgrade of a running stage from the last release', { skip: absent !== undefined, meta }, () => {
  let folder: string;
  let old: string;
  let emulator: string;
  let aws: LocalAws;
  let before: Awaited<ReturnType<typeof answers>>;
  let present: ReturnType<typeof commandLineOf>;
  let earlier: ReturnType<typeof commandLineOf>;

  /** What a stage answers, of which nothing may change. */
  async function answers(commands: ReturnType<typeof commandLineOf>, ...how: string[]) {
    const { profiles, graphs, records, segments, destinations } = await commands.json<StageReport>('status', ...how);
    const somebody = segments['gold-and-silver']!.members.slice(0, 3);
    const people = await Promise.all(somebody.map((key) => commands.json<object>('profile', 'get', key, '--events')));
    return { profiles, graphs, records, segments, destinations, somebody, people };
  }
  const templatesIn = (root: string): StatefulResources => {
    const { assembly } = localPaths(root);
    const names = ['data', 'activation', 'compute'].map((part) => `tributary-local-${part}`);
    const entries = names.map((name) => [
      name,
      JSON.parse(readFileSync(join(assembly, `${name}.template.json`), 'utf8')),
    ]);
    return statefulOf(Object.fromEntries(entries as [string, Template][]) satisfies Templates);
  };
  /** What the data stack has published: physical names, which change where something is replaced. */
  const namesIn = (root: string): Names => {
    const outputs = JSON.parse(readFileSync(localPaths(root).outputs, 'utf8')) as Record<string, Names>;
    const published = Object.entries(outputs['tributary-local-data']!).filter(([name]) =>
      /(Table|Bucket|Stream|Secret)$/.test(name),
    );
    return Object.fromEntries(published);
  };

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-upgrade-')));
    [old, emulator] = [join(folder, 'release'), join(folder, 'emulator')];
    for (const root of [old, emulator]) mkdirSync(root);
    await checkOut((release as { tag: string }).tag, projectRoot, old);
    symlinkSync(join(projectRoot, 'node_modules'), join(emulator, 'node_modules'));
    const [installed, venv] = [projectRoot, emulator].map((root) => localPaths(root).ministack.venv);
    if (existsSync(installed!)) {
      mkdirSync(dirname(venv!), { recursive: true });
      symlinkSync(installed!, venv!);
    }
    const { AWS_ENDPOINT_URL: _named, ...caller } = process.env;
    aws = await findOrStartLocalAws({ root: emulator, log: console.log, caller });
    [earlier, present] = [old, projectRoot].map((root) => commandLineOf(root, aws.env)) as [
      typeof earlier,
      typeof present,
    ];
    await earlier.command('start');
    before = await answers(earlier);
    expect(Object.keys(before.records).length).toBeGreaterThan(4);
    expect(before.somebody).toHaveLength(3);
  });
  afterAll(async () => {
    if (existsSync(join(old, 'bin'))) await earlier?.command('stop');
    await stopLocalAws(emulator);
    // What this checkout knows of its last deployment is about an emulator that is gone.
    rmSync(localPaths(projectRoot).deployRecord, { force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('replaces and removes nothing that keeps data', async () => {
    const names = namesIn(old);
    expect(Object.keys(names).length).toBeGreaterThan(10);
    await deployLocal({ root: projectRoot, aws, log: console.log, stage: 'local' });
    expect(lossesBetween(templatesIn(old), templatesIn(projectRoot))).toEqual([]);
    expect(namesIn(projectRoot)).toMatchObject(names);
  });

  it('finds the same answers: profiles, audiences, destinations and what became of every record', async () => {
    // A release may tell more than the one before, and nothing less or else.
    expect(await answers(present, '--recount')).toMatchObject(before);
  });

  it('reads all that the release had written: evaluated anew nothing changes, nothing has to be repaired', async () => {
    const job = await present.json<Record<string, unknown>>('evaluate');
    expect(job).toMatchObject({ status: 'finished' });
    expect(JSON.stringify(job)).toMatch(/"repaired":0/);
    const { segments } = await present.json<StageReport>('status', '--recount');
    expect(segments).toEqual(before.segments);
    expect((await present.command('catalog', 'history', '--json')).trim().split('\n')).toHaveLength(1);
    expect((await present.command('batch', 'list', '--json')).trim().length).toBeGreaterThan(0);
  });

  it('goes on: further records join the people who were there, and somebody of the release can be deleted', async () => {
    const [someone] = before.somebody as [string];
    const data = join(folder, 'data');
    mkdirSync(data);
    const [id, now] = [someone.replace(/^CRMID:/, ''), new Date().toISOString()];
    // All columns that the mapping of the release reads: a file that lacks one is rejected.
    const header = 'crmId,email,phone,firstName,lastName,tier,country,emailConsent,optOut,updatedAt';
    const row = `${id},upgraded.person@example.com,,,Upgraded,gold,,,,${now}`;
    writeFileSync(join(data, 'customers.csv'), `${header}\n${row}\n`);
    await present.command('ingest', '--data', data);
    const seen = async () => JSON.stringify(await present.json<object>('profile', 'get', someone));
    await vi.waitFor(async () => expect(await seen()).toContain('Upgraded'), WITHIN);
    expect(await seen()).toContain('upgraded.person@example.com');

    const receipt = join(folder, 'receipt.json');
    await present.command('privacy', 'delete', someone, '--reason', 'upgrade', '--wait', '--receipt', receipt);
    const { receipt: signed } = JSON.parse(readFileSync(receipt, 'utf8')) as { receipt: { lake: { rows: number } } };
    expect(signed.lake.rows).toBeGreaterThan(1);
    await expect(present.command('profile', 'get', someone)).rejects.toThrow();
  });
});
