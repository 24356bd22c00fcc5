import { hash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployAndApply, ingestFolder } from '#cli/commands/start.ts';
import { type Flow, waitUntilIdle } from '#cli/ingest/wait.ts';
import { heldByReceivers } from '#cli/local/played-vendors.ts';
import { Progress } from '#cli/local/progress.ts';
import type { SinkClient } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { deadLetters } from '#cli/stage/queues.ts';
import { cli } from '#tests/harness/cli.ts';
import { emptyStage } from '#tests/harness/empty-stage.ts';

const GOLD = 'gold-and-silver';
const TENTS = 'interested-in-tents';
/** A destination of each kind, and the audiences it has in this journey. */
const ACTIVATED: Readonly<Record<string, readonly string[]>> = {
  messages: [GOLD],
  'google-ads': [GOLD, TENTS],
  meta: [GOLD, TENTS],
  newsletter: [GOLD, TENTS],
  webhook: [GOLD],
  'audience-stream': [GOLD],
  'crm-export': [GOLD],
};

interface Profile {
  readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly segmentMembership?: { readonly ups?: Readonly<Record<string, { readonly status: string }>> };
  readonly consents?: { readonly marketing?: { readonly email?: { readonly val: string } } };
}

const sha256 = (text: string): string => hash('sha256', text);
const idsIn = ({ identityMap }: Profile, ...namespaces: readonly string[]): string[] =>
  namespaces.flatMap((namespace) => (identityMap[namespace] ?? []).map(({ id }) => id));

/** What each vendor documents that it finds people by, made of profiles here and by nothing of the platform. */
const KNOWN_BY: Readonly<Record<string, (profile: Profile) => readonly string[]>> = {
  'google-ads': (profile) => idsIn(profile, 'email').map(sha256),
  meta: (profile) => [
    ...idsIn(profile, 'email').map(sha256),
    ...idsIn(profile, 'idfa', 'gaid').map((id) => id.toLowerCase()),
  ],
  newsletter: (profile) => (profile.consents?.marketing?.email?.val === 'y' ? idsIn(profile, 'email') : []),
  messages: (profile) => (profile.consents?.marketing?.email?.val === 'y' ? idsIn(profile, 'crmid') : []),
  webhook: (profile) => idsIn(profile, 'crmid', 'email'),
  'audience-stream': (profile) => idsIn(profile, 'crmid'),
  'crm-export': (profile) => idsIn(profile, 'crmid'),
};

