import { fc, it as property } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { ApiError, type Client, clientCredentials, createClient } from '#client/client.ts';
import { requestOf } from '#client/route.ts';
import type { HttpCall } from '#core/api/http.ts';
import { createManagement } from '#tests/harness/management/management.ts';
import { serve } from '#tests/harness/management/server.ts';
import { exampleDefinitions } from '#tests/harness/platform/example.ts';

let client: Client;
let served: Awaited<ReturnType<typeof serve>>;
const calls: HttpCall[] = [];
beforeAll(async () => {
  const management = createManagement(await exampleDefinitions());
  served = await serve((call) => {
    calls.push(call);
    return management.answer(call);
  });
  client = createClient({ url: `${served.url}/`, token: async () => 'of-mine' });
});
afterAll(() => new Promise((resolve) => served.server.close(resolve)));

const failureOf = (act: Promise<unknown>): Promise<ApiError> =>
  act.then(
    () => expect.fail('it was answered'),
    (error: unknown) => (error instanceof ApiError ? error : Promise.reject(error)),
  );

describe('a client', () => {
  it('reads with the types of the route, and sends its token', async () => {
    const { data } = await client.call('GET /data/core/ups/segment/definitions', { query: { limit: 2 } });
    expectTypeOf(data.segments[0]!.name).toEqualTypeOf<string>();
    expect(data.segments).toHaveLength(2);
    expect(calls.at(-1)).toMatchObject({ query: { limit: '2' }, headers: { authorization: 'Bearer of-mine' } });
  });

  it('changes what nobody has changed since it was read', async () => {
    const where = { path: { id: 'gold-and-silver' } };
    const { etag } = await client.call('GET /data/core/ups/segment/definitions/{id}', where);
    const body = [{ op: 'replace', path: '/name', value: 'Gold' }];
    const route = 'PATCH /data/core/ups/segment/definitions/{id}';
    const { data } = await client.call(route, { ...where, body, ifMatch: etag });
    expect(data).toMatchObject({ name: 'Gold' });
    const { status } = await failureOf(client.call(route, { ...where, body, ifMatch: etag }));
    expect(status).toBe(412);
  });

  it('says where the mistakes are', async () => {
    const body = { id: 'vip', name: 'VIP', expression: { type: 'PQL', format: 'pql/text', value: 'loyalty.teir = 1' } };
    const path = { kind: 'segments', name: 'vip' };
    const error = await failureOf(client.call('PUT /tributary/definitions/{kind}/{name}', { path, body }));
    expect(error).toMatchObject({ status: 400, title: 'Bad request' });
    expect(error.mistakes).toEqual([
      expect.objectContaining({ definition: 'segments/vip', pointer: '/expression/value' }),
    ]);
    expect(error.message).toContain('loyalty.teir');
  });

  it('says so when nothing answers, and when it was told to stop', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:9' });
    expect(await failureOf(nobody.call('GET /tributary/overview'))).toMatchObject({ status: 0 });
    const signal = AbortSignal.abort();
    await expect(client.call('GET /tributary/overview', { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('takes no route that there is not, and no call without what the route needs', () => {
    // @ts-expect-error: there is no such route
    const notThere = () => client.call('GET /data/core/ups/audience');
    // @ts-expect-error: which audience?
    const without = () => client.call('GET /data/core/ups/audiences/{id}');
    // @ts-expect-error: there is no such parameter
    const another = () => client.call('GET /data/core/ups/audiences', { query: { colour: 'red' } });
    expect([notThere, without, another]).toHaveLength(3);
  });
});

describe('the address of a call', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  property.prop([text, fc.dictionary(text, text)])('says what was given, whatever it is', (id, query) => {
    const { address } = requestOf('GET /a/{id}/b', { path: { id }, query });
    const { pathname, searchParams, hash } = new URL(address, 'https://management.example');
    const steps = pathname.split('/');
    // A step of dots is taken away by whoever reads addresses: there is no way to write it.
    if (id !== '.' && id !== '..') expect(steps.map(decodeURIComponent)).toEqual(['', 'a', id, 'b']);
    expect(Object.fromEntries(searchParams)).toEqual({ ...query });
    expect(hash).toBe('');
  });
});

describe('a token of a client', () => {
  const granting = (calls: string[]): typeof fetch =>
    (async (_: string, { body }: { body: URLSearchParams }) => {
      calls.push(`${body}`);
      return Response.json({ access_token: `token-${calls.length}`, expires_in: 3_600 });
    }) as unknown as typeof fetch;

  it('is asked for once, and anew a minute before it ends', async () => {
    const asked: string[] = [];
    let now = 0;
    const credentials = { url: 'https://stage.example', id: 'me', secret: 's', scopes: ['operate', 'govern'] };
    const token = clientCredentials({ ...credentials, fetch: granting(asked), now: () => now });
    expect(await Promise.all([token(), token()])).toEqual(['token-1', 'token-1']);
    now = 3_539_999;
    expect(await token()).toBe('token-1');
    now = 3_540_000;
    expect(await token()).toBe('token-2');
    expect(asked[0]).toBe('grant_type=client_credentials&client_id=me&client_secret=s&scope=operate+govern');
  });

  it('that is not given is asked for again at the next request', async () => {
    const answers = [Response.json({ error: 'invalid_client' }, { status: 401 })];
    const asked: string[] = [];
    const once = (async (...request: Parameters<typeof fetch>) =>
      answers.pop() ?? granting(asked)(...request)) as typeof fetch;
    const token = clientCredentials({ url: 'https://stage.example', id: 'me', secret: 's', fetch: once });
    expect((await failureOf(token())).status).toBe(401);
    expect(await token()).toBe('token-1');
  });
});
