import type { HttpOutcome } from '#core/activation/error-class.ts';
import { digest } from '#core/activation/normalise/digest.ts';
import { identity } from '#tests/unit/activation/factories.ts';
import type { Conformance, FakeVendor, VendorWorld } from './conformance.ts';

interface UserData {
  readonly ActionType: string;
  readonly AudienceId: string;
  readonly CustomerListItemSubType: string;
  readonly CustomerListItems: readonly string[];
}
interface List {
  readonly id: number;
  readonly description: string;
  /** By kind of item. */
  readonly items: Readonly<Record<string, Set<string>>>;
}

const HEX = /^[0-9a-f]{64}$/;
const MAX_ITEMS = 1_000;

const say = (body: object, status = 200): HttpOutcome => ({ kind: 'response', status, body: JSON.stringify(body) });
const fault = (Code: number | string, ErrorCode: string, status: number): HttpOutcome =>
  say({ TrackingId: 't', Errors: [{ Code, ErrorCode, Message: 'no' }] }, status);

/** The Campaign Management service as far as it is documented: items that are wrong are named, the others go in. */
export function campaignManagement({ invalid }: VendorWorld): FakeVendor {
  const lists: List[] = [];

  const apply = (data: UserData): HttpOutcome => {
    const { ActionType, AudienceId, CustomerListItemSubType: kind, CustomerListItems: items } = data;
    const list = lists.find(({ id }) => String(id) === AudienceId);
    if (!list) return fault(4_500, 'AudienceIdInvalid', 400);
    const own = list.items[kind];
    if (!own || items.length > MAX_ITEMS || items.length === 0) return fault(4_501, 'CustomerListItemsInvalid', 400);
    const PartialErrors = items.flatMap((item, Index) => {
      const isBad = (kind === 'Email' && !HEX.test(item)) || (ActionType === 'Add' && invalid.has(item));
      return isBad
        ? [{ Index, Code: 4_502, ErrorCode: 'CustomerListItemInvalid', Message: item, FieldPath: item }]
        : [];
    });
    const bad = new Set(PartialErrors.map(({ Index }) => Index));
    for (const [i, item] of items.entries()) {
      if (bad.has(i)) continue;
      ActionType === 'Add' ? own.add(item) : own.delete(item);
    }
    return say({ PartialErrors });
  };

  const add = ({ Audiences: [audience] }: { readonly Audiences: readonly Record<string, string>[] }): HttpOutcome => {
    const { Name, Type, Description, MembershipDuration, Scope, ParentId } = audience!;
    const isWhole = Name && Type === 'CustomerList' && Scope === 'Account' && ParentId === '7654321';
    if (!isWhole || Number(MembershipDuration) > 390) {
      return say({ AudienceIds: [null], PartialErrors: [{ Index: 0, Code: 4_503, ErrorCode: 'AudienceInvalid' }] });
    }
    const id = 700_001 + lists.length;
    lists.push({ id, description: Description!, items: { Email: new Set(), CRM: new Set() } });
    return say({ AudienceIds: [id], PartialErrors: [] });
  };

  return {
    members: () =>
      new Set(
        lists.flatMap(({ items, description }) =>
          [...items.Email!].map((item) => `${item}|${/^Segment (\S+),/.exec(description)![1]}`),
        ),
      ),
    answer: ({ url, headers, body }) => {
      if (!/^Bearer ./.test(headers.authorization ?? '')) return fault(105, 'InvalidCredentials', 401);
      const { developertoken, customerid, customeraccountid } = headers;
      if (developertoken !== 'the developer token' || customerid !== '1234567' || customeraccountid !== '7654321') {
        return fault(106, 'UserIsNotAuthorized', 400);
      }
      const asked = JSON.parse(body);
      switch (new URL(url).pathname) {
        case '/CampaignManagement/v13/CustomerListUserData/Apply':
          return apply(asked.CustomerListUserData);
        case '/CampaignManagement/v13/Audiences':
          return add(asked);
        case '/CampaignManagement/v13/Audiences/QueryByIds':
          return say({ Audiences: lists.map(({ id, description }) => ({ Id: id, Description: description })) });
        default:
          return say({}, 404);
      }
    },
  };
}

export const conformance: Conformance = {
  destination: {
    customerId: '1234567',
    accountId: '7654321',
    crmIds: ['CRMID'],
    tokenUrl: 'https://tokens.example.com/token',
  },
  secret: {
    developerToken: 'the developer token',
    clientId: 'the client',
    clientSecret: 'the client secret',
    refreshToken: 'the refresh token',
  },
  profile: (n) => ({
    identities: [identity('Email', ` Person.${n}@Example.com`), identity('CRMID', `C-${n}`)],
  }),
  person: (n) => digest(`person.${n}@example.com`),
  vendor: campaignManagement,
  throttled: fault('CallRateExceeded', 'CallRateExceeded', 400),
  expired: fault(109, 'AuthenticationTokenExpired', 400),
};
