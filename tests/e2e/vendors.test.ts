import { hash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployAndApply, ingestFolder } from '#cli/commands/start.ts';
import { allLanes } from '#cli/destination/lanes.ts';
import { type Flow, waitUntilIdle } from '#cli/ingest/wait.ts';
import { heldByReceivers } from '#cli/local/played-vendors.ts';
import { Progress } from '#cli/local/progress.ts';
import type { SinkClient } from '#cli/local/sink.ts';
import { projectRoot } from '#cli/root.ts';
import { invoke } from '#cli/stage/invoke.ts';
import { deadLetters } from '#cli/stage/queues.ts';
import { sqs } from '#lambdas/adapters/clients.ts';
import { cli } from '#tests/harness/cli.ts';
import { emptyStage } from '#tests/harness/empty-stage.ts';
import { publish } from '#tests/harness/publish.ts';

const GOLD = 'gold-and-silver';
const TENTS = 'interested-in-tents';
/** A destination of each kind, and the audiences it has in this journey. */
const ACTIVATED: Readonly<Record<string, readonly string[]>> = {
  'google-ads': [GOLD, TENTS],
  meta: [GOLD, TENTS],
  newsletter: [GOLD, TENTS],
  webhook: [GOLD],
  'audience-stream': [GOLD],
  'crm-export': [GOLD],
  'partner-files': [GOLD],
};
const TEXTED = [GOLD, TENTS];
const [NOON, MIDNIGHT] = [zoneWithHour(12), zoneWithHour(0)];

