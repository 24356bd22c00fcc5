import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probe } from '#core/activation/deliver/probe.ts';
import type { DeliveryErrors } from '#core/activation/ports/delivery-errors.ts';
import type { RunStatistics } from '#core/activation/ports/run-statistics.ts';
import { TYPES } from '#core/activation/registry.ts';
import type { DestinationAccessDeps } from '#core/api/destination-access/access.ts';
import { DESTINATION_ACCESS_ROUTES } from '#core/api/destination-access/routes.ts';
import { type Caller, mayDo } from '#core/api/management/caller.ts';
import { createRouter } from '#core/api/management/router.ts';
import { catalogVersion } from '#core/catalog/catalog.ts';
import { changeCatalog } from '#core/catalog/change.ts';
import { compileCatalog } from '#core/catalog/compile.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { planPull } from '#core/catalog/pull.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { ANYBODY, callOf, createManagement, NOW } from '#tests/harness/management/management.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';
import { runs } from '#tests/harness/runs.ts';

const FLOW = '/data/foundation/flowservice';
const PROFILES = '8a9c3494-9708-43d7-ae3f-cda01e5030e1';
const definitions = await exampleDefinitions();
const SEGMENTS = definitions.segments.map(({ id }) => id);
const CANARY = 'CANARY-7f3a';

type Management = ReturnType<typeof createManagement>;

/** Settings of a type as its own example has them: the rest of a definition flow service tells elsewhere. */
const settingsOf = (type: string): Record<string, unknown> => {
  const { id: _id, segments: _segments, type: _type, ...settings } = TYPES.get(type)!.example;
  return settings;
};

const isValid = (type: string, segments: readonly string[]): boolean => {
  const value = { ...TYPES.get(type)!.example, id: 'new', type, segments };
  return !changeCatalog(definitions, [{ kind: 'destinations', name: 'new', value }]).problems;
};
/** Types whose example is valid in the example's catalog. */
const TYPE_NAMES = [...TYPES.keys()].filter((type) => isValid(type, SEGMENTS.slice(0, 1)));
/** Of these, those with settings about single audiences. */
const PER_AUDIENCE = new Set(TYPE_NAMES.filter((type) => !isValid(type, [])));

interface SetUp {
  readonly type: string;
  readonly name: string;
  readonly segments: readonly string[];
  readonly keys: Readonly<Record<string, string>>;
}

/** The four calls of AEP's tutorials. */
async function setUp({ call }: Management, { type, name, segments, keys }: SetUp) {
  const spec = { id: type, version: '1.0' };
  const base = await call('POST', `${FLOW}/connections`, {
    name,
    connectionSpec: spec,
    auth: { specName: 'secret', params: keys },
  });
  const source = await call('POST', `${FLOW}/sourceConnections`, {
    name: 'Profiles',
    connectionSpec: { id: PROFILES },
  });
  const target = await call('POST', `${FLOW}/targetConnections`, {
    name,
    baseConnectionId: base.body.id,
    connectionSpec: spec,
    params: { ...settingsOf(type), ...(PER_AUDIENCE.has(type) && { segments }) },
  });
  const selectors = segments.map((id) => ({ type: 'PLATFORM_SEGMENT', value: { id } }));
  const flow = await call('POST', `${FLOW}/flows`, {
    name,
    flowSpec: { id: '71471eba-b620-49e4-90fd-23f1fa0174d8', version: '1.0' },
    sourceConnectionIds: [source.body.id],
    targetConnectionIds: [target.body.id],
    transformations: [{ params: { segmentSelectors: { selectors } } }],
  });
  return { base, source, target, flow };
}

const anySetUp = fc.record({
  type: fc.constantFrom(...TYPE_NAMES),
  name: fc.constantFrom('Partner', 'Ads network 7', 'ÄÖ', 'webhook'),
  segments: fc
    .uniqueArray(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 4 })
    .map((some) => [...new Set([SEGMENTS[0]!, ...some])]),
});

