import {
  advertisingId,
  emailSha256,
  type IdentityForm,
  type IdentityForms,
  otherForm,
  phoneSha256,
  storedSha256,
} from '#core/activation/normalise/forms.ts';

/** Kinds of identifiers, as TikTok calls them. */
export const COLUMNS = ['EMAIL_SHA256', 'PHONE_SHA256', 'AAID_SHA256', 'IDFA_SHA256'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sent {
  readonly identifiers: readonly Column[];
  readonly phonePlus: boolean;
}

/** What is made of the identities of a person: everything hashed, by the rules that both of TikTok's pages take (README.md). */
export const identityForms = ({ identifiers, phonePlus }: Sent): IdentityForms => ({
  take: 'all',
  forms: [...new Set(identifiers)].map((form): IdentityForm => ({ form, from: sources(phonePlus)[form] })),
});

const sources = (plus: boolean): Readonly<Record<Column, IdentityForm['from']>> => ({
  EMAIL_SHA256: { Email: emailSha256({ innerBlanks: 'remove' }), Email_LC_SHA256: storedSha256() },
  PHONE_SHA256: {
    'Phone_E.164': phoneSha256({ plus }),
    'Phone_SHA256_E.164': plus ? storedSha256() : otherForm('the hash is of a number with "+"'),
  },
  AAID_SHA256: { GAID: advertisingId('sha256') },
  IDFA_SHA256: { IDFA: advertisingId('sha256') },
});