/** A time zone where it is that hour of the day now. */
function zoneWithHour(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  // The sign of these names is the other way round.
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** Two audiences, as often as anybody wants, and never at night; the example has no time zones, so last names stand for them. */
const textsOf = (destination: string): string =>
  destination
    .replace(/^segments: .*$/m, `segments: [${TEXTED.join()}]`)
    .replace(
      /^template:\n.*$/m,
      `template:\n  ${GOLD}: "Gold for {{person.name.firstName}}"\n  ${TENTS}: "Tents are here"`,
    )
    .concat('perDay: 20\ntimeZoneAttribute: person.name.lastName\n');

/** Nobody is sent anything by AWS; what people answer there counts all the same. */
const AWS_TEXTS = `
id: aws-texts
type: aws-sms
enabled: false
region: eu-central-1
template: Hello
optOuts: { dataset: sms-opt-outs }
segments: [${GOLD}]
`;

interface Profile {
  readonly identityMap: Readonly<Record<string, readonly { readonly id: string }[]>>;
  readonly segmentMembership?: { readonly ups?: Readonly<Record<string, { readonly status: string }>> };
  readonly consents?: { readonly marketing?: Readonly<Record<string, { readonly val: string }>> };
}

const sha256 = (text: string): string => hash('sha256', text);
const idsIn = ({ identityMap }: Profile, ...namespaces: readonly string[]): string[] =>
  namespaces.flatMap((namespace) => (identityMap[namespace] ?? []).map(({ id }) => id));

/** What each vendor documents that it finds people by, made of profiles here and by nothing of the platform. */
const KNOWN_BY: Readonly<Record<string, (profile: Profile) => readonly string[]>> = {
  'google-ads': (profile) => idsIn(profile, 'email', 'phone_e.164').map(sha256),
  meta: (profile) => [
    ...idsIn(profile, 'email').map(sha256),
    ...idsIn(profile, 'phone_e.164').map((number) => sha256(number.slice(1))),
    ...idsIn(profile, 'idfa', 'gaid').map((id) => id.toLowerCase()),
  ],
  newsletter: (profile) => (profile.consents?.marketing?.email?.val === 'y' ? idsIn(profile, 'email') : []),
  webhook: (profile) => idsIn(profile, 'crmid', 'email'),
  'audience-stream': (profile) => idsIn(profile, 'crmid'),
  'crm-export': (profile) => idsIn(profile, 'crmid'),
  'partner-files': (profile) => idsIn(profile, 'crmid'),
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
    const texts = join(catalog, 'destinations', 'texts.yaml');
    writeFileSync(texts, textsOf(readFileSync(texts, 'utf8')));
    writeFileSync(join(catalog, 'destinations', 'aws-texts.yaml'), AWS_TEXTS);
    const deployed = await deployAndApply(projectRoot, catalog, progress);
    // One text waits for the morning.
    flow = { ...deployed.flow, postponed: { texts: 1 } };
    sink = deployed.sink.client;
    await emptyStage(flow.resources);
    await sink.resetVendors();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const { texts } = await allLanes(flow.resources);
    if (texts) await sqs().send(new PurgeQueueCommand({ QueueUrl: texts.queue }));
  });

  const crmId = (n: number): string => `V-${run}-${n}`;
  const ecid = (n: number): string => `${run}${n}`.padStart(38, '4');
  const idfa = (n: number): string => `6D92078A-8246-4BA4-AE5B-${String(n).padStart(12, '0')}`;
  const number = (n: number): string => `+1555${String(run).slice(-5)}${String(n).padStart(2, '0')}`;
  const address = (n: number): string => `vendor.${run}.${n}@example.com`;

  interface Row {
    readonly n: number;
    readonly tier?: string;
    readonly consent?: string;
    readonly optOut?: string;
    readonly email?: string;
    readonly sms?: 'y' | 'n';
    readonly zone?: string;
  }
  const customers = (rows: readonly Row[]): string =>
    [
      'crmId,email,phone,firstName,lastName,tier,country,emailConsent,smsConsent,optOut,updatedAt',
      ...rows.map(({ n, tier = 'gold', consent = 'y', optOut = 'in', email = address(n), sms, zone = NOON }) =>
        [
          crmId(n),
          email,
          sms === undefined ? '' : number(n),
          `Given${n}`,
          zone,
          tier,
          'US',
          consent,
          sms ?? '',
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
  const smsConsent = async (n: number): Promise<string | undefined> => {
    const found = (await profiles()).find((profile) => idsIn(profile, 'crmid').includes(crmId(n)));
    return found?.consents?.marketing?.sms?.val;
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
  const PEOPLE = 14;
  /** The texts of an audience: who was sent one, as often as they were. */
  const texted = async (words: RegExp): Promise<number[]> => {
    const numbers = Array.from({ length: PEOPLE }, (_, i) => number(i + 1));
    const texts = await sink.texts('texts');
    return texts.flatMap(({ to, body }) => (words.test(body) ? [numbers.indexOf(to) + 1] : [])).sort((x, y) => x - y);
  };
  const asked = async (n: number): Promise<number> =>
    (await sink.requests({ path: '/vendors/texts' })).filter(
      ({ body }) => new URLSearchParams(body).get('To') === number(n),
    ).length;

  it('hold the members of their audiences, and nobody else', async () => {
    await happens({
      customers: [
        { n: 1, sms: 'y' },
        { n: 2, tier: 'silver', sms: 'n' },
        { n: 3, consent: 'n' },
        { n: 4, sms: 'y' },
        { n: 5, tier: 'none', sms: 'y' },
        { n: 6, tier: 'bronze', sms: 'y' },
        { n: 7, sms: 'y' },
        { n: 8, sms: 'y' },
        { n: 9, sms: 'y' },
        { n: 11, sms: 'y', zone: MIDNIGHT },
        { n: 12, tier: 'none', sms: 'y' },
        { n: 13, sms: 'y' },
        { n: 14 },
      ],
      tents: [1, 5, 7, 10],
      logins: [
        [1, 1],
        [5, 5],
        [12, 12],
      ],
    });
    const first = await held();
    expect(first).toEqual(await wanted());
    // Ten addresses and eight numbers.
    expect(first['google-ads']![GOLD]).toHaveLength(18);
    expect(await texted(/^Gold for Given/)).toEqual([1, 4, 7, 8, 9, 13]);
    expect(first.meta![TENTS]).toContain(idfa(7).toLowerCase());

    // A change of everything while every vendor is out of order, one token has ended, and another comes late.
    await sink.misbehave('google-ads', { fault: 'html', times: 2 });
    await sink.misbehave('meta', { fault: 'late-server-error', times: 2 });
    await sink.misbehave('newsletter', { fault: 'cut-off', times: 2 });
    await sink.behave({ pathPrefix: '/webhook/crm', status: 500, times: 1 });
    await happens({
      customers: [
        { n: 1, tier: 'none', sms: 'y' },
        { n: 6, sms: 'y' },
        { n: 2, tier: 'none', sms: 'n' },
        { n: 13, tier: 'none', sms: 'y' },
        { n: 14, tier: 'none' },
      ],
      tents: [12],
    });
    expect(await sink.incoming('texts', { from: number(1), body: ' Stop ' })).toBe(200);
    expect(await sink.incoming('texts', { from: number(4), body: 'Thank you' })).toBe(200);
    await publish(flow.resources['text-events-topic'], {
      ...{
        originationNumber: number(8),
        destinationNumber: '+15005550006',
        messageKeyword: 'STOP',
        messageBody: 'Stop it',
      },
      ...{ inboundMessageId: 'cae173d2', previousPublishedMessageId: 'wJalrXUt' },
    });
    for (const n of [1, 8]) {
      await vi.waitFor(async () => expect(await smsConsent(n)).toBe('n'), { timeout: 60_000, interval: 500 });
    }
    await sink.expireTokens('google-ads');
    await happens({
      // Out of an audience and in again; who withdraws consent; who wants nothing at all; another address.
      customers: [
        { n: 1, sms: 'y' },
        { n: 2, sms: 'y' },
        { n: 8, consent: 'n', sms: 'y' },
        { n: 4, optOut: 'out', sms: 'y' },
        { n: 6, email: `new.${address(6)}`, sms: 'y' },
        { n: 13, sms: 'y' },
      ],
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
    // A text for each entry of who had agreed then, and none for whom it is night.
    expect(await texted(/^Gold for Given/)).toEqual([1, 2, 4, 6, 7, 8, 9, 13, 13]);
    // Strangers who turn out to be customers have entered, too.
    expect(await texted(/^Tents are here$/)).toEqual([1, 5, 7, 12]);
    // Whoever answers STOP is not even tried: these are the two of before.
    expect([await asked(1), await asked(11), await smsConsent(4)]).toEqual([2, 0, 'y']);
    const hasAddress = (n: number) => [
      last['google-ads']![GOLD]!.includes(sha256(address(n))),
      last.newsletter![GOLD]!.includes(address(n)),
    ];
    expect([14, 2, 3, 4, 8, 9].map(hasAddress)).toEqual([
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
