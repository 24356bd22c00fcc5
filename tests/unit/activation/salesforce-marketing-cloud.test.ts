import { describe, expect, it } from 'vitest';
import { destinationDefinition } from '#core/activation/definition.ts';
import { salesforceMarketingCloud as type } from '#core/activation/destinations/salesforce-marketing-cloud/definition.ts';
import type { MarketingCloudDestination } from '#core/activation/destinations/salesforce-marketing-cloud/settings.ts';
import { ADA, BJORN, EXAMPLE_SEGMENT, enters, leaves } from './example-people.ts';
import { entered, exited, identity, NOW, profileDelivery } from './factories.ts';
import { previewOf } from './preview-of.ts';

const WRITTEN = {
  id: 'd',
  type: 'salesforce-marketing-cloud',
  segments: [EXAMPLE_SEGMENT],
  subdomain: 'mc563885gzs27c5t9-63k636ttgm',
  contactKey: 'CRMID',
};
const destinationOf = (change: object = {}): MarketingCloudDestination =>
  destinationDefinition.parse({ ...WRITTEN, ...change }) as MarketingCloudDestination;

const ENTRY =
  '{"items":[{"ContactKey":"C00042","SegmentId":"cart-abandoners","Status":"realized","EmailAddress":"ada.okafor@example.com","At":"2026-11-30T09:00:00Z"}]}';
const EXIT =
  '{"items":[{"ContactKey":"C00077","SegmentId":"cart-abandoners","Status":"exited","EmailAddress":"bjorn.mueller+shop@gmail.com","At":"2026-11-30T09:00:00Z"}]}';

const ok = (body: unknown, status = 200) => ({ kind: 'response' as const, status, body: JSON.stringify(body) });
const asked = (body: unknown, rows: number, job = 'J', known = new Map(), status = 200) =>
  type.jobs.answer(ok(body, status), rows, job, destinationOf(), known);
const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined };
const urlOf = (job: string) => type.jobs.request(job, destinationOf(), context).url;
const RESULTS = JSON.stringify({ id: 'J', page: 1 });
const page = (items: readonly object[], more: object = {}) => ({
  page: 1,
  pageSize: 50,
  count: items.length,
  items,
  ...more,
});

