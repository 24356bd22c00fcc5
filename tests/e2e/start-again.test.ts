import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_EXAMPLE, type Example } from '#cli/example/generate.ts';
import { writeExample } from '#cli/example/write.ts';
import { nodeBinDirectory } from '#cli/local/paths.ts';
import { SinkClient, type SinkRequest } from '#cli/local/sink.ts';
import type { StageReport } from '#cli/report/stage-report.ts';
import { projectRoot } from '#cli/root.ts';
import { writeGymCatalog } from '#tests/harness/gym/catalog.ts';
import { type GymData, writeGymData } from '#tests/harness/gym/data.ts';

const MEMBERS = 30;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command as a user runs it, in a shell that is set up for an AWS of which the local stage must know nothing. */
const tributary = (...args: readonly string[]): Promise<Run> =>
  new Promise((resolve) => {
    const user = { AWS_PROFILE: 'nobody-has-it', AWS_SESSION_TOKEN: 'of the user', AWS_REGION: 'eu-west-3' };
    const node = join(nodeBinDirectory(projectRoot), 'node');
    const command = [join(projectRoot, 'bin', 'cli.ts'), ...args];
    execFile(node, command, { env: { ...process.env, ...user }, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });

/** `npm start` once more, while the last one goes on running: by an example's user, by one with a business of their own. */
describe('a stage that is started again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-again-'));
  const place = (name: string): string => join(folder, name);
  let example: Example;
  let gym: GymData;
  let sink: SinkClient;

  const started = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await tributary('start', ...args);
    expect(`${code}: ${stderr}`).toBe('0: ');
    const [url] = /http:\/\/127\.0\.0\.1:\d+(?=\/_sink\/)/.exec(stdout) ?? [];
    sink = new SinkClient(url!);
    return stdout;
  };
  /** Where the shop is, if the catalog has one. */
  const shopIn = (said: string): string | undefined => /http:\/\/localhost:\d+/.exec(said)?.[0];
  const status = async (): Promise<StageReport> =>
    JSON.parse((await tributary('status', '--recount', '--json')).stdout) as StageReport;
  const audiences = async (): Promise<Record<string, readonly string[]>> =>
    Object.fromEntries(Object.entries((await status()).segments).map(([id, { members }]) => [id, members]));
  /** Member number → audience → the last thing that the front desk heard of it. */
  const heard = async (): Promise<Record<string, Record<string, string>>> => {
    const known: Record<string, Record<string, string>> = {};
    for (const request of await sink.requests({ path: '/webhook/' })) {
      for (const [member, memberships] of membershipsIn(request)) known[member] = { ...known[member], ...memberships };
    }
    return known;
  };
  const heardIn = async (audience: string, state: string): Promise<string[]> =>
    Object.entries(await heard())
      .filter(([, memberships]) => memberships[audience] === state)
      .map(([member]) => member)
      .sort();

  beforeAll(async () => {
    const now = Date.now();
    example = await writeExample(place('example'), { ...DEFAULT_EXAMPLE, persons: 60, now });
    gym = writeGymData(place('gym-data'), MEMBERS, now);
    writeGymCatalog(place('gym'));
    writeGymCatalog(place('gym-without-visits'), { withoutVisits: true });
    writeGymCatalog(place('gym-breaking'), { planType: 'integer' });
    await started('--fresh', '--data', place('example'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the answers of the example at first', async () => {
    expect(await audiences()).toMatchObject(example.expected.audiences);
  });

  it('takes the catalog and the data of another business, and waits for nothing else', async () => {
    const said = await started('--catalog', place('gym'), '--data', gym.folder);
    expect(shopIn(said)).toBeUndefined();
    expect(said).toMatch(/have changed: all profiles are evaluated/);
    expect(said).toContain('Dataset "customers" leaves the catalog');
    expect(said).toContain(`visits.ndjson: ${gym.visits} records → Kinesis`);
    // Never more than there is, in whatever is said of how far it has come.
    for (const [, part, whole] of said.matchAll(/([\d,]+) of (?:about )?([\d,]+)/g)) {
      expect(Number(part!.replaceAll(',', '')), said).toBeLessThanOrEqual(Number(whole!.replaceAll(',', '')));
    }
    expect(await audiences()).toEqual(gym.audiences);
    for (const [id, members] of Object.entries(gym.audiences)) {
      expect(await heardIn(id, 'realized'), id).toEqual(members);
    }
  });

  it('rejects a catalog that the data so far does not survive, and stays as it was', async () => {
    const before = (await tributary('catalog', 'history', '--limit', '1')).stdout;
    const { code, stderr } = await tributary('start', '--catalog', place('gym-breaking'), '--data', gym.folder);
    expect(code).toBe(1);
    expect(stderr).toContain('https://gym.example/schemas/members#/_gym/plan  retyped from string to integer');
    expect(stderr).toContain('begin anew with "npm start -- --fresh"');
    expect((await tributary('catalog', 'history', '--limit', '1')).stdout).toBe(before);
    expect(await audiences()).toEqual(gym.audiences);
  });

  it('waits for data that come once more as for any other; events count once, and nobody is told twice', async () => {
    const requested = (await sink.requests({ path: '/webhook/' })).length;
    const said = await started('--catalog', place('gym'), '--data', gym.folder);
    expect(said).toMatch(/Catalog \w+ is active, as before/);
    expect((await status()).records.visits).toMatchObject({ accepted: gym.visits, duplicate: gym.visits, rejected: 0 });
    expect(await audiences()).toEqual(gym.audiences);
    expect(await sink.requests({ path: '/webhook/' })).toHaveLength(requested);
  });

  it('takes away what a smaller catalog does not have: a dataset, an audience, and whom the front desk knew in it', async () => {
    const said = await started('--catalog', place('gym-without-visits'), '--data', gym.folder);
    expect(said).toContain('Dataset "visits" leaves the catalog');
    expect(said).not.toContain('visits.ndjson');
    const { segments } = await status();
    expect(Object.keys(segments)).toEqual(['premium']);
    expect(segments.premium?.members).toEqual(gym.audiences.premium);
    expect(await heardIn('premium', 'realized')).toEqual(gym.audiences.premium);
    expect(await heardIn('regulars', 'exited')).toEqual(gym.audiences.regulars);
  });

  it('goes back to the example, which is not sent again, with the answers it had', async () => {
    const said = await started();
    expect(said).toContain('The example was sent before; nothing is sent again');
    expect(await (await fetch(shopIn(said)!)).text()).toContain('Riverbend Outfitters');
    const [gateway] = /http:\/\/127\.0\.0\.1:\d+(?= +the edge host)/.exec(said)!;
    // A function answers, of the stage that is there now: the call lacks its datastream.
    expect(await (await fetch(`${gateway}/ee/v1/interact`, { method: 'POST' })).text()).toContain('EXEG-0002-400');
    expect(await audiences()).toMatchObject(example.expected.audiences);
  });

  it('begins anew with --fresh: nothing is left of what was there', async () => {
    await started('--fresh', '--catalog', place('gym'), '--data', gym.folder);
    const { records, profiles } = await status();
    expect(Object.keys(records).sort()).toEqual(['members', 'visits']);
    expect(profiles).toBe(MEMBERS);
    expect(await audiences()).toEqual(gym.audiences);
  });
});

/** What a request of the webhook says: whose memberships became what. */
function membershipsIn({ body }: SinkRequest): [string, Record<string, string>][] {
  const { profiles } = JSON.parse(body) as {
    profiles: {
      identityMap: Record<string, { id: string }[]>;
      segmentMembership: { ups: Record<string, { status: string }> };
    }[];
  };
  return profiles.map(({ identityMap, segmentMembership }) => [
    `MEMBERNO:${Object.values(identityMap)[0]?.[0]?.id}`,
    Object.fromEntries(Object.entries(segmentMembership.ups).map(([id, { status }]) => [id, status])),
  ]);
}
