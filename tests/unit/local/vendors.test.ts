import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zoneOfDay } from '#cli/local/played-vendors.ts';
import { SinkClient } from '#cli/local/sink-client.ts';
import { createSinkServer } from '#cli/local/sink-server.ts';
import type { AccountSettings } from '#cli/local/vendor-server/account.ts';
import type { FaultName } from '#cli/local/vendor-server/faults.ts';
import { newSshKey } from '#cli/local/vendor-server/sftp-account.ts';
import { destinationDefinition } from '#core/activation/definition.ts';
import { isFromTwilio } from '#core/activation/destinations/twilio/signature.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { tokenRequest } from '#core/activation/http/token-request.ts';
import { quietUntil } from '#core/activation/texts/quiet-hours.ts';
import { HOUR_MS } from '#core/util/durations.ts';
import { createHttpClient } from '#lambdas/adapters/http/fetch.ts';
import { createSftpProbe } from '#lambdas/adapters/sftp/probe.ts';
import { createSftpReceiver } from '#lambdas/adapters/sftp/receiver.ts';
import { listening, temporaryFolder } from './support.ts';

const http = createHttpClient({ allowPrivate: true });

async function sink() {
  const url = await listening(createSinkServer(join(temporaryFolder(), 'requests.ndjson')));
  const client = new SinkClient(url);
  const open = async (id: string, type: string, more: object, callback?: AccountSettings['callback']) => {
    const { port, hostKey } = await client.openVendor(id, type);
    const origin = `http://127.0.0.1:${port}`;
    const at = type === 'sftp' ? { host: '127.0.0.1', port, hostKeys: [hostKey] } : { url: origin };
    const destination = destinationDefinition.parse({ id, type, segments: ['gold'], ...at, ...more });
    const segmentNames = { gold: 'Gold members' };
    const secret = await client.configureVendor(origin, { destination, segmentNames, ...(callback && { callback }) });
    return { origin, secret, hostKey };
  };
  return { url, client, open };
}

const TWILIO = {
  segments: ['gold', 'silver'],
  accountSid: `AC${'1'.repeat(32)}`,
  sender: { from: '12345' },
  template: { gold: 'Gold for {{person.name.firstName}}', silver: 'Silver, {{person.name.firstName}}' },
  optOuts: { dataset: 'sms-opt-outs' },
  statusCallback: 'https://texts.example.com/texts/texts',
};
const sms = (origin: string, secret: Readonly<Record<string, string>>, To: string, Body: string): HttpRequest => ({
  method: 'POST',
  url: `${origin}/2010-04-01/Accounts/${TWILIO.accountSid}/Messages.json`,
  headers: {
    authorization: `Basic ${Buffer.from(`${secret.apiKeySid}:${secret.apiKeySecret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams({ To, Body, From: '12345' }).toString(),
  timeoutMs: 2_000,
});
const SFTP = {
  user: 'riverbend',
  folder: '/upload',
  identity: 'CRMID',
  attributes: ['segmentMembership.status'],
};

const BRAZE = { identities: { externalId: ['CRMID'] } };
const track = (origin: string, token: string, ...ids: readonly string[]): HttpRequest => ({
  method: 'POST',
  url: `${origin}/users/track`,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ attributes: ids.map((id) => ({ external_id: id, tributary_segments: { add: ['gold'] } })) }),
  timeoutMs: 500,
});

describe('the time zone of texts on this machine', () => {
  it('is one where no usual quiet hours are, now and in the next hour, whenever now is', () => {
    const quiet = { from: '21:00', to: '08:00' };
    const midnight = Date.parse('2026-03-01T00:00:00Z');
    for (let hour = 0; hour < 24; hour += 1) {
      const now = midnight + hour * HOUR_MS;
      for (const at of [now, now + HOUR_MS - 1]) expect(quietUntil(at, quiet, zoneOfDay(now))).toBeUndefined();
    }
  });
});