describe('Salesforce Marketing Cloud', () => {
  it('is sent the worked examples byte for byte', () => {
    const { requests } = previewOf(WRITTEN, [enters(ADA)]);
    expect(requests).toEqual([
      expect.objectContaining({
        method: 'PUT',
        url: 'https://mc563885gzs27c5t9-63k636ttgm.rest.marketingcloudapis.com/data/v1/async/dataextensions/key:TributarySegments/rows',
        body: ENTRY,
      }),
    ]);
    expect(previewOf(WRITTEN, [leaves(BJORN)]).requests.map(({ body }) => body)).toEqual([EXIT]);
  });

  it('fills columns as they are called, with mapped attributes for members, and no address where none is wanted', () => {
    const columns = { contactKey: 'Key', email: null, at: 'Since' };
    const change = { columns, fields: { FirstName: 'person.name.firstName' }, dataExtension: { key: 'A b/c' } };
    const { requests } = previewOf({ ...WRITTEN, ...change }, [enters(ADA), leaves(BJORN)]);
    expect(requests[0]!.url).toMatch(/key:A%20b%2Fc\/rows$/);
    const rest = { SegmentId: EXAMPLE_SEGMENT, Since: '2026-11-30T09:00:00Z' };
    expect(JSON.parse(requests[0]!.body).items).toEqual([
      { Key: 'C00042', Status: 'realized', FirstName: 'Ada', ...rest },
      { Key: 'C00077', Status: 'exited', ...rest },
    ]);
  });

  it('takes an address for no contact: members without a key are dropped and counted, one that was given up is no news', () => {
    const identities = [identity('email', 'a@b.c')];
    const rows = (changes: ReturnType<typeof entered>[]) =>
      type.rows(profileDelivery({ identities, changes }), destinationOf());
    expect(rows([entered('A1')])).toMatchObject({ errorClass: 'drop', reason: 'no-contact-key' });
    expect(rows([exited('A1')])).toEqual([]);
  });

  it('fetches tokens with JSON at the tenant, whose subdomain is one label and leads nowhere else', () => {
    expect(type.authentication(destinationOf({ accountId: '7281698' }))).toEqual({
      type: 'oauth2ClientCredentials',
      clientAuthentication: 'json',
      tokenUrl: 'https://mc563885gzs27c5t9-63k636ttgm.auth.marketingcloudapis.com/v2/token',
      parameters: { account_id: '7281698' },
    });
    for (const subdomain of ['evil.example.com/', 'a.b', 'a@b', 'mc1?', '-mc', 'mc#', '', 'mc1\n']) {
      expect(destinationDefinition.safeParse({ ...WRITTEN, subdomain }).success).toBe(false);
    }
  });

  it('waits for a request that nobody has picked up or that is at work, and hands in again one that is gone', () => {
    expect(asked({ requestId: 'J', resultMessages: [] }, 2)).toMatchObject({ kind: 'running' });
    for (const requestStatus of ['Pending', 'Executing']) {
      expect(asked({ status: { requestStatus }, requestId: 'J' }, 2)).toMatchObject({ kind: 'running' });
    }
    expect(asked({ requestId: 'J', resultMessages: [{}] }, 2)).toMatchObject({ result: { errorClass: 'retry' } });
    expect(asked({}, 2, 'J', new Map(), 404)).toMatchObject({ result: { errorClass: 'retry' } });
    expect(asked({}, 2)).toMatchObject({ result: { errorClass: 'retry' } });
  });

  it('reads results only where something failed', () => {
    const fine = { requestStatus: 'Complete', resultStatus: 'OK', hasErrors: false };
    expect(asked({ status: fine }, 2)).toEqual({ kind: 'all', result: { delivered: true } });
    const some = [
      { ...fine, hasErrors: true },
      { ...fine, resultStatus: 'Has Errors' },
      { ...fine, requestStatus: 'Error' },
    ];
    for (const status of some) {
      const answer = asked({ status }, 2);
      expect(answer).toEqual({ kind: 'ask', job: RESULTS });
      expect(urlOf(RESULTS)).toMatch(/\/data\/v1\/async\/J\/results\?\$page=1&\$pageSize=\d+$/);
    }
    expect(urlOf('a/../b')).toMatch(/\/async\/a%2F\.\.%2Fb\/status$/);
  });

  it('drops the rows that failed, and retries those of a deadlock', () => {
    const items = [
      { status: 'OK' },
      { status: 'Error', errorCode: 'UnexpectedError', message: 'Violation of PRIMARY KEY' },
      { status: 'Error', errorCode: 'x y', message: 'was deadlocked and chosen as the victim. Rerun the transaction.' },
      { status: 'Error' },
    ];
    expect(asked(page(items), 4, RESULTS)).toEqual({
      kind: 'rows',
      results: [
        { delivered: true },
        expect.objectContaining({
          errorClass: 'drop',
          reason: 'row-unexpectederror',
          detail: 'Violation of PRIMARY KEY',
        }),
        expect.objectContaining({ errorClass: 'retry', reason: 'row-deadlock' }),
        expect.objectContaining({ errorClass: 'drop', reason: 'row-failed' }),
      ],
    });
  });

  it('reads page after page, by as many results as a page has', () => {
    const items = [{ status: 'OK' }, { status: 'Error' }];
    const first = asked(page(items, { pageSize: 2, count: 3 }), 3, RESULTS);
    expect(first).toMatchObject({ kind: 'ask', job: JSON.stringify({ id: 'J', page: 2 }) });
    const known = new Map(first.kind === 'ask' ? first.known : []);
    const second = asked(page([{ status: 'OK' }], { page: 2, pageSize: 2, count: 3 }), 3, 'J', known);
    expect(second).toMatchObject({ result: { errorClass: 'retry' } });
    const last = asked(
      page([{ status: 'OK' }], { page: 2, pageSize: 2, count: 3 }),
      3,
      JSON.stringify({ id: 'J', page: 2 }),
      known,
    );
    expect(last).toMatchObject({
      kind: 'rows',
      results: [{ delivered: true }, { errorClass: 'drop' }, { delivered: true }],
    });
  });

  it('takes nobody for delivered where results are missing, and nobody for bad where they are of others', () => {
    expect(asked(page([{ status: 'OK' }], { count: 2 }), 2, RESULTS)).toMatchObject({
      results: [{ delivered: true }, { errorClass: 'retry' }],
    });
    expect(asked(page([{ status: 'Error' }]), 2, RESULTS)).toMatchObject({ kind: 'split' });
    expect(asked(page([]), 2, RESULTS)).toMatchObject({ kind: 'all', result: { errorClass: 'retry' } });
  });

  it('rejects two values for one column', () => {
    const problems = (change: object) => type.check(destinationOf(change)).length;
    expect(problems({})).toBe(0);
    expect(problems({ columns: { status: 'segmentid' } })).toBe(1);
    expect(problems({ fields: { emailaddress: 'a' } })).toBe(1);
    expect(problems({ columns: { email: null }, fields: { EmailAddress: 'a' } })).toBe(0);
  });

  it('is sent by the id of the data extension where that is written', () => {
    const dataExtension = { id: '8c46d3dc-7b3a-4c5a-9a3e-2f6f0a3d1b11' };
    const rows = type.rows(profileDelivery({ identities: [identity('contactKey', 'C')] }), destinationOf());
    expect(rows).toHaveLength(1);
    const { url } = type.request(null, [{}], destinationOf({ dataExtension }));
    expect(url).toMatch(/\/dataextensions\/8c46d3dc-7b3a-4c5a-9a3e-2f6f0a3d1b11\/rows$/);
    expect(type.answer(ok({ requestId: 'R' }, 202))).toMatchObject({ kind: 'job', job: 'R' });
    expect(type.answer(ok({ resultMessages: [] }, 202))).toMatchObject({ result: { errorClass: 'retry' } });
  });
});
