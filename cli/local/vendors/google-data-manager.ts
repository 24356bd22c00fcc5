import type { GoogleDestination } from '#core/activation/destinations/google-data-manager/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { DAY_S } from '#core/util/durations.ts';
import { type CreateVendor, isSha256, put, respond } from '../vendor-server/vendor.ts';

type UserIdentifier = Readonly<Record<string, unknown>>;
interface Member {
  readonly userData?: { readonly userIdentifiers: readonly UserIdentifier[] };
  readonly userIdData?: { readonly userId: string };
  readonly mobileData?: { readonly mobileIds: readonly string[] };
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

type Account = GoogleDestination['operatingAccount'];
const resourceOf = ({ accountType, accountId }: Account): string => `accountTypes/${accountType}/accounts/${accountId}`;
const MAX_MEMBERS = 10_000;
const PROCESSING_MS = 150_000;

/** The Data Manager API as far as it is documented: whole requests are taken or rejected, and processed later. */
export const vendor: CreateVendor<GoogleDestination> = (world) => {
  const { now, invalid, destination, takesToken } = world;
  const ACCOUNT = resourceOf(destination.operatingAccount);
  const lists: UserList[] = [];
  const jobs = new Map<string, { readonly since: number; readonly bad: readonly number[]; readonly count: number }>();
  const problem = (reason: string, fields: readonly string[] = [], status = 400): HttpOutcome =>
    respond(status, {
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

  /** What a member is found by. An address finds nobody else than the other identifiers do. */
  const namesIn = ({ userData, userIdData, mobileData }: Member): string[] => [
    ...(userData?.userIdentifiers ?? []).flatMap(({ emailAddress, phoneNumber }) => {
      const value = emailAddress ?? phoneNumber;
      return value === undefined ? [] : [String(value)];
    }),
    ...(userIdData ? [userIdData.userId] : []),
    ...(mobileData?.mobileIds ?? []),
  ];
  /** Some of what the vendor never takes is seen at once, the rest when it is processed. */
  const isRejectedOnArrival = (name: string): boolean => invalid.has(name) && name < '8';

  const isMalformed = ({ userData, userIdData, mobileData }: Member): boolean => {
    if (userIdData) return userIdData.userId === '';
    const identifiers = userData?.userIdentifiers ?? mobileData?.mobileIds ?? [];
    return (
      identifiers.length === 0 ||
      identifiers.length > 10 ||
      (userData?.userIdentifiers ?? []).some((each) => Object.keys(each).length !== 1 || !isWellFormed(each))
    );
  };
  const isWellFormed = (each: Readonly<Record<string, unknown>>): boolean => {
    const { emailAddress, phoneNumber, address } = each as Record<string, Record<string, string> | string>;
    if (typeof address !== 'object') return isSha256(emailAddress ?? phoneNumber);
    const { givenName = '', familyName = '', regionCode = '', postalCode = '' } = address;
    return isSha256(givenName) && isSha256(familyName) && /^[A-Z]{2}$/.test(regionCode) && postalCode !== '';
  };

  const problemOfTerms = ({ audienceMembers, consent, termsOfService, encoding }: Body, isAdded: boolean) => {
    const isContacts = audienceMembers.some(({ userData }) => userData !== undefined);
    if (isContacts && encoding !== 'HEX') return problem('REQUIRED_FIELD_MISSING', ['encoding']);
    if (isAdded && isContacts && termsOfService?.customerMatchTermsOfServiceStatus !== 'ACCEPTED') {
      return problem('TERMS_AND_CONDITIONS_NOT_SIGNED');
    }
    return !isAdded && (consent || termsOfService) ? problem('INVALID_ARGUMENT', ['consent']) : undefined;
  };
  const problemOfMembers = ({ audienceMembers }: Body, isAdded: boolean): HttpOutcome | undefined => {
    if (audienceMembers.length > MAX_MEMBERS) return problem('TOO_MANY_AUDIENCE_MEMBERS', ['audience_members']);
    const bad = audienceMembers.flatMap((member, i) =>
      isMalformed(member) || (isAdded && namesIn(member).some(isRejectedOnArrival)) ? [i] : [],
    );
    // Fields are named or not: here, where it is an odd number of members.
    const fields = bad.length % 2 === 1 ? bad.map((i) => `audience_members[${i}].user_data`) : [];
    return bad.length > 0 ? problem('INVALID_AUDIENCE_MEMBER', fields) : undefined;
  };

  const members = (body: Body, isAdded: boolean): HttpOutcome => {
    const { destinations, audienceMembers } = body;
    const list = lists.find(({ id }) => id === destinations[0]!.productDestinationId);
    if (!list || destinations.length !== 1) return problem('INVALID_USER_LIST_ID', ['destinations[0]']);
    const wrong = problemOfTerms(body, isAdded) ?? problemOfMembers(body, isAdded);
    if (wrong) return wrong;
    const isRejectedLater = (member: Member): boolean => isAdded && namesIn(member).some((name) => invalid.has(name));
    for (const member of audienceMembers) if (!isRejectedLater(member)) put(list.members, isAdded, namesIn(member));
    const later = audienceMembers.flatMap((member, i) => (isRejectedLater(member) ? [i] : []));
    const requestId = `request-${jobs.size}`;
    jobs.set(requestId, { since: now(), bad: later, count: audienceMembers.length });
    return respond(200, { requestId });
  };

  const statusOf = (requestId: string): HttpOutcome => {
    const job = jobs.get(requestId);
    if (!job) return problem('INVALID_REQUEST_ID');
    if (now() - job.since < world.lasting(PROCESSING_MS))
      return respond(200, { requestStatusPerDestination: [{ requestStatus: 'PROCESSING' }] });
    const { bad, count } = job;
    const requestStatus = bad.length === 0 ? 'SUCCESS' : bad.length === count ? 'FAILED' : 'PARTIAL_SUCCESS';
    const error = {
      reason: 'PROCESSING_ERROR_REASON_INVALID_FORMAT',
      recordCount: String(bad.length),
      recordIndices: bad,
    };
    return respond(200, {
      requestStatusPerDestination: [{ requestStatus, ...(bad.length > 0 && { errorInfo: { errorCounts: [error] } }) }],
    });
  };

  const userLists = ({ method, body, url, headers }: HttpRequest): HttpOutcome => {
    if (headers['login-account'] !== (destination.loginAccount && resourceOf(destination.loginAccount)))
      return problem('PERMISSION_DENIED', [], 403);
    if (method === 'GET') {
      const code = /^integration_code = "(.+)"$/.exec(new URL(url).searchParams.get('filter') ?? '')?.[1];
      const found = lists.filter(({ integrationCode }) => integrationCode === code);
      return respond(
        200,
        found.length > 0 ? { userLists: found.map(({ id }) => ({ id, displayName: 'a list' })) } : {},
      );
    }
    const { displayName, integrationCode, membershipDuration, ingestedUserListInfo } = JSON.parse(body);
    if (!displayName || !ingestedUserListInfo?.uploadKeyTypes?.[0]) return problem('REQUIRED_FIELD_MISSING');
    if (Number.parseInt(membershipDuration, 10) % DAY_S !== 0) return problem('INVALID_ARGUMENT');
    const id = String(8_123_456_789 + lists.length);
    lists.push({ id, integrationCode, segment: integrationCode.split('/')[1], members: new Set() });
    return respond(200, { name: `${ACCOUNT}/userLists/${id}`, id, displayName });
  };

  /** Of every network the same. */
  const sized = (id: string | undefined): HttpOutcome => {
    const list = lists.find((each) => each.id === id);
    if (!list) return problem('INVALID_USER_LIST_ID', [], 404);
    const count = String(list.members.size);
    return respond(200, { id, sizeInfo: { displayNetworkMembersCount: count, searchNetworkMembersCount: count } });
  };

  return {
    members: () => new Set(lists.flatMap(({ segment, members: own }) => [...own].map((name) => `${name}|${segment}`))),
    answer: (request) => {
      const { pathname, searchParams, origin } = new URL(request.url);
      if (origin !== destination.url) return respond(404, {});
      if (!takesToken(request.headers.authorization)) return problem('UNAUTHENTICATED', [], 401);
      switch (pathname) {
        case '/v1/audienceMembers:ingest':
        case '/v1/audienceMembers:remove':
          return members(JSON.parse(request.body), pathname.endsWith('ingest'));
        case '/v1/requestStatus:retrieve':
          return statusOf(searchParams.get('requestId')!);
        case `/v1/${ACCOUNT}/userLists`:
          return userLists(request);
        default:
          return request.method === 'GET' && pathname.startsWith(`/v1/${ACCOUNT}/userLists/`)
            ? sized(pathname.split('/').at(-1))
            : respond(404, {});
      }
    },
  };
};
