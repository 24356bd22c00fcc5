import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPES } from '#core/activation/registry.ts';
import { type Caller, mayDo } from '#core/api/management/caller.ts';
import { catalogVersion } from '#core/catalog/catalog.ts';
import { changeCatalog } from '#core/catalog/change.ts';
import { loadCatalog } from '#core/catalog/load.ts';
import { planPull } from '#core/catalog/pull.ts';
import { ANYBODY, createManagement } from '#tests/harness/management/management.ts';
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