describe('a destination that is created wholly through the API', () => {
  it('equals the same one applied from YAML, has a lane and a secret, and pulling and applying changes nothing', async () => {
    expect(TYPE_NAMES.length).toBeGreaterThan(5);
    await fc.assert(
      fc.asyncProperty(fc.array(anySetUp, { minLength: 1, maxLength: 3 }), async (wanted) => {
        const management = createManagement(definitions);
        const written: { readonly id: string }[] = [];
        for (const { type, name, segments } of wanted) {
          const known = new Set((await management.definitions.active()).catalog.destinations.map(({ id }) => id));
          const { base, target, flow } = await setUp(management, { type, name, segments, keys: {} });
          expect([base.status, target.status, flow.status], JSON.stringify(target.body)).toEqual([201, 201, 201]);
          const now = (await management.definitions.active()).catalog.destinations;
          const id = now.find((one) => !known.has(one.id))!.id;
          written.push({ id, type, name, ...settingsOf(type), segments } as { id: string });
        }
        const { catalog } = await management.definitions.active();
        const changes = written.map((value) => ({ kind: 'destinations' as const, name: value.id, value }));
        const applied = changeCatalog(definitions, changes);
        if (applied.problems) throw new Error(JSON.stringify(applied.problems));
        expect(catalogVersion(applied.catalog)).toBe(catalogVersion(catalog));
        for (const { id } of written) expect(management.lanes.assigned()).toHaveProperty([id]);
        const plan = planPull({ files: new Map(), variables: {}, active: catalog, takeAll: true });
        if ('unreadable' in plan) throw new Error('unreadable');
        const files = [...plan.files].flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]));
        expect(catalogVersion(loadCatalog(new Map(files), {}).catalog!)).toBe(catalogVersion(catalog));
      }),
      runs(1, 4),
    );
  });

  it('keeps credentials in its secret: they are in no answer, no definition and no note', async () => {
    const management = createManagement(definitions);
    const said: unknown[] = [];
    const { call } = management;
    const spying = { ...management, call: async (...args: Parameters<typeof call>) => keep(await call(...args)) };
    const keep = <T>(answer: T): T => {
      said.push(answer);
      return answer;
    };
    const made = await setUp(spying, {
      type: 'http',
      name: 'Partner',
      segments: SEGMENTS.slice(0, 1),
      keys: { bearerToken: CANARY },
    });
    expect(management.lanes.secrets.get('partner')).toMatchObject({ bearerToken: CANARY });
    for (const part of ['connections', 'targetConnections', 'flows']) await spying.call('GET', `${FLOW}/${part}`);
    await spying.call('GET', `${FLOW}/connections/${made.base.body.id}`);
    for (const params of [{ bearerTokn: CANARY }, { bearerToken: { [CANARY]: CANARY } }, { bearerToken: [CANARY] }]) {
      const body = { name: 'x', connectionSpec: { id: 'http' }, auth: { params } };
      expect((await spying.call('POST', `${FLOW}/connections`, body)).status).toBe(400);
    }
    expect(JSON.stringify([said, (await management.definitions.active()).catalog])).not.toContain(CANARY);
  });

  it('is set up by whoever may change destinations, and sends audiences for whoever may activate them', async () => {
    const scopes = ['destination:write', 'activate:partner', 'activate:other', 'operate', 'admin'];
    await fc.assert(
      fc.asyncProperty(fc.subarray(scopes), async (granted) => {
        const caller: Caller = { ...ANYBODY, scopes: granted };
        const management = createManagement(definitions);
        management.actAs(caller);
        const made = await setUp(management, {
          type: 'http',
          name: 'Partner',
          segments: SEGMENTS.slice(0, 1),
          keys: {},
        });
        const mayWrite = granted.includes('destination:write');
        const flow = mayWrite && mayDo(caller, 'activate', 'partner') ? 201 : 403;
        const expected = mayWrite ? [201, 201, 201, flow] : [403, 403, 403, 403];
        expect([made.base, made.source, made.target, made.flow].map(({ status }) => status)).toEqual(expected);
        const there = (await management.definitions.active()).catalog.destinations.find(({ id }) => id === 'partner');
        expect([there !== undefined, there?.enabled ?? false]).toEqual([mayWrite, flow === 201]);
        expect(management.lanes.secrets.has('partner')).toBe(mayWrite);
      }),
      runs(1, 20),
    );
  });

  it('is told that no lane is left, and what to raise; nothing is changed', async () => {
    const management = createManagement(definitions);
    const full = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`old-${n}`, `lane-0${String(n + 1).padStart(2, '0')}`]),
    );
    await management.lanes.deps.assignments.put(0, full);
    for (const lane of Object.values(full)) management.lanes.messages.set(lane, 1);
    const { target } = await setUp(management, { type: 'http', name: 'Partner', segments: [], keys: {} });
    expect([target.status, target.body.detail]).toEqual([
      409,
      expect.stringMatching(/^No delivery lane is left for: .*partner.* raise "lanes" in stages\/local.yaml/),
    ]);
    expect((await management.definitions.active()).catalog.destinations).toEqual(definitions.destinations);
  });

  it('can be given up before it has settings, and is then nowhere; a second target of one connection is not possible', async () => {
    const management = createManagement(definitions);
    const body = { name: 'Partner', connectionSpec: { id: 'http' } };
    const { id } = (await management.call('POST', `${FLOW}/connections`, body)).body;
    expect((await management.call('GET', `${FLOW}/connections/${id}`)).body.items[0]).toMatchObject({
      id,
      name: 'Partner',
    });
    expect((await management.call('DELETE', `${FLOW}/connections/${id}`)).status).toBe(204);
    expect((await management.call('GET', `${FLOW}/connections/${id}`)).status).toBe(404);
    expect([...management.lanes.forgotten]).toEqual(['partner']);
    const { base, target } = await setUp(management, {
      type: 'http',
      name: 'Partner',
      segments: SEGMENTS.slice(0, 1),
      keys: {},
    });
    const again = { baseConnectionId: base.body.id, connectionSpec: { id: 'http' }, params: settingsOf('http') };
    expect((await management.call('POST', `${FLOW}/targetConnections`, again)).status).toBe(409);
    expect((await management.call('DELETE', `${FLOW}/targetConnections/${target.body.id}`)).status).toBe(204);
    expect((await management.definitions.active()).catalog.destinations).toEqual(definitions.destinations);
  });
});

