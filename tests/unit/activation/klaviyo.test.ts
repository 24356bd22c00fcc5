import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import { klaviyo } from '#core/activation/destinations/klaviyo/definition.ts';
import type { KlaviyoCall, KlaviyoRow } from '#core/activation/destinations/klaviyo/requests.ts';
import type { KlaviyoDestination } from '#core/activation/destinations/klaviyo/settings.ts';
import { packed } from '#core/activation/pack.ts';
import { ADA, EXAMPLE_SEGMENT, enters } from './example-people.ts';
import { entered, exited, identity, NOW, profileDelivery } from './factories.ts';
import { previewOf } from './preview-of.ts';

const WRITTEN = {
  id: 'd',
  type: 'klaviyo',
  segments: [EXAMPLE_SEGMENT],
  audiences: { [EXAMPLE_SEGMENT]: 'VRgFBd' },
  fields: {
    phone_number: 'mobilePhone.number',
    external_id: 'crm.id',
    first_name: 'person.name.firstName',
  },
};
const destinationOf = (change: object = {}): KlaviyoDestination =>
  destinationDefinition.parse({ ...WRITTEN, ...change }) as KlaviyoDestination;

const LISTED = { call: { step: 'import', list: 'VRgFBd' } } as const;
const IMPORT =
  '{"data":{"type":"profile-bulk-import-job","attributes":{"profiles":{"data":[{"type":"profile","attributes":{"email":"ada.okafor@example.com","phone_number":"+15035550142","external_id":"C00042","first_name":"Ada"}}]}},"relationships":{"lists":{"data":[{"type":"list","id":"VRgFBd"}]}}}}';
const REMOVAL = '{"data":[{"type":"profile","id":"01GDDKASAP8TKDDA2GRZDSVP4H"}]}';

const context = {
  credentials: {},
  now: NOW,
  segmentName: () => undefined,
  audienceId: (segmentId: string) => (segmentId === EXAMPLE_SEGMENT ? 'VRgFBd' : undefined),
};
const rowsOf = (delivery: Partial<ProfileDelivery>, destination = destinationOf()) =>
  klaviyo.rows(profileDelivery(delivery), destination, context);

const ok = (body: object | '', status = 200) => ({
  kind: 'response' as const,
  status,
  body: body === '' ? '' : JSON.stringify(body),
});
const answered = (
  body: object | '',
  call: KlaviyoCall,
  rows: readonly KlaviyoRow[],
  { status = 200, destination = destinationOf() } = {},
) => klaviyo.answer(ok(body, status), rows, call, destination);

const problemsOf = (change: object): string[] => klaviyo.check(destinationOf(change)).map(({ message }) => message);

