import type { ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { memberAnswer, statusAnswer } from '#core/activation/destinations/google-data-manager/answers.ts';
import { googleDataManager } from '#core/activation/destinations/google-data-manager/definition.ts';
import { addressOf } from '#core/activation/destinations/google-data-manager/normalise.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { describeOutside } from '#tests/harness/outside/describe.ts';
import { DATA_MANAGER, messageOf } from '#tests/harness/outside/discovery.ts';
import { entered, exited, identity, NOW } from './factories.ts';
import { ADA, BJORN, deliveryOf, destinationOf, requestsAbout } from './vendor-requests.ts';

const type = googleDataManager as unknown as AnyRequestType;
const written = {
  operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '1234567890' },
  loginAccount: { accountType: 'GOOGLE_ADS', accountId: '9876543210' },
  customerMatchTerms: 'accepted',
  address: {},
  audiences: { A1: '8123456789' },
};
const answered = (status: number, body: unknown): HttpOutcome => ({
  kind: 'response',
  status,
  body: JSON.stringify(body),
});
const rejected = (reason: string, ...fields: readonly string[]): HttpOutcome =>
  answered(400, {
    error: {
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: 'There was a problem with the request.',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'INVALID_ARGUMENT' },
        { fieldViolations: fields.length > 0 ? fields.map((field) => ({ field, reason })) : [{ reason }] },
      ],
    },
  });

