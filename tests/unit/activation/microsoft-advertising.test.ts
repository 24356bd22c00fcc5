import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { campaignFailure, isExpired, itemAnswer } from '#core/activation/destinations/microsoft-advertising/answers.ts';
import { microsoftAdvertising } from '#core/activation/destinations/microsoft-advertising/definition.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { emailSha256 } from '#core/activation/normalise/forms.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { outsideData } from '#tests/harness/outside/data.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { entered, exited, identity, NOW } from './factories.ts';
import { ADA, BJORN, destinationOf, requestsAbout } from './vendor-requests.ts';

const type = microsoftAdvertising as unknown as AnyRequestType;
const written = { customerId: '1234567', accountId: '7654321', crmIds: ['CRMID'], audiences: { A1: '700001' } };
const context = { credentials: {}, now: NOW, segmentName: () => 'Cart abandoners', audienceId: () => undefined };
const key = { segmentId: 'A1', kind: '' };
const answered = (status: number, body: unknown): HttpOutcome => ({
  kind: 'response',
  status,
  body: JSON.stringify(body),
});
const fault = (Code: number | string, status = 400, more: object = {}): HttpOutcome =>
  answered(status, { TrackingId: 't', Errors: [{ Code, Message: 'ada@example.com', ...more }] });

describe('requests to Microsoft Advertising', () => {
  it('has the worked examples of an entry and an exit, byte for byte, one kind of items each', () => {
    const credentials = { developerToken: 'the developer token' };
    const [email, crm] = requestsAbout(type, written, [[ADA, entered('A1')]], { credentials });
    expect(email).toMatchObject({
      method: 'POST',
      url: 'https://campaign.api.bingads.microsoft.com/CampaignManagement/v13/CustomerListUserData/Apply',
      headers: { developertoken: 'the developer token', customerid: '1234567', customeraccountid: '7654321' },
    });
    expect(email!.body).toBe(
      '{"CustomerListUserData":{"ActionType":"Add","AudienceId":"700001","CustomerListItemSubType":"Email","CustomerListItems":["70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8"]}}',
    );
    expect(JSON.parse(crm!.body).CustomerListUserData.CustomerListItems).toEqual(['C00042']);
    const [, removed] = requestsAbout(type, written, [[BJORN, exited('A1')]]);
    expect(removed!.body).toBe(
      '{"CustomerListUserData":{"ActionType":"Remove","AudienceId":"700001","CustomerListItemSubType":"CRM","CustomerListItems":["C00077"]}}',
    );
  });

  it('has the digest of Microsoft’s page', () => {
    expect(emailSha256().make('Test@Contoso.com ')).toBe(
      'f25ad364d33972379a7a4f4df33db142205f5c40eb19cfdb2fc5aaf117e10101',
    );
  });

  it('sends phone numbers in the form that is chosen, and none unless one is', () => {
    const person = {
      identities: [identity('Phone_E.164', '+15035550142'), identity('Phone_SHA256_E.164', digest('+49301'))],
    };
    const itemsWith = (phones?: string): unknown =>
      requestsAbout(type, { ...written, phones }, [[person, entered('A1')]]).map(
        ({ body }) => JSON.parse(body).CustomerListUserData.CustomerListItems,
      );
    expect(itemsWith()).toEqual([]);
    expect(itemsWith('withPlus')).toEqual([[digest('+15035550142'), digest('+49301')]]);
    expect(itemsWith('withoutPlus')).toEqual([[digest('15035550142')]]);
  });

  it('states that the terms are accepted where the catalog does', () => {
    const [request] = requestsAbout(type, { ...written, customerMatchTerms: 'accepted' }, [[ADA, entered('A1')]]);
    expect(JSON.parse(request!.body).CustomerListUserData).toMatchObject({ AcceptCustomerMatchTerm: true });
  });

  it('says that a destination sends nothing', () => {
    const problems = (more: object) => type.check!(destinationOf(type, { ...written, ...more }));
    expect(problems({ emails: false, crmIds: [] })).toHaveLength(1);
    expect(problems({ emails: false })).toEqual([]);
  });
});