describe('Klaviyo', () => {
  it('is sent the worked example of an entry byte for byte', () => {
    const attributes = { ...ADA.attributes, mobilePhone: { number: '+15035550142' }, crm: { id: 'C00042' } };
    const { requests } = previewOf(WRITTEN, [enters({ ...ADA, attributes })]);
    expect(requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: 'https://a.klaviyo.com/api/profile-bulk-import-jobs',
        headers: expect.objectContaining({ revision: '2026-07-15', 'content-type': 'application/vnd.api+json' }),
        body: IMPORT,
      }),
    ]);
  });

  it('looks up who leaves, and is sent the worked example of an exit byte for byte', () => {
    const rows = rowsOf({
      identities: [identity('email', 'bjorn.mueller+shop@gmail.com')],
      changes: [exited(EXAMPLE_SEGMENT)],
    });
    const [{ call, row } = { call: LISTED.call, row: { key: '' } }] = rows as Exclude<typeof rows, { reason: string }>;
    const request = klaviyo.request(call, [row], destinationOf());
    expect(request.method).toBe('GET');
    const url = new URL(request.url);
    expect(url.pathname).toBe('/api/profiles');
    expect(url.searchParams.get('filter')).toBe('any(email,["bjorn.mueller+shop@gmail.com"])');
    const id = '01GDDKASAP8TKDDA2GRZDSVP4H';
    const found = { data: [{ id, attributes: { email: 'Bjorn.Mueller+Shop@gmail.com' } }] };
    const answer = answered(found, call, [row]);
    expect(answer).toEqual({ kind: 'continue', rows: [{ call: { step: 'remove', list: 'VRgFBd' }, row: { id } }] });
    const removal = klaviyo.request({ step: 'remove', list: 'VRgFBd' }, [{ id }], destinationOf());
    expect(removal).toMatchObject({
      method: 'DELETE',
      url: 'https://a.klaviyo.com/api/lists/VRgFBd/relationships/profiles',
      body: REMOVAL,
    });
  });

  it('says 10,000 profiles in one request and the next in another, and a hundred in a look-up', () => {
    const limitsOf = (call: KlaviyoCall) => klaviyo.limits(destinationOf(), call);
    const sizes = (call: KlaviyoCall, count: number, row: KlaviyoRow) =>
      packed(
        Array.from({ length: count }, (_, of) => ({ call, row, of })),
        limitsOf,
      ).map(({ rows }) => rows.length);
    const profile = { attributes: { email: 'person@example.com' } };
    expect(sizes(LISTED.call, 10_001, profile)).toEqual([10_000, 1]);
    expect(sizes({ step: 'look' }, 101, { key: 'a@b.c' })).toEqual([100, 1]);
    expect(sizes({ step: 'remove', list: 'L' }, 1_001, { id: '1' })).toEqual([1_000, 1]);
    expect(sizes({ step: 'unsubscribe' }, 101, { key: 'a@b.c' })).toEqual([100, 1]);
    const large = { attributes: { email: 'a@b.c', properties: { text: 'x'.repeat(99_000) } } };
    expect(Math.max(...sizes(LISTED.call, 100, large))).toBeLessThan(51);
  });

  it('nests fields as Klaviyo has them, and rejects names that it does not have', () => {
    const fields = { 'location.city': 'city', 'location.zip': 'zip', 'properties.tier': 'tier', title: 'title' };
    const rows = rowsOf(
      {
        identities: [identity('email', 'a@b.c')],
        changes: [entered(EXAMPLE_SEGMENT)],
        attributes: { city: 'Portland', zip: '97205', tier: 'gold' },
      },
      destinationOf({ fields }),
    );
    expect(rows).toEqual([
      {
        ...LISTED,
        row: {
          attributes: {
            email: 'a@b.c',
            location: { city: 'Portland', zip: '97205' },
            properties: { tier: 'gold' },
          },
        },
      },
    ]);
    expect(problemsOf({ fields })).toEqual([]);
    expect(problemsOf({ fields: { email: 'a', tier: 'b', 'location.moon': 'c', 'properties.': 'd' } })).toHaveLength(4);
  });

  it('is sent nothing of lists that were never made', () => {
    expect(rowsOf({ changes: [exited('unheard-of')], identities: [identity('email', 'a@b.c')] })).toEqual([]);
  });

  it('finds out alone who answers to an address that a profile does not show', () => {
    const [a, b] = ['a@b.c', 'd@e.f'].map((key) => ({ key, next: { step: 'remove', list: 'L' } as const }));
    const other = { data: [{ id: '1', attributes: { email: 'first@b.c' } }] };
    expect(answered(other, { step: 'look' }, [a!, b!])).toMatchObject({ kind: 'split' });
    expect(answered(other, { step: 'look' }, [a!])).toEqual({
      kind: 'continue',
      rows: [{ call: { step: 'remove', list: 'L' }, row: { id: '1' } }],
    });
    expect(answered({ data: [] }, { step: 'look' }, [a!])).toEqual({ kind: 'continue', rows: [{ delivered: true }] });
  });

  it('takes those to be rejected whom pointers name, and halves where none does', () => {
    const rows = ['a', 'b', 'c'].map((email) => ({ attributes: { email } }));
    const error = (pointer: string) => ({ detail: 'no', source: { pointer } });
    const named = { errors: [error('/data/attributes/profiles/data/2/attributes/email'), error('/data/9/id')] };
    expect(answered(named, LISTED.call, rows, { status: 400 })).toMatchObject({ kind: 'split', bad: [2] });
    expect(answered({ errors: [error('/data')] }, LISTED.call, rows, { status: 400 })).toMatchObject({ bad: [] });
    expect(answered('', LISTED.call, rows, { status: 404 })).toMatchObject({ result: { errorClass: 'stop' } });
  });

  it('asks a job once more where it is gone or was cancelled', () => {
    const ask = (status: number, body: object) =>
      klaviyo.jobs.answer(ok(body, status), 2, 'J', destinationOf(), new Map());
    expect(ask(404, {})).toMatchObject({ result: { errorClass: 'retry' } });
    expect(ask(200, { data: { attributes: { status: 'cancelled' } } })).toMatchObject({
      result: { errorClass: 'retry' },
    });
    expect(ask(200, { data: { attributes: { status: 'queued' } } })).toMatchObject({ kind: 'running' });
    expect(ask(200, { data: { attributes: { status: 'complete' } } })).toMatchObject({ result: { delivered: true } });
  });

  it('goes on to the next page of errors at its own address, whatever address an answer names', () => {
    const job = JSON.stringify({ id: 'J', failed: 3 });
    const errors = { data: [], links: { next: 'https://evil.example.com/?page%5Bcursor%5D=abc' } };
    const answer = klaviyo.jobs.answer(ok(errors), 3, job, destinationOf(), new Map());
    expect(answer).toMatchObject({ kind: 'ask' });
    const { url } = klaviyo.jobs.request((answer as { job: string }).job, destinationOf(), context);
    expect(url).toMatch(/^https:\/\/a\.klaviyo\.com\/api\/profile-bulk-import-jobs\/J\/import-errors\?/);
    expect(new URL(url).searchParams.get('page[cursor]')).toBe('abc');
  });
});

