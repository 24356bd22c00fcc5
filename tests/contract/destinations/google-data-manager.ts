import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';

interface Member {
  readonly userData?: { readonly userIdentifiers: readonly Readonly<Record<string, unknown>>[] };
}
interface Body {
  readonly destinations: readonly { readonly operatingAccount: unknown; readonly productDestinationId: string }[];
  readonly audienceMembers: readonly Member[];
  readonly consent?: unknown;
  readonly termsOfService?: { readonly customerMatchTermsOfServiceStatus: string };
  readonly encoding?: string;
}
interface UserList {
  readonly id: string;
  readonly integrationCode: string;
  readonly segment: string;
  readonly members: Set<string>;
}

const ACCOUNT = 'accountTypes/GOOGLE_ADS/accounts/1234567890';
const HEX = /^[0-9a-f]{64}$/;
const PROCESSING_MS = 150_000;

/** The Data Manager API as far as it is documented: whole requests are taken or rejected, and processed later. */
export function dataManager({ now, invalid }: VendorWorld): FakeVendor {
  const lists: UserList[] = [];
  const jobs = new Map<string, { readonly since: number; readonly bad: readonly number[]; readonly count: number }>();
  const say = (status: number, body: object): HttpOutcome => ({ kind: 'response', status, body: JSON.stringify(body) });
  const problem = (reason: string, fields: readonly string[] = [], status = 400): HttpOutcome =>
    say(status, {
      error: {
        code: status,
        status: 'INVALID_ARGUMENT',
        message: 'There was a problem with the request.',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'INVALID_ARGUMENT',
            domain: 'datamanager.googleapis.com',
          },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: fields.length > 0 ? fields.map((field) => ({ field, reason })) : [{ reason }],
          },
        ],
      },
    });

  const namedIn = ({ userData }: Member): string => String(userData?.userIdentifiers[0]?.emailAddress);
  /** Some of what the vendor never takes is seen at once, the rest when it is processed. */
  const isRejectedOnArrival = (name: string): boolean => invalid.has(name) && name < '8';

  const isMalformed = ({ userData }: Member): boolean => {
    const identifiers = userData?.userIdentifiers ?? [];
    return (
      identifiers.length === 0 ||
      identifiers.length > 10 ||
      identifiers.some((each) => Object.keys(each).length !== 1 || !isWellFormed(each))
    );
  };
  const isWellFormed = (each: Readonly<Record<string, unknown>>): boolean => {
    const { emailAddress, phoneNumber, address } = each as Record<string, Record<string, string> | string>;
    if (typeof address !== 'object') return HEX.test(String(emailAddress ?? phoneNumber));
    const { givenName = '', familyName = '', regionCode = '', postalCode = '' } = address;
    return HEX.test(givenName) && HEX.test(familyName) && /^[A-Z]{2}$/.test(regionCode) && postalCode !== '';
  };

  const members = (body: Body, isAdded: boolean): HttpOutcome => {
    const { destinations, audienceMembers, consent, termsOfService, encoding } = body;
    if (audienceMembers.length > 10_000) return problem('TOO_MANY_AUDIENCE_MEMBERS', ['audience_members']);
    if (encoding !== 'HEX') return problem('REQUIRED_FIELD_MISSING', ['encoding']);
    if (isAdded && termsOfService?.customerMatchTermsOfServiceStatus !== 'ACCEPTED') {
      return problem('TERMS_AND_CONDITIONS_NOT_SIGNED');
    }
    if (!isAdded && (consent || termsOfService)) return problem('INVALID_ARGUMENT', ['consent']);
    const list = lists.find(({ id }) => id === destinations[0]!.productDestinationId);
    if (!list || destinations.length !== 1) return problem('INVALID_USER_LIST_ID', ['destinations[0]']);
    const bad = audienceMembers.flatMap((member, i) =>
      isMalformed(member) || (isAdded && isRejectedOnArrival(namedIn(member))) ? [i] : [],
    );
    // Fields are named or not: here, where it is an odd number of members.
    if (bad.length > 0) {
      return problem(
        'INVALID_AUDIENCE_MEMBER',
        bad.length % 2 === 1 ? bad.map((i) => `audience_members[${i}].user_data`) : [],
      );
    }
    const later: number[] = [];
    for (const [i, member] of audienceMembers.entries()) {
      const name = namedIn(member);
      if (isAdded && invalid.has(name)) later.push(i);
      else if (isAdded) list.members.add(name);
      else list.members.delete(name);
    }
    const requestId = `request-${jobs.size}`;
    jobs.set(requestId, { since: now(), bad: later, count: audienceMembers.length });
    return say(200, { requestId });
  };

  const statusOf = (requestId: string): HttpOutcome => {
    const job = jobs.get(requestId);
    if (!job) return problem('INVALID_REQUEST_ID');
    if (now() - job.since < PROCESSING_MS)
      return say(200, { requestStatusPerDestination: [{ requestStatus: 'PROCESSING' }] });
    const { bad, count } = job;
    const requestStatus = bad.length === 0 ? 'SUCCESS' : bad.length === count ? 'FAILED' : 'PARTIAL_SUCCESS';
    const error = {
      reason: 'PROCESSING_ERROR_REASON_INVALID_FORMAT',
      recordCount: String(bad.length),
      recordIndices: bad,
    };
    return say(200, {
      requestStatusPerDestination: [{ requestStatus, ...(bad.length > 0 && { errorInfo: { errorCounts: [error] } }) }],
    });
  };

  const userLists = ({ method, body, url, headers }: HttpRequest): HttpOutcome => {
    if (headers['login-account'] !== 'accountTypes/GOOGLE_ADS/accounts/9876543210')
      return problem('PERMISSION_DENIED', [], 403);
    if (method === 'GET') {
      const code = /^integration_code = "(.+)"$/.exec(new URL(url).searchParams.get('filter') ?? '')?.[1];
      const found = lists.filter(({ integrationCode }) => integrationCode === code);
      return say(200, found.length > 0 ? { userLists: found.map(({ id }) => ({ id, displayName: 'a list' })) } : {});
    }
    const { displayName, integrationCode, membershipDuration, ingestedUserListInfo } = JSON.parse(body);
    if (!displayName || ingestedUserListInfo?.uploadKeyTypes?.[0] !== 'CONTACT_ID')
      return problem('REQUIRED_FIELD_MISSING');
    if (Number.parseInt(membershipDuration, 10) % 86_400 !== 0) return problem('INVALID_ARGUMENT');
    const id = String(8_123_456_789 + lists.length);
    lists.push({ id, integrationCode, segment: integrationCode.split('/')[1], members: new Set() });
    return say(200, { name: `${ACCOUNT}/userLists/${id}`, id, displayName });
  };

  return {
    members: () => new Set(lists.flatMap(({ segment, members: own }) => [...own].map((name) => `${name}|${segment}`))),
    answer: (request) => {
      const { pathname, searchParams, host } = new URL(request.url);
      if (host !== 'datamanager.googleapis.com') return say(404, {});
      if (!/^Bearer ./.test(request.headers.authorization ?? '')) return problem('UNAUTHENTICATED', [], 401);
      switch (pathname) {
        case '/v1/audienceMembers:ingest':
        case '/v1/audienceMembers:remove':
          return members(JSON.parse(request.body), pathname.endsWith('ingest'));
        case '/v1/requestStatus:retrieve':
          return statusOf(searchParams.get('requestId')!);
        case `/v1/${ACCOUNT}/userLists`:
          return userLists(request);
        default:
          return say(404, {});
      }
    },
  };
}

export const conformance: Conformance = {
  destination: {
    operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '1234567890' },
    loginAccount: { accountType: 'GOOGLE_ADS', accountId: '9876543210' },
    customerMatchTerms: 'accepted',
    address: {},
    tokenUrl: 'https://tokens.example.com/token',
  },
  secret: { clientId: 'the client', clientSecret: 'the client secret', refreshToken: 'the refresh token' },
  profile: (n) => ({
    identities: [
      identity('Email', ` Person.${n}@GMail.com`),
      identity('Phone_E.164', `+1503555${String(n).padStart(5, '0')}`),
    ],
    attributes: {
      'person.name.firstName': `Given${n}`,
      'person.name.lastName': 'Family',
      'homeAddress.countryCode': 'us',
      'homeAddress.postalCode': '97205',
    },
  }),
  person: (n) => digest(`person${n}@gmail.com`),
  vendor: dataManager,
  throttled: {
    kind: 'response',
    status: 429,
    body: '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota","details":[{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"IngestionPerMinutePerProject"}}]}}',
  },
};