describe('destinations at the management host', () => {
  const BASE = '/tributary/destinations';

  it('can be searched by type, with all that a form is made of', async () => {
    const { call } = createManagement(definitions);
    const all = (await call('GET', '/tributary/destination-types')).body.types;
    expect(all.map(({ type }: { type: string }) => type)).toEqual([...TYPES.keys()].sort());
    const found = (await call('GET', '/tributary/destination-types?search=webhook')).body.types;
    expect(found.map(({ type }: { type: string }) => type)).toContain('http');
    expect(found.length).toBeLessThan(all.length);
    const { status, body } = await call('GET', '/tributary/destination-types/http');
    expect([status, body.schema.required]).toEqual([200, expect.arrayContaining(['id', 'type', 'url'])]);
    expect((await call('GET', '/tributary/destination-types/__proto__')).status).toBe(404);
  });

  it('add up: what was received and what was there before is activated, failed, excluded or waiting', async () => {
    const count = fc.nat(1_000);
    const flow = fc.record({
      hour: fc.nat(23),
      received: count,
      activated: count,
      failed: count,
      retried: count,
      excluded: fc.dictionary(fc.constantFrom('noConsent', 'policy'), count),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(flow, { maxLength: 12 }), async (flows) => {
        const { call, deps } = createManagement(definitions);
        const books = deps.runs as typeof deps.runs & Pick<RunStatistics, 'add'>;
        for (const { hour, ...counts } of flows) await books.add('webhook', NOW - hour * 3_600_000, counts);
        const { lastDay } = (await call('GET', `${BASE}/webhook`)).body;
        const { runs: hours } = (await call('GET', `${BASE}/webhook/runs`)).body;
        expect(hours).toHaveLength(24);
        const sum = (tally: Record<string, number>): number => Object.values(tally).reduce((a, b) => a + b, 0);
        for (const each of [lastDay, ...hours]) {
          const settled = each.activated + each.failed + sum(each.excluded);
          expect(each.received + each.fromBefore).toBe(settled + each.waiting);
        }
        const received = hours.reduce((total: number, each: { received: number }) => total + each.received, 0);
        expect([received, lastDay.received]).toEqual([
          lastDay.received,
          flows.reduce((a, each) => a + each.received, 0),
        ]);
      }),
      runs(1, 20),
    );
  });

  it('tell what the vendor said, page by page, and of one hour', async () => {
    const { call, deps } = createManagement(definitions);
    const errors = deps.deliveryErrors as DeliveryErrors;
    const about = (n: number) => ({
      profile: `p${n}`,
      identities: ['Email:a***'],
      errorClass: 'drop' as const,
      times: 1,
      first: NOW - n,
      last: NOW - n,
    });
    for (let n = 0; n < 5; n++)
      await errors.add('webhook', NOW - n, [{ ...about(n), reason: 'http-400', detail: `no such audience ${n}` }]);
    const first = (await call('GET', `${BASE}/webhook/errors?limit=3`)).body;
    expect(first).toMatchObject({
      total: 5,
      next: 3,
      errors: [{ profile: 'p0', detail: 'no such audience 0' }, {}, {}],
    });
    const rest = (await call('GET', `${BASE}/webhook/errors?limit=3&start=3&reason=drop`)).body;
    expect([rest.errors.length, rest.next]).toEqual([2, undefined]);
    const hour = new Date(NOW).toISOString().slice(0, 13);
    expect((await call('GET', `${BASE}/webhook/runs/${hour}`)).body.errors).toMatchObject([{ profile: 'p0' }]);
    for (const wrong of ['yesterday', '2026-99-99T00', '2999-01-01T00'])
      expect((await call('GET', `${BASE}/webhook/runs/${wrong}`)).status).toBe(404);
  });

  it('are paused and resumed by whoever may activate them: their lane is switched off and on again', async () => {
    const management = createManagement(definitions);
    await setUp(management, { type: 'http', name: 'Partner', segments: SEGMENTS.slice(0, 1), keys: {} });
    const lane = management.lanes.assigned().partner!;
    expect(management.lanes.on.has(lane)).toBe(true);
    management.actAs({ ...ANYBODY, scopes: ['operate:read', 'activate:webhook'] });
    expect((await management.call('POST', `${BASE}/partner/pause`)).status).toBe(403);
    management.actAs({ ...ANYBODY, scopes: ['operate:read', 'activate:partner'] });
    expect((await management.call('POST', `${BASE}/partner/pause`)).body).toMatchObject({ lanes: [lane], switched: 1 });
    expect((await management.call('POST', `${BASE}/partner/pause`)).body).toMatchObject({ switched: 0 });
    expect([management.lanes.on.has(lane), (await management.call('GET', `${BASE}/partner`)).body.state]).toEqual([
      false,
      'paused',
    ]);
    await management.call('POST', `${BASE}/partner/resume`);
    expect([management.lanes.on.has(lane), (await management.call('GET', `${BASE}/partner`)).body.state]).toEqual([
      true,
      'on',
    ]);
  });

  it('are backfilled by a job that routes everybody anew, and released where their guard holds them', async () => {
    const management = createManagement(definitions);
    const { call, deps } = management;
    expect((await call('POST', `${BASE}/webhook/release`)).status).toBe(409);
    await deps.guards.hold('webhook', 0, { since: NOW, segmentId: SEGMENTS[0]!, size: 100, left: 60, most: 50 });
    expect((await call('POST', `${BASE}/webhook/backfill`)).status).toBe(409);
    const { status, body } = await call('POST', `${BASE}/webhook/release`);
    expect([status, await deps.evaluation.jobs.get(body.jobId)]).toMatchObject([202, { writesAll: true }]);
    expect((await call('GET', `${BASE}/webhook`)).body).toMatchObject({ openUntil: expect.any(String) });
    // The first job is on its way: it may be past those who are to be told.
    expect((await call('POST', `${BASE}/webhook/backfill`)).status).toBe(409);
  });

  it('say who would be excluded and why before there is a definition; nothing is changed', async () => {
    const management = createManagement(definitions);
    const definition = { ...TYPES.get('http')!.example, id: 'partner', type: 'http', segments: SEGMENTS.slice(0, 1) };
    const { status, body } = await management.call('POST', `${BASE}/partner/reach`, { definition });
    expect([status, body]).toMatchObject([
      200,
      { destination: 'partner', members: 0, reached: 0, excluded: {}, isExact: true },
    ]);
    const wrong = await management.call('POST', `${BASE}/partner/reach`, {
      definition: { ...definition, url: 'nowhere' },
    });
    expect([wrong.status, wrong.body.report['sub-errors'][0].pointer]).toEqual([400, '/url']);
    expect((await management.call('POST', `${BASE}/partner/reach`, {})).status).toBe(404);
    expect((await management.definitions.active()).catalog).toEqual(definitions);
  });
});