describe("Klaviyo's subscriptions", () => {
  const path = 'consents.marketing.email.val';
  const wanted = destinationOf({ subscriptions: { subscribe: true, withdraw: 'unsubscribe' }, fields: {} });
  const person = { identities: [identity('email', 'a@b.c')], attributes: { [path]: 'y' } };
  const steps = (delivery: Partial<ProfileDelivery>, destination = wanted) => {
    const rows = rowsOf(delivery, destination);
    return (rows as { call: { step: string } }[]).map(({ call }) => call.step);
  };

  it('are said of nobody if nothing else is written', () => {
    expect(klaviyo.attributes(destinationOf({ fields: {} }))).toEqual([]);
    expect(klaviyo.attributes(wanted)).toEqual([path]);
    const byNumber = destinationOf({ identities: { phone: true }, fields: {} });
    expect([wanted, byNumber].map(klaviyo.consents)).toEqual([['marketing.email'], ['marketing.sms']]);
    expect(steps({ ...person, changes: [entered(EXAMPLE_SEGMENT)] }, destinationOf())).toEqual(['import']);
  });

  it('are asked for of those who enter and have agreed themselves', () => {
    const changes = [entered(EXAMPLE_SEGMENT)];
    expect(steps({ ...person, changes })).toEqual(['import', 'look']);
    expect(steps({ ...person, changes, attributes: { [path]: 'dy' } })).toEqual(['import']);
    expect(steps({ ...person, changes, attributes: {} })).toEqual(['import']);
  });

  it('are never given to somebody who was subscribed or unsubscribed at Klaviyo before', () => {
    const row = { key: 'a@b.c', next: { step: 'subscribe' } } as const;
    const profile = (consent?: string) => ({
      data: [
        {
          id: '1',
          attributes: { email: 'a@b.c', ...(consent && { subscriptions: { email: { marketing: { consent } } } }) },
        },
      ],
    });
    const subscribed = { kind: 'continue', rows: [{ call: { step: 'subscribe' }, row: { key: 'a@b.c' } }] };
    const nothing = { kind: 'continue', rows: [{ delivered: true }] };
    const look = (body: object) => answered(body, { step: 'look' }, [row], { destination: wanted });
    expect(look({ data: [] })).toEqual(subscribed);
    expect(look(profile('NEVER_SUBSCRIBED'))).toEqual(subscribed);
    expect(look(profile())).toEqual(subscribed);
    expect(look(profile('UNSUBSCRIBED'))).toEqual(nothing);
    expect(look(profile('SUBSCRIBED'))).toEqual(nothing);
    const { url } = klaviyo.request({ step: 'look' }, [row], wanted);
    expect(new URL(url).searchParams.get('additional-fields[profile]')).toBe('subscriptions');
  });

  it('end where somebody has withdrawn their consent, globally and by channel', () => {
    const delivery = { ...person, attributes: { [path]: 'n' }, changes: [exited(EXAMPLE_SEGMENT)] };
    expect(steps(delivery)).toEqual(['look', 'unsubscribe']);
    expect(steps({ ...delivery, attributes: { [path]: 'dn' } })).toEqual(['look']);
    const body = (step: 'subscribe' | 'unsubscribe' | 'suppress', destination = wanted) => {
      const { url, body: text } = klaviyo.request({ step }, [{ key: 'a@b.c' }], destination);
      return [new URL(url).pathname, JSON.parse(text)];
    };
    const job = (type: string, attributes: object) => [
      `/api/${type}s`,
      { data: { type, attributes: { profiles: { data: [{ type: 'profile', attributes }] } } } },
    ];
    const subscriptions = (consent: string) => ({ email: { marketing: { consent } } });
    expect(body('subscribe')).toEqual(
      job('profile-subscription-bulk-create-job', { email: 'a@b.c', subscriptions: subscriptions('SUBSCRIBED') }),
    );
    expect(body('unsubscribe')).toEqual(
      job('profile-subscription-bulk-delete-job', { email: 'a@b.c', subscriptions: subscriptions('UNSUBSCRIBED') }),
    );
    expect(body('suppress')).toEqual(job('profile-suppression-bulk-create-job', { email: 'a@b.c' }));
  });

  it('are taken at 202 without a body, and at nothing else', () => {
    const rows = [{ key: 'a@b.c' }];
    expect(answered('', { step: 'subscribe' }, rows, { status: 202 })).toEqual({
      kind: 'all',
      result: { delivered: true },
    });
    expect(answered('', { step: 'subscribe' }, rows)).toMatchObject({ result: { errorClass: 'retry' } });
  });

  it('go by address or number only', () => {
    const subscriptions = { subscribe: true };
    expect(problemsOf({ subscriptions, identities: { externalId: ['CRMID'] }, fields: {} })).toHaveLength(1);
    expect(
      problemsOf({ subscriptions: { withdraw: 'suppress' }, identities: { phone: true }, fields: {} }),
    ).toHaveLength(1);
    expect(problemsOf({ subscriptions, identities: { phone: true }, fields: {} })).toEqual([]);
    expect(problemsOf({ audiences: { other: 'L' } })).toHaveLength(1);
  });
});
