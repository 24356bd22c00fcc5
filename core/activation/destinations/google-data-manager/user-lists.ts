import { z } from 'zod';
import { audienceName, forEverybody } from '#core/activation/audience-settings.ts';
import type { ProfileDelivery } from '#core/activation/delivery.ts';
import type { AudienceCreation, AudienceKey } from '#core/activation/destination-type.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { bodyOf, failed } from '#core/activation/item-results.ts';
import { DAY_S } from '#core/util/durations.ts';
import { googleFailure } from './answers.ts';
import type { Kind } from './normalise.ts';
import { kindsOf } from './requests.ts';
import type { GoogleDestination } from './settings.ts';

const TIMEOUT_MS = 20_000;
const FIRST_PARTY = { dataSourceType: 'DATA_SOURCE_TYPE_FIRST_PARTY' };
/** What is written behind the names of lists, since one segment may have several. */
const SUFFIXES: Readonly<Record<Kind, string>> = {
  contact: '',
  userId: ' (user ids)',
  ios: ' (iOS)',
  android: ' (Android)',
};

const userList = z.looseObject({ id: z.string().regex(/^\d+$/), displayName: z.string().optional() });
const listAnswer = z.looseObject({ userLists: z.array(userList).optional() });

const kindOf = ({ kind }: AudienceKey): Kind => kind as Kind;

/** User lists: one for each segment and kind of identifiers, found by the code that they were made with. */
export const userLists: AudienceCreation<GoogleDestination> = {
  needed: (delivery) => keysOf(delivery, (status) => status === 'realized'),
  spokenOf: (delivery) => keysOf(delivery, () => true),
  given: ({ segmentId, kind }, { audiences }) => {
    const named = audiences[segmentId];
    if (typeof named === 'string') return kind === 'contact' ? named : undefined;
    return named?.[kind as Kind];
  },
  find: (key, destination) => {
    const query = new URLSearchParams({ filter: `integration_code = "${codeOf(key, destination)}"` });
    return { ...userListBase(destination), method: 'GET', url: `${userListsAddress(destination)}?${query}`, body: '' };
  },
  found: (outcome) => {
    const failure = googleFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = listAnswer.safeParse(bodyOf(outcome));
    if (!read.success) return failed('retry', 'malformed-answer');
    const id = read.data.userLists?.[0]?.id;
    return id === undefined ? {} : { id };
  },
  create: (key, destination, context) => ({
    ...userListBase(destination),
    method: 'POST',
    url: userListsAddress(destination),
    body: JSON.stringify({
      displayName: `${audienceName(key.segmentId, destination, context)}${SUFFIXES[kindOf(key)]}`,
      description: `Segment ${key.segmentId}, kept by Tributary`,
      membershipStatus: 'OPEN',
      integrationCode: codeOf(key, destination),
      membershipDuration: `${destination.membershipDays * DAY_S}s`,
      ingestedUserListInfo: infoOf(kindOf(key), destination),
    }),
  }),
  created: (outcome) => {
    const failure = googleFailure(outcome);
    if (failure) return forEverybody(failure);
    const read = userList.safeParse(bodyOf(outcome));
    return read.success ? { id: read.data.id } : failed('retry', 'malformed-answer');
  },
};

/** Sellers of lists know theirs by it; here it tells lists that were made for a destination. */
const codeOf = ({ segmentId, kind }: AudienceKey, { id }: GoogleDestination): string => `${id}/${segmentId}/${kind}`;

const keysOf = (delivery: ProfileDelivery, isWanted: (status: string) => boolean): AudienceKey[] => {
  const kinds = kindsOf(delivery);
  return delivery.changes
    .filter(({ status }) => isWanted(status))
    .flatMap(({ segmentId }) => kinds.map((kind) => ({ segmentId, kind })));
};

const resourceOf = ({ accountType, accountId }: GoogleDestination['operatingAccount']): string =>
  `accountTypes/${accountType}/accounts/${accountId}`;
/** Where the lists of the account are. */
export const userListsAddress = ({ url, operatingAccount }: GoogleDestination): string =>
  `${url}/v1/${resourceOf(operatingAccount)}/userLists`;

/** What all requests about lists have. */
export const userListBase = ({
  loginAccount,
  linkedAccount,
}: GoogleDestination): Pick<HttpRequest, 'headers' | 'timeoutMs'> => ({
  headers: {
    'content-type': 'application/json',
    ...(loginAccount && { 'login-account': resourceOf(loginAccount) }),
    ...(linkedAccount && { 'linked-account': resourceOf(linkedAccount) }),
  },
  timeoutMs: TIMEOUT_MS,
});

function infoOf(kind: Kind, { iosAppId, androidAppId }: GoogleDestination) {
  switch (kind) {
    case 'contact':
      return { uploadKeyTypes: ['CONTACT_ID'], contactIdInfo: FIRST_PARTY };
    case 'userId':
      return { uploadKeyTypes: ['USER_ID'], userIdInfo: FIRST_PARTY };
    case 'ios':
      return { uploadKeyTypes: ['MOBILE_ID'], mobileIdInfo: { ...FIRST_PARTY, keySpace: 'IOS', appId: iosAppId } };
    case 'android':
      return {
        uploadKeyTypes: ['MOBILE_ID'],
        mobileIdInfo: { ...FIRST_PARTY, keySpace: 'ANDROID', appId: androidAppId },
      };
  }
}
