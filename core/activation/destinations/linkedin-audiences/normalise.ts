import { looksLikeDigest } from '#core/activation/normalise/digest.ts';
import {
  advertisingId,
  emailSha256,
  type IdentityForm,
  type IdentityForms,
  storedSha256,
} from '#core/activation/normalise/forms.ts';

/** Kinds of identifiers, as LinkedIn calls them. */
export const ID_TYPES = ['SHA256_EMAIL', 'GOOGLE_AID', 'APPLE_IDFA'] as const;
type IdType = (typeof ID_TYPES)[number];

const SOURCES: Readonly<Record<IdType, IdentityForm['from']>> = {
  SHA256_EMAIL: { Email: emailSha256({ innerBlanks: 'remove' }), Email_LC_SHA256: storedSha256() },
  GOOGLE_AID: { GAID: advertisingId('as-is') },
  APPLE_IDFA: { IDFA: advertisingId('as-is') },
};

/** What is made of the identities of a person: addresses hashed, advertising ids plain. */
export const identityForms = ({ identifiers }: { readonly identifiers: readonly IdType[] }): IdentityForms => ({
  take: 'all',
  forms: [...new Set(identifiers)].map((form): IdentityForm => ({ form, from: SOURCES[form] })),
});

export interface Details {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly title?: string;
  readonly company?: string;
  readonly country?: string;
}

/** Most characters of a field. */
const LENGTHS = { firstName: 35, lastName: 35, title: 50, company: Number.POSITIVE_INFINITY } as const;

/** What is said of a person in plain text; what is too long, no text or a digest is left out. */
export function detailsOf(values: Readonly<Partial<Record<keyof Details, unknown>>>): Details {
  const texts = (Object.keys(LENGTHS) as (keyof typeof LENGTHS)[]).flatMap((name) => {
    const text = textOf(values[name]);
    return text !== '' && text.length <= LENGTHS[name] ? [[name, text] as const] : [];
  });
  const country = textOf(values.country).toUpperCase();
  return { ...Object.fromEntries(texts), ...(/^[A-Z]{2}$/.test(country) && { country }) };
}

const textOf = (value: unknown): string => {
  const text = typeof value === 'string' ? value.trim() : '';
  return looksLikeDigest(text) ? '' : text;
};