describe('requests to the Data Manager API', () => {
  const DESTINATIONS =
    '"destinations":[{"operatingAccount":{"accountType":"GOOGLE_ADS","accountId":"1234567890"},"loginAccount":{"accountType":"GOOGLE_ADS","accountId":"9876543210"},"productDestinationId":"8123456789"}]';

  it('has the worked example of an entry, byte for byte', () => {
    const [request] = requestsAbout(type, written, [[ADA, entered('A1')]]);
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://datamanager.googleapis.com/v1/audienceMembers:ingest',
    });
    expect(request!.body).toBe(
      `{${DESTINATIONS},"audienceMembers":[{"userData":{"userIdentifiers":[` +
        '{"emailAddress":"70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8"},' +
        '{"phoneNumber":"a0bf556dcf74ad477d7b2597c35856591f6d2ad2a5f890fdc27c784a1e14d8e6"},' +
        '{"address":{"givenName":"fdee430d40bd57deeac186cd9790033d0f06f909a8806e7ce6e717ab7c7d5029","familyName":"80e4d1617020e166c955422ed60ab60fea455b557bb53429f3e0594801e996cb","regionCode":"US","postalCode":"97205"}}]}}],' +
        '"consent":{"adUserData":"CONSENT_GRANTED","adPersonalization":"CONSENT_GRANTED"},' +
        '"termsOfService":{"customerMatchTermsOfServiceStatus":"ACCEPTED"},"encoding":"HEX"}',
    );
  });

  it('has the worked example of an exit, byte for byte', () => {
    const [request] = requestsAbout(type, { ...written, address: undefined }, [[BJORN, exited('A1')]]);
    expect(request!.url).toBe('https://datamanager.googleapis.com/v1/audienceMembers:remove');
    expect(request!.body).toBe(
      `{${DESTINATIONS},"audienceMembers":[{"userData":{"userIdentifiers":[` +
        '{"emailAddress":"8fcecb94eedf5d3bebb0baaaa3ab68daeb49b99cd4a9cfda335cd99928e20752"},' +
        '{"phoneNumber":"6f3dc6122f5ec316f49aa4b42eeb5d80ef3164a916d0e175ef86da9fe5531a61"}]}}],"encoding":"HEX"}',
    );
  });

  it('says of consent what the destination says, and nothing where it says nothing', () => {
    const bodyWith = (more: object): Record<string, unknown> =>
      JSON.parse(requestsAbout(type, { ...written, ...more }, [[ADA, entered('A1')]])[0]!.body);
    const adUserDataConsent = 'unstated';
    expect(bodyWith({ adUserDataConsent }).consent).toEqual({ adPersonalization: 'CONSENT_GRANTED' });
    expect(bodyWith({ adUserDataConsent, adPersonalizationConsent: 'unstated' })).not.toHaveProperty('consent');
    const consents = (more: object) => type.consents!(destinationOf(type, { ...written, ...more }));
    expect(consents({})).toEqual(['share', 'personalize.content']);
    expect(consents({ adUserDataConsent: 'granted', adPersonalizationConsent: 'adID' })).toEqual(['adID']);
  });

  it('keeps kinds of identifiers apart, each in a list and a request of its own', () => {
    const kinds = { contact: '1', userId: '2', android: '4' };
    const requests = requestsAbout(
      type,
      { ...written, userIds: ['CRMID'], iosAppId: '123', androidAppId: 'com.example', audiences: { A1: kinds } },
      [[ADA, entered('A1')]],
    );
    const bodies = requests.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ destinations }) => destinations[0].productDestinationId)).toEqual(['1', '2', '4']);
    expect(bodies[1].audienceMembers).toEqual([{ userIdData: { userId: 'C00042' } }]);
    expect(bodies[2].audienceMembers).toEqual([
      { mobileData: { mobileIds: ['5f3b2c1d-9a8e-4c7d-b6a5-0e1f2d3c4b5a'] } },
    ]);
    expect(bodies.map((body) => 'termsOfService' in body)).toEqual([true, false, true]);
  });

  it('makes several members of somebody with more than ten identifiers', () => {
    const identities = Array.from({ length: 21 }, (_, n) => identity('Email', `p${n}@example.com`));
    const [request] = requestsAbout(type, written, [[{ identities }, entered('A1')]]);
    const sizes = JSON.parse(request!.body).audienceMembers.map(
      ({ userData }: { userData: { userIdentifiers: unknown[] } }) => userData.userIdentifiers.length,
    );
    expect(sizes).toEqual([10, 10, 1]);
  });

  it('says nothing of an exit from a list that was never made', () => {
    expect(requestsAbout(type, { ...written, audiences: {} }, [[BJORN, exited('A1')]])).toEqual([]);
  });

  it('makes a list for each kind that somebody needs, with the membership duration in whole days', () => {
    const destination = destinationOf(type, {
      ...written,
      audiences: {},
      androidAppId: 'com.example',
      membershipDays: 30,
    });
    const delivery = deliveryOf(type, destination, ADA, [entered('A1'), exited('A2')])!;
    expect(type.audiences!.needed!(delivery, destination)).toEqual([
      { segmentId: 'A1', kind: 'contact' },
      { segmentId: 'A1', kind: 'android' },
    ]);
    expect(type.audiences!.spokenOf!(delivery, destination)).toHaveLength(4);
    const context = { credentials: {}, now: NOW, segmentName: () => 'Cart abandoners', audienceId: () => undefined };
    const request = type.audiences!.create({ segmentId: 'A1', kind: 'android' }, destination, context);
    expect(request.headers['login-account']).toBe('accountTypes/GOOGLE_ADS/accounts/9876543210');
    expect(JSON.parse(request.body)).toMatchObject({
      displayName: 'Tributary: Cart abandoners (Android)',
      membershipDuration: '2592000s',
      ingestedUserListInfo: {
        uploadKeyTypes: ['MOBILE_ID'],
        mobileIdInfo: { keySpace: 'ANDROID', appId: 'com.example' },
      },
    });
  });
});

describe('credentials for the Data Manager API', () => {
  it('are of a user who has signed in, or of a service account', () => {
    const how = (more: object) => type.authentication(destinationOf(type, { ...written, ...more }));
    const scope = 'https://www.googleapis.com/auth/datamanager';
    expect(how({})).toMatchObject({
      type: 'oauth2RefreshToken',
      signIn: { scope, parameters: { access_type: 'offline' } },
    });
    expect(how({ credentials: 'serviceAccount' })).toMatchObject({ type: 'oauth2Jwt', scope });
  });
});

