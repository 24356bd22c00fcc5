import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SinkClient } from '#cli/local/sink-client.ts';
import { createSinkServer } from '#cli/local/sink-server.ts';
import type { FaultName } from '#cli/local/vendor-server/faults.ts';
import { destinationDefinition } from '#core/activation/definition.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { tokenRequest } from '#core/activation/http/token-request.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { listening, temporaryFolder } from './support.ts';

const http = createHttpClient({ allowPrivate: true });

async function sink() {
  const url = await listening(createSinkServer(join(temporaryFolder(), 'requests.ndjson')));
  const client = new SinkClient(url);
  const open = async (id: string, type: string, more: object) => {
    const origin = `http://127.0.0.1:${await client.openVendor(id, type)}`;
    const destination = destinationDefinition.parse({ id, type, segments: ['gold'], url: origin, ...more });
    const secret = await client.configureVendor(origin, { destination, segmentNames: { gold: 'Gold members' } });
    return { origin, secret };
  };
  return { url, client, open };
}

const BRAZE = { identities: { externalId: ['CRMID'] } };
const track = (origin: string, token: string, ...ids: readonly string[]): HttpRequest => ({
  method: 'POST',
  url: `${origin}/users/track`,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ attributes: ids.map((id) => ({ external_id: id, tributary_segments: { add: ['gold'] } })) }),
  timeoutMs: 500,
});

describe('vendors that are played on this machine', () => {
  it('take who shows the credentials that they gave, hold them, and write down what they were sent', async () => {
    const { client, open } = await sink();
    const { origin, secret } = await open('mail', 'braze', BRAZE);
    expect(await http(track(origin, 'another token', 'C-1'))).toMatchObject({ status: 401 });
    expect(await http(track(origin, secret.bearerToken!, 'C-2', 'C-1'))).toMatchObject({ status: 201 });
    expect(await client.held('mail')).toEqual({ gold: ['C-1', 'C-2'] });
    expect(await client.vendors()).toEqual([{ id: 'mail', held: { gold: 2 } }]);
    const heard = await client.requests({ path: '/vendors/mail/users/track' });
    expect(heard.map(({ status, headers }) => [status, headers.authorization])).toEqual([
      [401, '[redacted]'],
      [201, '[redacted]'],
    ]);
    await client.resetVendors();
    expect(await client.held('mail')).toEqual({});
  });

  it('keep whom they hold when a destination is activated otherwise, and nobody of another account', async () => {
    const { client, open } = await sink();
    const { origin, secret } = await open('mail', 'braze', BRAZE);
    await http(track(origin, secret.bearerToken!, 'C-1'));
    await open('mail', 'braze', { ...BRAZE, segments: ['gold', 'silver'] });
    expect(await client.held('mail')).toEqual({ gold: ['C-1'] });
    await open('mail', 'braze', { identities: { email: true } });
    expect(await client.held('mail')).toEqual({});
  });

  it('give tokens for an assertion that their key has signed, until these are ended', async () => {
    const { url, client, open } = await sink();
    const now = Date.parse((await fetch(`${url}/vendors`)).headers.get('date')!);
    const account = { accountType: 'GOOGLE_ADS', accountId: '1' };
    const google = { operatingAccount: account, customerMatchTerms: 'accepted', credentials: 'serviceAccount' };
    const { origin, secret } = await open('ads', 'google-data-manager', google);
    const how = { type: 'oauth2Jwt', tokenUrl: `${origin}/oauth/token` } as const;
    const given = await http((await tokenRequest(how, secret, undefined, now)) as HttpRequest);
    const token = given.kind === 'response' ? (JSON.parse(given.body) as { access_token: string }).access_token : '';
    const look = (): HttpRequest => ({
      method: 'GET',
      url: `${origin}/v1/requestStatus:retrieve?requestId=none`,
      headers: { authorization: `Bearer ${token}` },
      body: '',
      timeoutMs: 2_000,
    });
    expect(await http(look())).toMatchObject({ status: 400 });
    await client.expireTokens('ads');
    expect(await http(look())).toMatchObject({ status: 401 });
    const late = await tokenRequest(how, secret, undefined, now - 7_200_000);
    expect(await http(late as HttpRequest)).toMatchObject({ status: 400 });
  });

  it.each<[FaultName, object, boolean]>([
    ['html', { status: 200, body: expect.stringContaining('<html>') }, false],
    ['server-error', { status: 500 }, false],
    ['late-server-error', { status: 502 }, true],
    ['timeout', { kind: 'timeout' }, false],
    ['late-timeout', { kind: 'timeout' }, true],
    ['broken-line', { kind: 'network' }, false],
    ['cut-off', { status: 201, body: expect.not.stringMatching(/\}$/) }, true],
    ['redirect', { status: 307 }, false],
    ['unavailable', { status: 503, retryAfterMs: 30_000 }, false],
    ['twice', { status: 201 }, true],
  ])('meet a fault as often as they are told: %s', async (fault, outcome, isTaken) => {
    const { client, open } = await sink();
    const { origin, secret } = await open('mail', 'braze', BRAZE);
    await client.misbehave('mail', { fault, times: 1 });
    expect(await http(track(origin, secret.bearerToken!, 'C-1'))).toMatchObject(outcome);
    expect(await client.held('mail')).toEqual(isTaken ? { gold: ['C-1'] } : {});
    expect(await http(track(origin, secret.bearerToken!, 'C-2'))).toMatchObject({ status: 201 });
  });

  it('come late, or reject half of all people, until they are told to behave', async () => {
    const { client, open } = await sink();
    const { origin, secret } = await open('mail', 'braze', BRAZE);
    await client.misbehave('mail', { delayMs: 2_000 });
    expect(await http(track(origin, secret.bearerToken!, 'C-1'))).toEqual({ kind: 'timeout' });
    await client.behaveAgain('mail');
    await client.misbehave('mail', { rejects: 'half' });
    const people = Array.from({ length: 40 }, (_, n) => `C-${n}`);
    await http(track(origin, secret.bearerToken!, ...people));
    const { gold = [] } = await client.held('mail');
    expect(gold.length).toBeGreaterThan(5);
    expect(gold.length).toBeLessThan(35);
    await client.behaveAgain('mail');
    await http(track(origin, secret.bearerToken!, ...people));
    expect((await client.held('mail')).gold).toHaveLength(40);
  });

  it('say what there is to ask and to tell', async () => {
    const { url, client } = await sink();
    await expect(client.held('nobody')).rejects.toThrow(/no vendor \\"nobody\\"; there are: none/);
    await expect(client.openVendor('x', 'no-such-type')).rejects.toThrow(/there is no fake vendor of this type/);
    const answer = await fetch(`${url}/vendors/reset/everything`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });
});