describe('credentials of destinations', () => {
  const router = createRouter<DestinationAccessDeps>(DESTINATION_ACCESS_ROUTES);

  function createAccess(scopes: readonly string[], answer: { status: number; body: string }) {
    const secrets = new Map([['webhook', JSON.stringify({ signingKey: 'kept' })]]);
    const http = async () => ({ kind: 'response' as const, status: answer.status, body: answer.body, headers: {} });
    const deps: DestinationAccessDeps = {
      callers: { callerOf: async () => ({ ...ANYBODY, scopes }) },
      catalog: { current: async () => compileCatalog(definitions) },
      secrets: {
        read: async (id) => secrets.get(id),
        write: async (id, secret) => void secrets.set(id, secret),
      },
      probe: (destination, type, secret) =>
        probe(
          destination,
          {
            ...type,
            probe: () => ({ method: 'POST', url: 'https://vendor.example', headers: {}, body: '', timeoutMs: 1_000 }),
          },
          secret,
          {
            http: http as never,
            tokens: createMemoryVendorState(() => NOW).tokens,
            now: () => NOW,
          },
        ),
    };
    const call = async (method: string, path: string, body?: unknown) =>
      router.answer(callOf(method, `/tributary/destinations/webhook/${path}`, body), deps);
    return { call, secrets };
  }

  it('go in and never come out; a vendor that says them back is not quoted', async () => {
    const { call, secrets } = createAccess(['destination:write'], {
      status: 401,
      body: `bad token ${CANARY}, ask support`,
    });
    const said = [
      await call('PUT', 'secret', { keys: { bearerToken: CANARY } }),
      await call('GET', 'secret'),
      await call('POST', 'test'),
      await call('PUT', 'secret', { keys: { [CANARY.slice(0, 4)]: CANARY } }),
      await call('PUT', 'secret', { keys: { bearerToken: { [CANARY]: 1 } } }),
    ];
    expect(said.map(({ status }) => status)).toEqual([200, 200, 200, 400, 400]);
    expect(JSON.parse(secrets.get('webhook')!)).toEqual({ signingKey: 'kept', bearerToken: CANARY });
    expect(said[1]!.body).toMatchObject({ keys: ['bearerToken', 'signingKey'] });
    const failed = { step: 'permission', outcome: 'failed', reason: 'http-401', detail: 'bad token ***, ask support' };
    expect(said[2]!.body).toMatchObject({ isOk: false, steps: expect.arrayContaining([failed]) });
    expect(JSON.stringify(said)).not.toContain(CANARY);
  });

  it('are for those who may change destinations, and for nobody else', async () => {
    const { call, secrets } = createAccess(['operate', 'admin', 'activate:*', 'profile:read'], {
      status: 200,
      body: '',
    });
    const said = [await call('PUT', 'secret', { keys: {} }), await call('GET', 'secret'), await call('POST', 'test')];
    expect(said.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(secrets.get('webhook')).toContain('kept');
  });
});