describe('the address identifier', () => {
  const whole = { givenName: 'givenname', familyName: 'familyname', regionCode: 'us', postalCode: 97205 };
  it('has the digests of Google’s own tests', () => {
    expect(addressOf(whole)).toEqual({
      givenName: '128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814',
      familyName: '77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574',
      regionCode: 'US',
      postalCode: '97205',
    });
  });
  it.each([
    ['Dr. Givenname', 'Familyname, Jr. PhD'],
    [' mrs.givenname ', 'FAMILYNAME III'],
  ])('cuts honorifics and suffixes: %s %s', (givenName, familyName) => {
    const { givenName: given, familyName: family } = addressOf({ ...whole, givenName, familyName })!;
    expect([given, family]).toEqual([digest('givenname'), digest('familyname')]);
  });
  it.each([
    ['a part is missing', { ...whole, postalCode: undefined }],
    ['the country is no code of two letters', { ...whole, regionCode: 'USA' }],
    ['nothing is left of a name', { ...whole, givenName: 'Dr. ' }],
    ['a name is a digest already', { ...whole, familyName: digest('familyname') }],
  ])('is left out where %s', (_, values) => {
    expect(addressOf(values)).toBeUndefined();
  });
});

describe('answers of the Data Manager API', () => {
  it.each([
    ['INVALID_SHA256_FORMAT', ['audience_members[3].user_data.user_identifiers[0].email_address'], [3]],
    ['INVALID_AUDIENCE_MEMBER', ['audienceMembers[0]', 'audienceMembers[7].userData'], [0, 7]],
    ['INVALID_POSTAL_CODE', [], []],
    ['TOO_MANY_AUDIENCE_MEMBERS', ['audience_members'], []],
  ])('takes out the members that a request was rejected for: %s', (reason, fields, bad) => {
    expect(memberAnswer(rejected(reason, ...fields))).toMatchObject({
      kind: 'split',
      bad,
      failure: { errorClass: 'drop' },
    });
  });

  it.each([
    ['INVALID_USER_LIST_ID', 400],
    ['TERMS_AND_CONDITIONS_NOT_SIGNED', 400],
    ['DESTINATION_ACCOUNT_TYPE_MISMATCH', 400],
    ['PERMISSION_DENIED', 403],
    ['NOT_FOUND', 404],
    ['A_REASON_OF_TOMORROW', 400],
  ])('stops, and drops nobody, for what concerns everybody: %s', (reason, status) => {
    const outcome = { ...rejected(reason), status } as HttpOutcome;
    const word = reason.toLowerCase().replaceAll('_', '-');
    expect(memberAnswer(outcome)).toMatchObject({ kind: 'all', result: { errorClass: 'stop', reason: word } });
  });

  it('stops where a field is wrong that is not of a member', () => {
    expect(memberAnswer(rejected('REQUIRED_FIELD_MISSING', 'destinations[0].operating_account'))).toMatchObject({
      kind: 'all',
      result: { errorClass: 'stop' },
    });
  });

  it.each([
    ['INTERNAL_ERROR', 400, 'retry'],
    ['INTERNAL_ERROR', 500, 'retry'],
    ['DEADLINE_EXCEEDED', 504, 'retry'],
    ['RESOURCE_EXHAUSTED', 429, 'wait'],
  ])('tries again later: %s with %d', (reason, status, errorClass) => {
    expect(memberAnswer({ ...rejected(reason), status } as HttpOutcome)).toMatchObject({ result: { errorClass } });
  });

  it.each([
    ['IngestionRequestsPerMinutePerProject', 60_000],
    ['IngestionRequestsPerDayPerProject', 3_600_000],
  ])('waits as long as the quota is: %s', (quota_limit, waitMs) => {
    const outcome = answered(429, {
      error: { details: [{ reason: 'RATE_LIMIT_EXCEEDED', metadata: { quota_limit } }] },
    });
    expect(memberAnswer(outcome)).toMatchObject({ result: { errorClass: 'wait', waitMs } });
  });

  it('waits as long as the answer says', () => {
    const outcome = answered(429, { error: { details: [{ retryDelay: '12.5s' }] } });
    expect(memberAnswer(outcome)).toMatchObject({ result: { waitMs: 12_500 } });
  });

  const status = (requestStatus: string, ...errorCounts: readonly object[]): HttpOutcome =>
    answered(200, { requestStatusPerDestination: [{ requestStatus, errorInfo: { errorCounts } }] });
  const reason = (word: string): string => `PROCESSING_ERROR_REASON_${word}`;

  it('drops the records that a result names, counts those it does not name, and takes the others as delivered', () => {
    const named = { reason: reason('INVALID_FORMAT'), recordCount: '2', recordIndices: [0, 2] };
    const unnamed = { reason: reason('NO_CONSENT'), recordCount: '1' };
    const answer = statusAnswer(status('PARTIAL_SUCCESS', named, unnamed), 4);
    expect(answer).toMatchObject({
      kind: 'rows',
      results: [
        { errorClass: 'drop', reason: 'invalid-format' },
        { delivered: true },
        { errorClass: 'drop', reason: 'invalid-format' },
        { delivered: true },
      ],
      reported: [
        { reason: 'invalid-format', count: 2 },
        { reason: 'no-consent', count: 1 },
      ],
    });
  });

  it('says of each record why, where all have failed', () => {
    const internal = { reason: reason('INTERNAL_ERROR'), recordCount: '1', recordIndices: [1] };
    const denied = { reason: reason('DENIED_CONSENT'), recordCount: '1', recordIndices: [0] };
    expect(statusAnswer(status('FAILED', denied, internal), 2)).toMatchObject({
      results: [
        { errorClass: 'drop', reason: 'denied-consent' },
        { errorClass: 'retry', reason: 'internal-error' },
      ],
    });
  });

  it('asks again while a request is processed, and hands in again what the vendor does not know', () => {
    expect(statusAnswer(status('PROCESSING'), 1)).toMatchObject({ kind: 'running' });
    expect(statusAnswer(status('REQUEST_STATUS_UNKNOWN'), 1)).toMatchObject({ kind: 'running' });
    for (const outcome of [rejected('INVALID_REQUEST_ID'), { ...rejected('NOT_FOUND'), status: 404 } as HttpOutcome]) {
      expect(statusAnswer(outcome, 1)).toMatchObject({ kind: 'all', result: { errorClass: 'retry' } });
    }
  });
});