/** Entries, exits, opt-outs, a merge and a deletion, past vendors that fail: what each holds at last is what there is. */
describe('vendors of every kind, at the end of a journey', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-vendors-'));
  const catalog = join(folder, 'catalog');
  const run = Date.now();
  const progress = new Progress(process.stdout);
  let flow: Flow;
  let sink: SinkClient;
  let steps = 0;

  beforeAll(async () => {
    cpSync(join(projectRoot, 'catalog'), catalog, { recursive: true });
    for (const [id, segments] of Object.entries(ACTIVATED)) {
      const file = join(catalog, 'destinations', `${id}.yaml`);
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^segments: .*$/m, `segments: [${segments.join()}]`));
    }
    const deployed = await deployAndApply(projectRoot, catalog, progress);
    ({ flow } = deployed);
    sink = deployed.sink.client;
    await emptyStage(flow.resources);
    await sink.resetVendors();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const crmId = (n: number): string => `V-${run}-${n}`;
  const ecid = (n: number): string => `${run}${n}`.padStart(38, '4');
  const idfa = (n: number): string => `6D92078A-8246-4BA4-AE5B-${String(n).padStart(12, '0')}`;
  const address = (n: number): string => `vendor.${run}.${n}@example.com`;

  interface Row {
    readonly n: number;
    readonly tier?: string;
    readonly consent?: string;
    readonly optOut?: string;
    readonly email?: string;
  }
  const customers = (rows: readonly Row[]): string =>
    [
      'crmId,email,phone,firstName,lastName,tier,country,emailConsent,optOut,updatedAt',
      ...rows.map(({ n, tier = 'gold', consent = 'y', optOut = 'in', email = address(n) }) =>
        [
          crmId(n),
          email,
          '',
          `Given${n}`,
          'Family',
          tier,
          'US',
          consent,
          optOut,
          new Date(run + ++steps).toISOString(),
        ].join(),
      ),
      '',
    ].join('\n');
  const device = (n: number) => ({ ECID: [{ id: ecid(n), primary: true }], IDFA: [{ id: idfa(n) }] });
  const sawTent = (n: number): object => ({
    _id: `tent-${run}-${n}`,
    timestamp: new Date(run - 60_000).toISOString(),
    eventType: 'commerce.productViews',
    identityMap: device(n),
    web: { webPageDetails: { name: 'A tent', siteSection: 'tents', pageViews: { value: 1 } } },
    commerce: { productViews: { value: 1 } },
  });
  const login = (n: number, onDevice: number): object => ({
    _id: `login-${run}-${n}-${onDevice}-${++steps}`,
    timestamp: new Date(run - 30_000 + steps).toISOString(),
    eventType: 'userAccount.login',
    identityMap: {
      CRMID: [{ id: crmId(n), authenticatedState: 'authenticated', primary: true }],
      ECID: [{ id: ecid(onDevice), authenticatedState: 'authenticated' }],
    },
  });

  interface Data {
    readonly customers?: readonly Row[];
    readonly tents?: readonly number[];
    readonly logins?: readonly (readonly [number, number])[];
  }
  /** Ingests, and waits until all of it has been delivered. */
  const happens = async ({ customers: rows, tents, logins }: Data): Promise<void> => {
    const data = join(folder, `step-${++steps}`);
    mkdirSync(data);
    const lines = (records: readonly object[]): string => records.map((each) => `${JSON.stringify(each)}\n`).join('');
    if (rows) writeFileSync(join(data, 'customers.csv'), customers(rows));
    if (tents) writeFileSync(join(data, 'web-events.ndjson'), lines(tents.map(sawTent)));
    if (logins) writeFileSync(join(data, 'logins.ndjson'), lines(logins.map(([n, onDevice]) => login(n, onDevice))));
    await ingestFolder(data, flow, progress);
  };

  /** Everybody of the journey, by any of their identities. */
  const profiles = async (): Promise<Profile[]> => {
    const found = new Map<string, Profile>();
    for (let n = 1; n <= PEOPLE; n += 1) {
      for (const key of [`CRMID:${crmId(n)}`, `ECID:${ecid(n)}`]) {
        const { code, stdout } = await cli('profile', 'get', key, '--json');
        if (code !== 0) continue;
        const [entity] = Object.values(JSON.parse(stdout) as Record<string, { entity: Profile }>);
        found.set(JSON.stringify(entity!.entity.identityMap), entity!.entity);
      }
    }
    return [...found.values()];
  };
  const wanted = async (): Promise<Record<string, Record<string, string[]>>> => {
    const everybody = await profiles();
    const membersOf = (segment: string): Profile[] =>
      everybody.filter(({ segmentMembership }) => segmentMembership?.ups?.[segment]?.status === 'realized');
    return mapped((id, segment) => membersOf(segment).flatMap((profile) => KNOWN_BY[id]!(profile)));
  };
  const held = async (): Promise<Record<string, Record<string, string[]>>> => {
    await invoke(flow.resources, 'export-files', { force: true });
    const all = await heldByReceivers(flow.catalog.destinations.values(), sink, flow.stores.exports);
    // A stream of the local AWS keeps what earlier runs have put there.
    const isOwn = (id: string, identifier: string): boolean =>
      id !== 'audience-stream' || identifier.includes(`${run}`);
    return mapped((id, segment) => (all[id]?.[segment] ?? []).filter((each) => isOwn(id, each)));
  };
  const mapped = (of: (id: string, segment: string) => readonly string[]): Record<string, Record<string, string[]>> =>
    Object.fromEntries(
      Object.entries(ACTIVATED).map(([id, segments]) => [
        id,
        Object.fromEntries(segments.map((segment) => [segment, [...new Set(of(id, segment))].sort()])),
      ]),
    );
  const PEOPLE = 10;

  it('hold the members of their audiences, and nobody else', async () => {
    await happens({
      customers: [
        { n: 1 },
        { n: 2, tier: 'silver' },
        { n: 3, consent: 'n' },
        { n: 4 },
        { n: 5, tier: 'none' },
        { n: 6, tier: 'bronze' },
        { n: 7 },
        { n: 8 },
        { n: 9 },
      ],
      tents: [1, 5, 7, 10],
      logins: [
        [1, 1],
        [5, 5],
      ],
    });
    const first = await held();
    expect(first).toEqual(await wanted());
    expect(first['google-ads']![GOLD]).toHaveLength(7 - 0);
    expect(first.meta![TENTS]).toContain(idfa(7).toLowerCase());

    // A change of everything while every vendor is out of order, one token has ended, and another comes late.
    await sink.misbehave('google-ads', { fault: 'html', times: 2 });
    await sink.misbehave('meta', { fault: 'late-server-error', times: 2 });
    await sink.misbehave('newsletter', { fault: 'cut-off', times: 2 });
    await sink.behave({ pathPrefix: '/webhook/crm', status: 500, times: 2 });
    await happens({ customers: [{ n: 1, tier: 'none' }, { n: 6 }, { n: 2, tier: 'none' }] });
    await sink.expireTokens('google-ads');
    await happens({
      // Out of an audience and in again; who withdraws consent; who wants nothing at all; another address.
      customers: [{ n: 2 }, { n: 8, consent: 'n' }, { n: 4, optOut: 'out' }, { n: 6, email: `new.${address(6)}` }],
      // Strangers turn out to be customers.
      logins: [
        [7, 7],
        [3, 10],
      ],
    });
    const removed = await cli('privacy', 'delete', `CRMID:${crmId(9)}`, '--reason', 'the journey', '--wait');
    expect(removed.code, removed.stderr).toBe(0);
    await waitUntilIdle(flow);

    const last = await held();
    expect(last).toEqual(await wanted());
    expect(await deadLetters(flow.resources)).toEqual({});
    const hasAddress = (n: number) => [
      last['google-ads']![GOLD]!.includes(sha256(address(n))),
      last.newsletter![GOLD]!.includes(address(n)),
    ];
    expect([1, 2, 3, 4, 8, 9].map(hasAddress)).toEqual([
      [false, false],
      [true, true],
      [true, false],
      [false, false],
      [true, false],
      [false, false],
    ]);
    // The device of a stranger is now one of a customer's, who is in both audiences with all that is known.
    expect(last.meta![GOLD]).toEqual(expect.arrayContaining([sha256(address(7)), idfa(7).toLowerCase()]));
    expect(last.meta![TENTS]).toEqual(expect.arrayContaining([sha256(address(7)), idfa(7).toLowerCase()]));
  });
});