describe('answers of Microsoft Advertising', () => {
  it('name the items that failed; what an item is stands in no result', () => {
    const PartialErrors = [
      { Index: 1, Code: 4502, ErrorCode: 'CustomerListItemInvalid', Message: 'C00042 is bad', FieldPath: 'C00042' },
      null,
    ];
    const answer = itemAnswer(answered(200, { PartialErrors }), ['C00041', 'C00042', 'C00043']);
    const bad = { delivered: false, errorClass: 'drop', reason: 'code-4502', detail: 'CustomerListItemInvalid' };
    expect(answer).toEqual({ kind: 'rows', results: [{ delivered: true }, bad, { delivered: true }] });
  });

  it('that name no item, or one that was not sent, have it found out', () => {
    for (const Index of [undefined, 3, -1]) {
      const outcome = answered(200, { PartialErrors: [{ Index, Code: 4502 }] });
      expect(itemAnswer(outcome, ['a', 'b', 'c'])).toMatchObject({ kind: 'split', failure: { errorClass: 'drop' } });
    }
    const rejected = answered(400, { BatchErrors: [{ Index: 2, Code: 4502 }] });
    expect(itemAnswer(rejected, ['a', 'b', 'c'])).toMatchObject({ kind: 'split', bad: [2] });
  });

  it.each([
    [
      'stop',
      [fault(105), fault(106), fault(109, 500), fault(4_711), fault('UserIsNotAuthorized'), fault('Unheard', 400)],
    ],
    ['retry', [fault(0, 500), fault('InternalError', 200), fault(4_711, 500), answered(502, {})]],
    ['wait', [fault(117), fault(207), fault('CallRateExceeded'), answered(429, {})]],
  ])('mean %s', (errorClass, outcomes) => {
    for (const outcome of outcomes) expect(campaignFailure(outcome)).toMatchObject({ errorClass });
  });

  it('stop for terms that nobody has accepted, wherever it is said', () => {
    const terms = { Index: 0, Code: 4_999, ErrorCode: 'CustomerListTermsAndConditionsNotAccepted' };
    for (const body of [{ PartialErrors: [terms] }, { OperationErrors: [terms] }, { Errors: [{ Code: 1 }, terms] }]) {
      expect(itemAnswer(answered(200, body), ['a', 'b'])).toMatchObject({
        kind: 'all',
        result: { errorClass: 'stop' },
      });
    }
  });

  it('wait a minute for the rate, and less for others at the same time', () => {
    expect(campaignFailure(fault(117))).toMatchObject({ waitMs: 60_000 });
    expect(campaignFailure(fault(207))).toMatchObject({ waitMs: 10_000 });
  });

  it('say that a token has ended, whatever the status, by any entry', () => {
    for (const outcome of [fault(109), fault(105, 401), fault('AuthenticationTokenExpired', 500)])
      expect(isExpired(outcome)).toBe(true);
    expect(isExpired(answered(400, { Errors: [{ Code: 1 }, { Code: 109 }] }))).toBe(true);
    expect(isExpired(fault(117))).toBe(false);
    expect(isExpired(answered(200, { PartialErrors: [] }))).toBe(false);
  });

  it('never tell an address in a reason', () => {
    const shown = JSON.stringify(
      [fault('ada@example.com'), fault(1, 400, { ErrorCode: 'ada@example.com' })].map(campaignFailure),
    );
    expect(shown).not.toContain('ada');
  });
});

describe('lists at Microsoft Advertising', () => {
  const destination = destinationOf(type, { ...written, audiences: {}, membershipDays: 30 });
  it('are made with duration, scope and owner, and found by their description', () => {
    const { body } = type.audiences!.create(key, destination, context);
    const [list] = JSON.parse(body).Audiences;
    expect(list).toMatchObject({
      Name: 'Tributary: Cart abandoners',
      Type: 'CustomerList',
      MembershipDuration: 30,
      Scope: 'Account',
      ParentId: '7654321',
    });
    const Audiences = [null, { Id: 1, Description: null }, { Id: 700_002, Description: list.Description }];
    expect(type.audiences!.found!(answered(200, { Audiences }), key, destination)).toEqual({ id: '700002' });
    expect(type.audiences!.found!(answered(200, { Audiences: null }), key, destination)).toEqual({});
    const ofCustomer = destinationOf(type, { ...written, scope: 'Customer' });
    expect(JSON.parse(type.audiences!.create(key, ofCustomer, context).body).Audiences[0].ParentId).toBe('1234567');
  });
  it('that are rejected stop everything, and drop nobody', () => {
    const created = (body: object) => type.audiences!.created(answered(200, body), key, destination);
    expect(created({ AudienceIds: [700_001], PartialErrors: [] })).toEqual({ id: '700001' });
    expect(created({ AudienceIds: [null], PartialErrors: [{ Index: 0, Code: 4503 }] })).toMatchObject({
      errorClass: 'stop',
    });
    expect(created({})).toMatchObject({ errorClass: 'retry' });
  });
});

const SPEC = outsideData('data/specs/microsoft/campaignmanagement_service.v13.customerlist.wsdl.xml');

describeOutside(SPEC, 'requests to Microsoft Advertising, as its WSDL has them', () => {
  const wsdl = (): string => readFileSync(SPEC.path, 'utf8');
  const partOf = (kind: string, name: string): string =>
    wsdl().match(new RegExp(`<xs:${kind} name="${name}">[\\s\\S]*?</xs:${kind}>`))![0];
  const fieldsOf = (name: string): readonly string[] =>
    [...partOf('complexType', name).matchAll(/<xs:element[^>]*? name="(\w+)"/g)].map(([, field]) => field!);
  const valuesOf = (name: string): readonly string[] =>
    [...partOf('simpleType', name).matchAll(/<xs:enumeration value="(\w+)"/g)].map(([, value]) => value!);

  it('have its fields, and their values', () => {
    const all = { ...written, phones: 'withPlus', customerMatchTerms: 'accepted' };
    const requests = [
      ...requestsAbout(type, all, [[ADA, entered('A1')]]),
      ...requestsAbout(type, all, [[BJORN, exited('A1')]]),
    ];
    expect(requests).toHaveLength(6);
    for (const { body } of requests) {
      const { CustomerListUserData: data } = JSON.parse(body);
      expect(fieldsOf('CustomerListUserData')).toEqual(expect.arrayContaining(Object.keys(data)));
      expect(valuesOf('CustomerListActionType')).toContain(data.ActionType);
      expect(valuesOf('CustomerListItemSubType')).toContain(data.CustomerListItemSubType);
    }
    const [list] = JSON.parse(type.audiences!.create(key, destinationOf(type, written), context).body).Audiences;
    expect(fieldsOf('Audience')).toEqual(expect.arrayContaining(Object.keys(list)));
    expect(valuesOf('EntityScope')).toContain(list.Scope);
  });
});
