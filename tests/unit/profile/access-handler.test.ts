import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { stageSettings } from '#core/catalog/stage-settings.ts';
import { stitch } from '#core/profile/stitch.ts';
import { MemoryProfileStore } from '#lambdas/adapters/memory/profile-store.ts';
import { MemoryTimeline } from '#lambdas/adapters/memory/timeline.ts';
import { MemoryMembershipStore } from '#lambdas/adapters/memory/versioned-store.ts';
import { createHandler } from '#lambdas/functions/profile-access/handler.ts';
import { attributes, ecid, event } from '#tests/harness/core/factories.ts';
import { ecidOf, exampleCatalog } from '#tests/harness/platform/example.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
interface Body {
  readonly [name: string]: unknown;
  readonly _links: { readonly next: { readonly href: string } };
}

const EVENTS = 'schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile';

describe('the function behind the entities API', () => {
  let catalog: CompiledCatalog;
  const stores = {
    profiles: new MemoryProfileStore(),
    timeline: new MemoryTimeline(),
    memberships: new MemoryMembershipStore(),
  };
  const handlerOf = (current = async () => catalog) =>
    createHandler({ catalog: { current }, ...stores, now: () => NOW });
  const call = async (method: string, query: string, body?: object, path = '/data/core/ups/access/entities') => {
    const request = {
      rawPath: path,
      rawQueryString: query,
      headers: {},
      requestContext: { http: { method } },
      ...(body && { body: JSON.stringify(body) }),
    } as unknown as APIGatewayProxyEventV2;
    const { statusCode, body: text, headers } = await handlerOf()(request);
    return { status: statusCode, headers, body: JSON.parse(text!) as Body };
  };

  beforeAll(async () => {
    catalog = await exampleCatalog();
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
      requestContext: { http: { method: 'GET' } },
    };
    expect(await handler(request as unknown as APIGatewayProxyEventV2)).toMatchObject({ statusCode: 503 });
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
