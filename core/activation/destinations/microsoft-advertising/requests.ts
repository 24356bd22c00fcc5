import { actionOf } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { credential } from '#core/activation/http/credentials.ts';
import type { MicrosoftDestination } from './settings.ts';

/** What items of a request have in common: one list, one kind. */
export interface Call {
  readonly action: 'Add' | 'Remove';
  readonly kind: string;
  readonly list: string;
}
/** One identifier. */
export type Item = string;

const TIMEOUT_MS = 20_000;

/** One item for each identifier and change. */
export const itemRows = (
  { identities, changes }: ProfileDelivery,
  _destination: MicrosoftDestination,
  { audienceId }: Pick<RequestContext, 'audienceId'>,
): CallRow<Call, Item>[] =>
  changes.flatMap((change) => {
    const list = audienceId(change.segmentId);
    // Nobody is in a list that was never made.
    if (list === undefined) return [];
    const action = actionOf(change) === 'add' ? 'Add' : 'Remove';
    return identities.map(({ namespace: kind, value }) => ({ call: { action, kind, list }, row: value }));
  });

/** Adds to, or removes from a list. */
export const itemRequest = (
  { action, kind, list }: Call,
  items: readonly Item[],
  destination: MicrosoftDestination,
  context: Pick<RequestContext, 'credentials'>,
): HttpRequest =>
  campaignRequest('CustomerListUserData/Apply', destination, context, {
    CustomerListUserData: {
      ...(destination.customerMatchTerms && { AcceptCustomerMatchTerm: true }),
      ActionType: action,
      AudienceId: list,
      CustomerListItemSubType: kind,
      CustomerListItems: items,
    },
  });

/** A request to the Campaign Management service. */
export const campaignRequest = (
  path: string,
  { url, customerId, accountId }: MicrosoftDestination,
  { credentials }: Pick<RequestContext, 'credentials'>,
  body: object,
): HttpRequest => ({
  method: 'POST',
  url: `${url}/CampaignManagement/v13/${path}`,
  headers: {
    'content-type': 'application/json',
    developertoken: credential(credentials, 'developerToken') ?? '',
    customeraccountid: accountId,
    customerid: customerId,
  },
  body: JSON.stringify(body),
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: 1_000_000,
});