describeOutside(DATA_MANAGER, 'requests to the Data Manager API, as its discovery document has them', () => {
  const messages = new Map<string, ValidateFunction>();
  beforeAll(() => {
    for (const name of ['IngestAudienceMembersRequest', 'RemoveAudienceMembersRequest', 'UserList']) {
      messages.set(name, messageOf(DATA_MANAGER, name));
    }
  });
  const breaches = (name: string, body: string): unknown => {
    const validate = messages.get(name)!;
    return validate(JSON.parse(body)) ? [] : validate.errors;
  };
  const kinds = { contact: '1', userId: '2', ios: '3', android: '4' };
  const all = {
    ...written,
    userIds: ['CRMID'],
    iosAppId: '123',
    androidAppId: 'com.example',
    audiences: { A1: kinds },
  };

  it('are those of the document: entries and exits of every kind', () => {
    const added = requestsAbout(type, all, [
      [ADA, entered('A1')],
      [BJORN, entered('A1')],
    ]);
    const removed = requestsAbout(type, all, [
      [ADA, exited('A1')],
      [BJORN, exited('A1')],
    ]);
    expect([added.length, removed.length]).toEqual([3, 3]);
    for (const { body } of added) expect(breaches('IngestAudienceMembersRequest', body)).toEqual([]);
    for (const { body } of removed) expect(breaches('RemoveAudienceMembersRequest', body)).toEqual([]);
  });

  it.each(Object.keys(kinds))('are those of the document: a list of kind %s', (kind) => {
    const destination = destinationOf(type, all);
    const context = { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined };
    const { body } = type.audiences!.create({ segmentId: 'A2', kind }, destination, context);
    expect(breaches('UserList', body)).toEqual([]);
  });

  it('would be seen to be others', () => {
    const [{ body } = { body: '' }] = requestsAbout(type, all, [[ADA, entered('A1')]]);
    expect(breaches('IngestAudienceMembersRequest', body.replace('"HEX"', '"HEXX"'))).not.toEqual([]);
    expect(breaches('IngestAudienceMembersRequest', body.replace('"emailAddress"', '"email"'))).not.toEqual([]);
  });
});
