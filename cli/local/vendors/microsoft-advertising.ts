import type { MicrosoftDestination } from '#core/activation/destinations/microsoft-advertising/settings.ts';
import type { HttpOutcome } from '#core/activation/error-class.ts';
import { type CreateVendor, isSha256, respond } from '../vendor-server/vendor.ts';

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

export const secretKeys = ['developerToken'];
const MAX_ITEMS = 1_000;

const say = (body: object, status = 200): HttpOutcome => respond(status, body);
export const fault = (Code: number | string, ErrorCode: string, status: number): HttpOutcome =>
  say({ TrackingId: 't', Errors: [{ Code, ErrorCode, Message: 'no' }] }, status);

/** The Campaign Management service as far as it is documented: items that are wrong are named, the others go in. */
export const vendor: CreateVendor<MicrosoftDestination> = ({ invalid, secret, destination, takesToken }) => {
  const { customerId, accountId } = destination;
  const lists: List[] = [];

  const apply = (data: UserData): HttpOutcome => {
    const { ActionType, AudienceId, CustomerListItemSubType: kind, CustomerListItems: items } = data;
    const list = lists.find(({ id }) => String(id) === AudienceId);
    if (!list) return fault(4_500, 'AudienceIdInvalid', 400);
    const own = list.items[kind];
    if (!own || items.length > MAX_ITEMS || items.length === 0) return fault(4_501, 'CustomerListItemsInvalid', 400);
    const PartialErrors = items.flatMap((item, Index) => {
      const isBad = (kind === 'Email' && !isSha256(item)) || (ActionType === 'Add' && invalid.has(item));
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
    const isWhole = Name && Type === 'CustomerList' && Scope === 'Account' && ParentId === accountId;
    if (!isWhole || Number(MembershipDuration) > 390) {
      return say({ AudienceIds: [null], PartialErrors: [{ Index: 0, Code: 4_503, ErrorCode: 'AudienceInvalid' }] });
    }
    const id = 700_001 + lists.length;
    lists.push({ id, description: Description!, items: { Email: new Set(), CRM: new Set() } });
    return say({ AudienceIds: [id], PartialErrors: [] });
  };

  const isAsked = ({ AudienceIds }: { readonly AudienceIds: readonly string[] | null }, id: number): boolean =>
    AudienceIds === null || AudienceIds.includes(String(id));
  const shown = ({ id, description, items }: List): object => ({
    Id: id,
    Description: description,
    AudienceNetworkSize: Object.values(items).reduce((sum, own) => sum + own.size, 0),
    SearchSize: null,
  });

  return {
    members: () =>
      new Set(
        lists.flatMap(({ items, description }) =>
          Object.values(items)
            .flatMap((own) => [...own])
            .map((item) => `${item}|${/^Segment (\S+),/.exec(description)![1]}`),
        ),
      ),
    answer: ({ url, headers, body }) => {
      const { origin, pathname } = new URL(url);
      if (origin !== destination.url) return say({}, 404);
      if (!takesToken(headers.authorization)) return fault(109, 'AuthenticationTokenExpired', 400);
      const { developertoken, customerid, customeraccountid } = headers;
      if (developertoken !== secret.developerToken || customerid !== customerId || customeraccountid !== accountId) {
        return fault(106, 'UserIsNotAuthorized', 400);
      }
      const asked = JSON.parse(body);
      switch (pathname) {
        case '/CampaignManagement/v13/CustomerListUserData/Apply':
          return apply(asked.CustomerListUserData);
        case '/CampaignManagement/v13/Audiences':
          return add(asked);
        case '/CampaignManagement/v13/Audiences/QueryByIds':
          return say({ Audiences: lists.filter(({ id }) => isAsked(asked, id)).map(shown) });
        default:
          return say({}, 404);
      }
    },
  };
};
