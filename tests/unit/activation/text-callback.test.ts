import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createOptOutRecorder } from '#core/activation/texts/opt-out.ts';
import type { HttpCall } from '#core/api/http.ts';
import { textCallback } from '#core/api/texts/callback.ts';
import { MemorySentTexts } from '#lambdas/adapters/memory/sent-texts.ts';
import { catalogOf, NOW } from './factories.ts';

type Form = Readonly<Record<string, string>>;

const TOKEN = 'auth token';
const ORIGIN = 'https://abc.execute-api.eu-central-1.amazonaws.com';
const KEY = 'k'.repeat(32);
const TWILIO = {
  id: 'texts',
  type: 'twilio',
  accountSid: `AC${'1'.repeat(32)}`,
  sender: { from: '+15005550006' },
  template: 'Hello',
  optOuts: { dataset: 'opt-outs' },
  statusCallback: 'https://texts.example.com/texts/texts',
};

/** As Twilio signs: the address, and what the form has by name. */
const signatureOf = (url: string, form: Form, token = TOKEN): string => {
  const named = Object.keys(form).sort();
  return createHmac('sha1', token)
    .update(url + named.map((name) => name + form[name]).join(''))
    .digest('base64');
};

function world(hasRoom = true) {
  const messages: unknown[] = [];
  const sent = new MemorySentTexts();
  const catalog = catalogOf(TWILIO, { id: 'hook', type: 'http', url: 'https://hooks.example.com' });
  const stream = {
    put: async (all: readonly { readonly data: Uint8Array }[]) => {
      if (!hasRoom) return new Set([0]);
      messages.push(...all.map(({ data }) => JSON.parse(Buffer.from(data).toString('utf8'))));
      return new Set<number>();
    },
  };
  const deps = {
    catalog,
    sent,
    secrets: async () => JSON.stringify({ apiKeySid: 'SK1', apiKeySecret: 's', authToken: TOKEN }),
    recordOptOut: createOptOutRecorder({ catalog, stream }),
    now: () => NOW,
  };
  const call = (form: Form, { to = ORIGIN, ...change }: Partial<HttpCall> & { readonly to?: string } = {}) => {
    const { rawQuery = '', path = '/texts/texts' } = change;
    const url = `${to}${path}${rawQuery === '' ? '' : `?${rawQuery}`}`;
    const body = Buffer.from(new URLSearchParams(form).toString());
    const headers = { 'x-twilio-signature': signatureOf(url, form) };
    return textCallback({ method: 'POST', origin: ORIGIN, path, query: {}, rawQuery, headers, body, ...change }, deps);
  };
  return { messages, sent, call };
}

const STATUS = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+15035550142', From: '+15005550006' };
const STOP = { MessageSid: 'SM2', From: '+15035550142', To: '+15005550006', Body: ' stop ' };

describe('a call of Twilio about texts', () => {
  it('settles a text of which nobody knew whether it was taken', async () => {
    const { sent, call, messages } = world();
    await sent.claim({ keys: [KEY], person: 'p', day: '2026-03-01', perDay: 1, at: NOW, expiresAt: NOW + 1 });
    await sent.settle([KEY], 'unknown');
    expect(await call(STATUS, { rawQuery: `text=${KEY}` })).toMatchObject({
      status: 200,
      body: '<Response></Response>',
    });
    expect(await sent.get([KEY])).toMatchObject({ state: 'sent' });
    for (const rawQuery of [`text=${'z'.repeat(32)}`, 'text=', '']) {
      expect((await call(STATUS, { rawQuery })).status).toBe(200);
    }
    expect(messages).toEqual([]);
  });

  it.each([
    STOP,
    { ...STOP, Body: 'Bitte nicht mehr', OptOutType: 'STOP' },
    { ...STATUS, MessageStatus: 'failed', ErrorCode: '21610' },
  ])('makes a record of somebody who wants no texts any more: %j', async (form) => {
    const { call, messages } = world();
    expect((await call(form)).status).toBe(200);
    const time = new Date(NOW).toISOString();
    expect(messages).toEqual([
      {
        header: { datasetId: 'opt-outs' },
        body: {
          xdmEntity: {
            identityMap: { 'Phone_E.164': [{ id: '+15035550142', primary: true }] },
            consents: { marketing: { sms: { val: 'n', time, reason: 'STOP' } } },
          },
        },
      },
    ]);
  });

  it.each([
    { ...STOP, Body: 'Please do not stop' },
    { ...STOP, Body: 'START', OptOutType: 'START' },
    { ...STOP, From: 'whatsapp:+15035550142' },
    { ...STOP, From: '' },
    { ...STATUS, ErrorCode: '30003' },
  ])('makes none of anything else: %j', async (form) => {
    const { call, messages } = world();
    expect((await call(form)).status).toBe(200);
    expect(messages).toEqual([]);
  });

  it('may have been made to the address that the catalog says, by way of a proxy', async () => {
    const { call, messages } = world();
    expect((await call(STOP, { to: 'https://texts.example.com' })).status).toBe(200);
    expect(messages).toHaveLength(1);
  });

  it('is not believed without the signature of this very call', async () => {
    const { call, messages } = world();
    const url = `${ORIGIN}/texts/texts`;
    const wrong = [
      '',
      'not base64',
      signatureOf(url, STOP, 'another token'),
      signatureOf(url, { ...STOP, From: '+15035550143' }),
      signatureOf(`${url}?text=${KEY}`, STOP),
      signatureOf('https://evil.example.com/texts/texts', STOP),
    ];
    for (const signature of wrong) {
      expect((await call(STOP, { headers: { 'x-twilio-signature': signature } })).status).toBe(403);
    }
    expect((await call(STOP, { headers: {} })).status).toBe(403);
    expect(messages).toEqual([]);
  });

  it('is answered no where there is no such destination, or it is something else', async () => {
    const { call } = world();
    for (const path of ['/texts/other', '/texts/hook', '/texts/__proto__', '/texts/']) {
      expect((await call(STOP, { path })).status).toBe(404);
    }
    expect((await call(STOP, { method: 'GET' })).status).toBe(405);
    expect((await call({ ...STOP, Body: 'x'.repeat(70_000) })).status).toBe(413);
  });

  it('fails where there is no room for the record, so that Twilio hears of it', async () => {
    await expect(world(false).call(STOP)).rejects.toThrow(/no room/);
  });
});
