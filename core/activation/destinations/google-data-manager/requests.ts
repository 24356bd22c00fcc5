import { actionOf } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { CallRow, RequestContext } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import type { Identity } from '#core/record/identity.ts';
import { type Address, addressOf, KIND_OF, KINDS, type Kind } from './normalise.ts';
import type { GoogleDestination } from './settings.ts';

/** What the members of a request have in common: one list, and one kind of identifiers, as the API demands. */
export interface Call {
  readonly action: 'add' | 'remove';
  readonly kind: Kind;
  readonly list: string;
}

type UserIdentifier =
  | { readonly emailAddress: string }
  | { readonly phoneNumber: string }
  | { readonly address: Address };

/** An audience member of the API. */
export type Member =
  | { readonly userData: { readonly userIdentifiers: readonly UserIdentifier[] } }
  | { readonly userIdData: { readonly userId: string } }
  | { readonly mobileData: { readonly mobileIds: readonly string[] } };

const TIMEOUT_MS = 20_000;
const MAX_STATUS_BYTES = 1_000_000;
/** Most identifiers of one member; who has more is sent as several. */
const MAX_IDENTIFIERS = 10;

/** One person as members of lists: one for each change and kind of identifiers, more where there are many identifiers. */
export function memberRows(
  delivery: ProfileDelivery,
  destination: GoogleDestination,
  { audienceId }: RequestContext,
): CallRow<Call, Member>[] {
  const members = new Map(KINDS.map((kind) => [kind, membersOf(kind, delivery, destination)]));
  return delivery.changes.flatMap((change) =>
    [...members].flatMap(([kind, rows]) => {
      const list = audienceId(change.segmentId, kind);
      // Nobody is in a list that was never made.
      if (list === undefined) return [];
      return rows.map((row) => ({ call: { action: actionOf(change), kind, list }, row }));
    }),
  );
}

/** Kinds of lists that a delivery is about. */
export const kindsOf = ({ identities }: ProfileDelivery): Kind[] =>
  KINDS.filter((kind) => identities.some(({ namespace }) => KIND_OF[namespace] === kind));

function membersOf(kind: Kind, delivery: ProfileDelivery, destination: GoogleDestination): Member[] {
  const own = delivery.identities.filter(({ namespace }) => KIND_OF[namespace] === kind);
  if (own.length === 0) return [];
  if (kind === 'userId') return own.map(({ value }) => ({ userIdData: { userId: value } }));
  if (kind !== 'contact') {
    return chunks(own.map(({ value }) => value)).map((mobileIds) => ({ mobileData: { mobileIds } }));
  }
  const address = addressIn(delivery, destination);
  const identifiers = [...own.map(contactIdentifier), ...(address ? [{ address }] : [])];
  return chunks(identifiers).map((userIdentifiers) => ({ userData: { userIdentifiers } }));
}

const contactIdentifier = ({ namespace, value }: Identity): UserIdentifier =>
  namespace === 'emailAddress' ? { emailAddress: value } : { phoneNumber: value };

function addressIn({ attributes }: ProfileDelivery, { address: paths }: GoogleDestination): Address | undefined {
  if (!paths) return undefined;
  const { givenName, familyName, regionCode, postalCode } = paths;
  return addressOf({
    givenName: attributes[givenName],
    familyName: attributes[familyName],
    regionCode: attributes[regionCode],
    postalCode: attributes[postalCode],
  });
}

const chunks = <T>(items: readonly T[]): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / MAX_IDENTIFIERS) }, (_, i) =>
    items.slice(i * MAX_IDENTIFIERS, (i + 1) * MAX_IDENTIFIERS),
  );

/** Adds to, or removes from one list. A removal says nothing of consent and terms. */
export function memberRequest(call: Call, members: readonly Member[], destination: GoogleDestination): HttpRequest {
  const { operatingAccount, loginAccount, linkedAccount } = destination;
  const isAdded = call.action === 'add';
  const consent = consentOf(destination);
  const body = {
    destinations: [
      {
        operatingAccount,
        ...(loginAccount && { loginAccount }),
        ...(linkedAccount && { linkedAccount }),
        productDestinationId: call.list,
      },
    ],
    audienceMembers: members,
    ...(isAdded && consent && { consent }),
    ...(isAdded && call.kind !== 'userId' && { termsOfService: { customerMatchTermsOfServiceStatus: 'ACCEPTED' } }),
    ...(call.kind === 'contact' && { encoding: 'HEX' }),
  };
  return {
    method: 'POST',
    url: `${destination.url}/v1/audienceMembers:${isAdded ? 'ingest' : 'remove'}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
  };
}

/** Whoever is sent has given the consents that the destination names: the others are excluded before. */
function consentOf({ adUserDataConsent, adPersonalizationConsent }: GoogleDestination) {
  const consent = {
    ...(adUserDataConsent !== 'unstated' && { adUserData: 'CONSENT_GRANTED' }),
    ...(adPersonalizationConsent !== 'unstated' && { adPersonalization: 'CONSENT_GRANTED' }),
  };
  return Object.keys(consent).length > 0 ? consent : undefined;
}

/** Asks what became of a request. @param job its `requestId` */
export const statusRequest = (job: string, { url }: GoogleDestination): HttpRequest => ({
  method: 'GET',
  url: `${url}/v1/requestStatus:retrieve?requestId=${encodeURIComponent(job)}`,
  headers: { accept: 'application/json' },
  body: '',
  timeoutMs: TIMEOUT_MS,
  maxAnswerBytes: MAX_STATUS_BYTES,
});
