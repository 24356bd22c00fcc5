import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { labelledFields } from '#core/access/labelled-fields.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import type { LabelDefinition } from '#core/governance/definition.ts';
import { createDigests } from '#core/governance/suppression.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler } from '#lambdas/functions/profile-access/handler.ts';
import { callersOfStage, NO_CALLERS, type StageCallers } from '#tests/harness/core/callers.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { bearer } from '#tests/harness/core/http-call.ts';
import { MemoryReadLog } from '#tests/harness/core/read-log.memory.ts';
import { peopleDeps } from '#tests/harness/management/people.ts';
import { ecidOf, exampleCatalog, exampleDefinitions } from '#tests/harness/platform/example.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
interface Body {
  readonly [name: string]: unknown;
  readonly _links: { readonly next: { readonly href: string } };
}

const EVENTS = 'schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile';

describe('the function behind the entities API', () => {
  let catalog: CompiledCatalog;
  let others: ReturnType<typeof peopleDeps>;
  const stores = {
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
  };
  let stage: StageCallers | undefined;
  const readLog = new MemoryReadLog();
  let ids = 0;
  const handlerOf = (current = async () => catalog, isEmulated = false) =>
    createHandler({
      ...others,
      catalog: { current },
      ...stores,
      readLog,
      digests: async (settings) => createDigests('the audit key', settings),
      newId: () => `read-${String(ids++).padStart(4, '0')}`,
      callers: stage?.newFunction() ?? NO_CALLERS,
      isEmulated,
      now: () => NOW,
    });
  const call = async (
    method: string,
    query: string,
    body?: object,
    path = '/data/core/ups/access/entities',
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const request = {
      rawPath: path,
      rawQueryString: query,
      headers,
      requestContext: {
        http: { method, sourceIp: '192.0.2.7' },
        authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
      },
      ...(body && { body: JSON.stringify(body) }),
    } as unknown as APIGatewayProxyEventV2;
    const { statusCode, body: text, headers: answered } = await handlerOf()(request);
    return { status: statusCode, headers: answered, body: JSON.parse(text!) as Body };
  };

  beforeAll(async () => {
    catalog = await exampleCatalog();
    others = peopleDeps(await exampleDefinitions());
    const settings = stageSettings(catalog).fold;
    await stitch(
      [
        attributes(NOW - 9_000, 'CRMID:RB-1', { loyalty: { tier: 'gold' } }),
        ...[1, 2, 3].map((n) => event(NOW - n * 1_000, ['CRMID:RB-1', ecid(1)], { _id: `e${n}`, n })),
      ],
      { ...stores, settings, backoff: async () => {} },
    );
  });

  it.each(['/ups/access/entities', '/data/core/ups/access/entities', '/data/core/ups/access/entities/'])(
    'answers a profile at %s, by its id',
    async (path) => {
      const query = `schema.name=_xdm.context.profile&entityId=${ecidOf(1)}&entityIdNS=ecid`;
      const { status, body, headers } = await call('GET', query, undefined, path);
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'content-type': 'application/json' });
      expect(Object.keys(body)).toEqual([ecidOf(1)]);
      expect(body[ecidOf(1)]).toMatchObject({
        entityId: ecidOf(1),
        sources: ['customers'],
        entity: { loyalty: { tier: 'gold' }, identityMap: { crmid: [{ id: 'RB-1' }] } },
      });
    },
  );

  it('answers pages of events whose links lead to the next, over either method', async () => {
    const first = await call('GET', `${EVENTS}&relatedEntityId=RB-1&relatedEntityIdNS=CRMID&limit=2&property=n%3E0`);
    expect(first.body).toMatchObject({ _page: { count: 2 }, children: [{ entityId: 'e3' }, { entityId: 'e2' }] });
    const [, query] = first.body._links.next.href.split('?');
    const second = await call('GET', query!);
    expect(second.body).toMatchObject({
      _page: { count: 1, next: '' },
      children: [{ entityId: 'e1' }],
      _links: { next: { href: '' } },
    });

    const posted = await call('POST', '', {
      schema: { name: '_xdm.context.experienceevent' },
      relatedSchema: { name: '_xdm.context.profile' },
      identities: [{ relatedEntityId: 'RB-1', relatedEntityIdNS: { code: 'CRMID' } }],
      limit: 2,
    });
    const { _links: links } = posted.body['RB-1'] as { _links: { next: { href: string; payload: object } } };
    expect(links.next.href).toBe('/entities');
    const rest = await call('POST', '', links.next.payload);
    expect(rest.body).toMatchObject({ 'RB-1': { children: [{ entityId: 'e1' }] } });
  });

  it('says 207 with an entry for each identity, 404, 405, 422 and 400 for what cannot be answered', async () => {
    const many = await call('POST', '', {
      schema: { name: '_xdm.context.profile' },
      identities: [
        { entityId: 'RB-1', entityIdNS: { code: 'CRMID' } },
        { entityId: '404', entityIdNS: { code: 'CRMID' } },
      ],
    });
    expect(many).toMatchObject({
      status: 207,
      body: { 'RB-1': { entity: {} }, 404: { status: 404, entityId: '404' } },
    });
    const profile = 'schema.name=_xdm.context.profile&entityId=nobody&entityIdNS=CRMID';
    expect(await call('GET', profile)).toMatchObject({ status: 404, body: { title: 'Not found' } });
    expect(await call('GET', `${profile}&mergePolicyId=other`)).toMatchObject({ status: 422 });
    expect(await call('GET', 'schema.name=_xdm.context.profile')).toMatchObject({ status: 422 });
    expect(await call('DELETE', profile)).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
    expect(await call('GET', profile, undefined, '/ups/other')).toMatchObject({ status: 404 });
  });

  it('asks to come back later while no catalog is active', async () => {
    const handler = handlerOf(() => Promise.reject(new NoCatalogError()));
    const query = 'schema.name=_xdm.context.profile&entityId=1&entityIdNS=ECID';
    const request = {
      rawPath: '/access/entities',
      rawQueryString: query,
      headers: {},
      requestContext: { http: { method: 'GET' }, authorizer: { iam: { userArn: 'arn:aws:iam::1:user/ada' } } },
    };
    expect(await handler(request as unknown as APIGatewayProxyEventV2)).toMatchObject({ statusCode: 503 });
  });

  describe('writes down', () => {
    const query = 'schema.name=_xdm.context.profile&entityId=RB-1&entityIdNS=CRMID';
    const digest = createHmac('sha256', 'the audit key').update('CRMID:RB-1').digest('base64url');
    const lastRead = async () => (await Array.fromAsync(readLog.reads({ since: 0, until: NOW + 1 }))).at(-1);
    const count = async () => (await Array.fromAsync(readLog.reads({ since: 0, until: NOW + 1 }))).length;

    it('who read whom, from where and what for, without naming the person', async () => {
      const fields = '&fields=loyalty.tier,a b%40c';
      await call('GET', query + fields, undefined, '/access/entities', { 'x-purpose': 'Complaint 4711' });
      const read = await lastRead();
      expect(read).toMatchObject({
        at: NOW,
        caller: { id: 'arn:aws:iam::123456789012:user/ada', kind: 'aws' },
        address: '192.0.2.7',
        purpose: 'Complaint 4711',
        what: 'profile',
        identities: [digest],
        found: 1,
        fields: ['loyalty.tier', '?'],
      });
      expect(JSON.stringify(read)).not.toContain('RB-1');
    });

    it('also that nobody was found, and every identity of a request for many', async () => {
      await call('GET', query.replace('RB-1', 'nobody'));
      expect(await lastRead()).toMatchObject({ found: 0, identities: [expect.any(String)] });
      const identities = ['RB-1', 'x', 'y'].map((entityId) => ({ entityId, entityIdNS: { code: 'CRMID' } }));
      await call('POST', '', { schema: { name: '_xdm.context.profile' }, identities });
      const read = await lastRead();
      expect(read).toMatchObject({ found: 1, identities: expect.arrayContaining([digest]) });
      expect(read!.identities).toHaveLength(3);
    });

    it('and answers nothing where that cannot be written', async () => {
      vi.spyOn(readLog, 'append').mockRejectedValueOnce(new Error('no room'));
      const { status, body } = await call('GET', query);
      expect(status).toBe(500);
      expect(JSON.stringify(body)).not.toContain('gold');
    });

    it('nothing of a request that is no request, or has a purpose that is none', async () => {
      const before = await count();
      await call('GET', 'schema.name=_xdm.context.profile');
      const path = '/access/entities';
      for (const purpose of ['<script>', 'x'.repeat(201), '']) {
        expect((await call('GET', query, undefined, path, { 'x-purpose': purpose })).status).toBe(400);
      }
      expect(await count()).toBe(before);
    });
  });

  describe('with a token', () => {
    const query = 'schema.name=_xdm.context.profile&entityId=RB-1&entityIdNS=CRMID';
    const withToken = async (token: string, rawQueryString = query, labels?: readonly LabelDefinition[]) => {
      const labelled = labels && { ...catalog, labelledFields: labelledFields(labels) };
      const request = {
        rawPath: '/data/core/ups/access/entities',
        rawQueryString,
        headers: bearer(token),
        requestContext: { http: { method: 'GET' } },
      } as unknown as APIGatewayProxyEventV2;
      const { statusCode, body } = await handlerOf(async () => labelled ?? catalog)(request);
      return { status: statusCode, body: JSON.parse(body!) as Body, text: body! };
    };
    const tokenFor = async (...scopes: string[]) => (await stage!.token(scopes)).token;
    const LABELS: readonly LabelDefinition[] = [
      { dataset: 'customers', labels: [], fields: { 'loyalty.tier': ['C2', 'S1'], n: ['S2'] } },
    ];
    beforeAll(async () => {
      stage = await callersOfStage({ now: () => NOW });
    });

    it('that may read profiles answers and writes down who read', async () => {
      const { token, id } = await stage!.token(['profile:read']);
      expect(await withToken(token)).toMatchObject({
        status: 200,
        body: { 'RB-1': { entity: { loyalty: { tier: 'gold' } } } },
      });
      const reads = await Array.fromAsync(readLog.reads({ since: 0, until: NOW + 1 }));
      expect(reads.at(-1)).toMatchObject({ caller: { id, name: 'A client', kind: 'client' }, found: 1 });
    });

    it('that may do anything else answers nothing', async () => {
      const scopes = [
        'ingest:*',
        'audience:write',
        'activate:*',
        'govern',
        'privacy',
        'operate',
        'admin',
        'audit:read',
      ];
      const { status, text } = await withToken(await tokenFor(...scopes));
      expect(status).toBe(403);
      expect(text).not.toContain('gold');
    });

    it('for a label omits the fields that have another one, what identifies, and conditions on them', async () => {
      const events = `${EVENTS}&relatedEntityId=RB-1&relatedEntityIdNS=CRMID`;
      const some = await tokenFor('profile:read:C2');
      const { status, body, text } = await withToken(some, query, LABELS);
      expect([status, Object.keys((body['RB-1'] as { entity: object }).entity)]).toEqual([200, ['loyalty']]);
      expect(text).not.toContain('gold');
      expect(await withToken(some, events, LABELS)).toMatchObject({ status: 200, body: { children: [{}, {}, {}] } });
      expect((await withToken(some, events, LABELS)).text).not.toContain('"n"');
      expect(await withToken(some, `${events}&property=n>=2`, LABELS)).toMatchObject({ status: 422 });
      const all = await tokenFor('profile:read:C2', 'profile:read:S1', 'profile:read:S2');
      expect((await withToken(all, query, LABELS)).text).toContain('gold');
      expect(await withToken(all, `${events}&property=n>=2`, LABELS)).toMatchObject({ status: 200 });
    });

    it('for a label answers nothing where all of a dataset has another one', async () => {
      const labels: readonly LabelDefinition[] = [{ dataset: 'customers', labels: ['C8'], fields: {} }];
      expect(await withToken(await tokenFor('profile:read:C2'), query, labels)).toMatchObject({ status: 403 });
      expect(await withToken(await tokenFor('profile:read'), query, labels)).toMatchObject({ status: 200 });
    });
  });

  it('answers nobody whose signature AWS has not verified', async () => {
    const request = {
      rawPath: '/access/entities',
      rawQueryString: 'schema.name=_xdm.context.profile&entityId=RB-1&entityIdNS=CRMID',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/x/lambda/aws4_request' },
      requestContext: { http: { method: 'GET' } },
    } as unknown as APIGatewayProxyEventV2;
    expect(await handlerOf()(request)).toMatchObject({ statusCode: 401 });
    // What answers in place of AWS verifies none.
    const emulated = handlerOf(async () => catalog, true);
    expect(await emulated(request)).toMatchObject({ statusCode: 200 });
    expect(await emulated({ ...request, headers: {} })).toMatchObject({ statusCode: 401 });
    expect(await emulated({ ...request, headers: bearer('a.b.c') })).toMatchObject({ statusCode: 401 });
  });

  it('writes nothing about a person into its log', async () => {
    const lines: string[] = [];
    const spies = (['info', 'error', 'log'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...asserted) => void lines.push(asserted.join(' '))),
    );
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    await call('GET', 'schema.name=_xdm.context.profile&entityId=RB-1&entityIdNS=CRMID');
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
    expect(lines.join('\n')).not.toContain('RB-1');
  });
});