describe('vendors that are played on this machine', () => {
  it('take who shows the credentials that they gave, hold them, and write down what they were sent', async () => {
    const { client, open } = await sink();
    const { origin, secret } = await open('mail', 'braze', BRAZE);
    expect(await http(track(origin, 'another token', 'C-1'))).toMatchObject({ status: 401 });
    expect(await http(track(origin, secret.bearerToken!, 'C-2', 'C-1'))).toMatchObject({ status: 201 });
    expect(await client.held('mail')).toEqual({ gold: ['C-1', 'C-2'] });
    // Listens, and nothing leads there.
    await client.openVendor('elsewhere', 'aws-sms');
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

  it('send texts to nobody who has answered STOP, and tell their customer of every answer, signed', async () => {
    const { client, open } = await sink();
    const heard: string[] = [];
    const customer = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        const url = `https://texts.example.com${request.url!.replace('/door', '')}`;
        const signature = String(request.headers['x-twilio-signature']);
        const isSigned = isFromTwilio(url, new URLSearchParams(body), signature, 'local-authToken');
        heard.push(`${request.headers.host} ${isSigned} ${new URLSearchParams(body).get('Body')}`);
        response.writeHead(204).end();
      });
    });
    const callback = { url: `${await listening(customer)}/door`, headers: { host: 'function.example' } };
    const { origin, secret } = await open('texts', 'twilio', TWILIO, callback);
    const send = (to: string, words: string) => http(sms(origin, secret, to, words));
    expect(await send('+15550000001', 'Gold for Ada')).toMatchObject({ status: 201 });
    expect(await client.incoming('texts', { from: '+15550000001', body: 'Stop' })).toBe(204);
    expect(await send('+15550000001', 'Gold for Ada')).toMatchObject({ body: expect.stringContaining('21610') });
    expect(await client.incoming('texts', { from: '+15550000001', body: 'start' })).toBe(204);
    expect(await send('+15550000001', 'Silver, Ada')).toMatchObject({ status: 201 });
    expect(await client.texts('texts')).toEqual([
      { to: '+15550000001', body: 'Gold for Ada' },
      { to: '+15550000001', body: 'Silver, Ada' },
    ]);
    expect(await client.held('texts')).toEqual({ gold: ['+15550000001'], silver: ['+15550000001'] });
    expect(heard).toEqual(['function.example true Stop', 'function.example true start']);
  });

  it('take files by SFTP from who has the key and knows the host, whole and under their own names', async () => {
    const { url, client, open } = await sink();
    const { origin, hostKey, secret } = await open('partner', 'sftp', SFTP);
    const target = { kind: 'sftp', host: '127.0.0.1', port: Number(new URL(origin).port), user: 'riverbend' } as const;
    const put = (name: string, text: string, more: object = {}, key = secret.privateKey!) =>
      createSftpReceiver({
        secrets: async () => JSON.stringify({ privateKey: key }),
        allowPrivate: true,
        newId: randomUUID,
      })(
        'partner',
        { ...target, folder: '/upload', hostKeys: [hostKey!], ...more },
        { name, bytes: Buffer.from(text), contentType: 'text/csv' },
      );
    const long = `C-2,exited,\n${'#'.repeat(100_000)}\n`;
    await put('partner_segmentgold_2.csv', long);
    await put('partner_segmentgold_1.csv', 'CRMID,status,\nC-1,realized,\nC-2,realized,\n');
    await put('partner_segmentgold_2.csv', long);
    expect(await client.held('partner')).toEqual({ gold: ['C-1'] });
    const files = (await (await fetch(`${url}/vendors/partner/files`)).json()) as Record<string, string>;
    expect(Object.keys(files)).toEqual(['partner_segmentgold_1.csv', 'partner_segmentgold_2.csv']);
    expect(files['partner_segmentgold_2.csv']).toBe(long);

    await expect(put('x.csv', '', { hostKeys: [`SHA256:${'A'.repeat(43)}`] })).rejects.toThrow(/hostKeys has it not/);
    await expect(put('x.csv', '', { user: 'mallory' })).rejects.toThrow(/was not let in/);
    await expect(put('x.csv', '', {}, newSshKey())).rejects.toThrow(/was not let in/);
    await expect(put('x.csv', '', { folder: '/etc' })).rejects.toThrow(/permission denied/);
    const look = createSftpProbe({ secrets: async () => JSON.stringify(secret), allowPrivate: true });
    const looked = await look('partner', { ...target, folder: '/upload', hostKeys: [hostKey!] });
    expect(looked.map(({ step, outcome }) => [step, outcome])).toContainEqual(['receiver', 'ok']);
    await client.resetVendors();
    expect(await client.held('partner')).toEqual({});
  });

  it('say what there is to ask and to tell', async () => {
    const { url, client } = await sink();
    await expect(client.held('nobody')).rejects.toThrow(/no vendor \\"nobody\\"; there are: none/);
    await expect(client.openVendor('x', 'no-such-type')).rejects.toThrow(/there is no fake vendor of this type/);
    const answer = await fetch(`${url}/vendors/reset/everything`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });
});
