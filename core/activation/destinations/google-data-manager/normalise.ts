import { digest, looksLikeDigest } from '#core/activation/normalise/digest.ts';
import { GMAIL_AND_GOOGLEMAIL } from '#core/activation/normalise/email.ts';
import {
  advertisingId,
  emailSha256,
  fromEach,
  type IdentityForms,
  phoneSha256,
  plain,
  storedSha256,
} from '#core/activation/normalise/forms.ts';

/** Kinds of user lists: one holds identifiers of one kind. */
export const KINDS = ['contact', 'userId', 'ios', 'android'] as const;
export type Kind = (typeof KINDS)[number];

/** The kind of user list that a form of identifier belongs into. */
export const KIND_OF: Readonly<Record<string, Kind>> = {
  emailAddress: 'contact',
  phoneNumber: 'contact',
  userId: 'userId',
  idfa: 'ios',
  gaid: 'android',
};

export interface Sent {
  readonly contacts: boolean;
  readonly userIds: readonly string[];
  readonly iosAppId?: string | undefined;
  readonly androidAppId?: string | undefined;
}

/** What is made of the identities of a person, as Google's own libraries make it (README.md). */
export const identityForms = ({ contacts, userIds, iosAppId, androidAppId }: Sent): IdentityForms => ({
  take: 'all',
  forms: [
    ...(contacts
      ? [
          {
            form: 'emailAddress',
            from: { Email: emailSha256({ sameMailbox: GMAIL_AND_GOOGLEMAIL }), Email_LC_SHA256: storedSha256() },
          },
          {
            form: 'phoneNumber',
            from: { 'Phone_E.164': phoneSha256({ plus: true }), 'Phone_SHA256_E.164': storedSha256() },
          },
        ]
      : []),
    ...(userIds.length > 0 ? [{ form: 'userId', from: fromEach(userIds, plain()) }] : []),
    ...(iosAppId === undefined ? [] : [{ form: 'idfa', from: { IDFA: advertisingId('as-is') } }]),
    ...(androidAppId === undefined ? [] : [{ form: 'gaid', from: { GAID: advertisingId('as-is') } }]),
  ],
});

const HONORIFIC = /^(?:mr|mrs|ms|dr)\.\s*/;
const SUFFIXES = new Set('jr sr 2nd 3rd ii iii iv v vi cpa dc dds vm jd md phd'.split(' '));

const cutSuffixes = (name: string): string => {
  const words = name.split(/[,\s]+/);
  const last = words.findLastIndex((word) => !SUFFIXES.has(word.replace(/\.$/, '')));
  return last === words.length - 1 ? name : words.slice(0, Math.max(last, 0) + 1).join(' ');
};

export interface Address {
  readonly givenName: string;
  readonly familyName: string;
  readonly regionCode: string;
  readonly postalCode: string;
}

/**
 * The address identifier of a person: names hashed, country and postal code plain.
 * @param values as a profile has them
 * @returns undefined unless all four are there and usable; a value that looks like a digest is none
 */
export function addressOf(values: Readonly<Record<keyof Address, unknown>>): Address | undefined {
  const givenName = textOf(values.givenName).toLowerCase().replace(HONORIFIC, '').trim();
  const familyName = cutSuffixes(textOf(values.familyName).toLowerCase());
  const regionCode = textOf(values.regionCode).toUpperCase();
  const postalCode = textOf(values.postalCode);
  const names = [givenName, familyName];
  if (names.some((name) => name === '' || looksLikeDigest(name))) return undefined;
  if (!/^[A-Z]{2}$/.test(regionCode) || postalCode === '') return undefined;
  return { givenName: digest(givenName), familyName: digest(familyName), regionCode, postalCode };
}

const textOf = (value: unknown): string => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.trim() : '';
};
