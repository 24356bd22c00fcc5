import { digest, looksLikeDigest } from '#core/activation/normalise/digest.ts';
import {
  advertisingId,
  emailSha256,
  fromEach,
  type IdentityForms,
  otherForm,
  phoneSha256,
  plain,
  storedSha256,
} from '#core/activation/normalise/forms.ts';

/** What is made of the identities of a person: hashed, but for the ids that Meta wants plain. */
export const identityForms = ({ externalIds }: { readonly externalIds: readonly string[] }): IdentityForms => ({
  take: 'all',
  forms: [
    { form: 'EMAIL', from: { Email: emailSha256(), Email_LC_SHA256: storedSha256() } },
    {
      form: 'PHONE',
      from: {
        'Phone_E.164': phoneSha256({ plus: false }),
        'Phone_SHA256_E.164': otherForm('the hash is of a number with "+"'),
      },
    },
    { form: 'MADID', from: { IDFA: advertisingId('lower'), GAID: advertisingId('lower') } },
    ...(externalIds.length > 0 ? [{ form: 'EXTERN_ID', from: fromEach(externalIds, plain()) }] : []),
  ],
});

/** What a profile says of a person besides their identities. */
export interface DetailValues {
  readonly firstName?: unknown;
  readonly lastName?: unknown;
  readonly city?: unknown;
  readonly state?: unknown;
  readonly postalCode?: unknown;
  readonly country?: unknown;
  readonly birthDate?: unknown;
  readonly gender?: unknown;
}

export const DETAIL_COLUMNS = ['FN', 'LN', 'CT', 'ST', 'ZIP', 'COUNTRY', 'DOBY', 'DOBM', 'DOBD', 'GEN'] as const;
export type DetailColumn = (typeof DETAIL_COLUMNS)[number];

/** The columns about a person, normalised by Meta's rules and hashed; what is not there or unusable is left out. */
export function detailColumns(values: DetailValues): Readonly<Partial<Record<DetailColumn, string>>> {
  const country = countryOf(values.country);
  const [year, month, day] = birthOf(values.birthDate);
  const columns: Record<DetailColumn, string | undefined> = {
    FN: nameOf(values.firstName),
    LN: nameOf(values.lastName),
    CT: romanOf(values.city),
    ST: stateOf(values.state, country),
    ZIP: zipOf(values.postalCode, country),
    COUNTRY: country,
    DOBY: year,
    DOBM: month,
    DOBD: day,
    GEN: genderOf(values.gender),
  };
  const made = DETAIL_COLUMNS.flatMap((column) => {
    const value = columns[column];
    return value ? [[column, digest(value)] as const] : [];
  });
  return Object.fromEntries(made);
}

/** Lower-case text; nothing of what is no text, or a digest already. */
function textOf(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return '';
  const lower = text.trim().toLowerCase();
  return looksLikeDigest(lower) ? '' : lower;
}

const NO_LETTER = /[\p{P}\p{S}]/gu;
const nameOf = (value: unknown): string => textOf(value).replace(NO_LETTER, '').trim();

/** Letters that do not come apart into a Roman one and a mark. */
const ROMAN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Letters from a to z alone. */
const romanOf = (value: unknown): string =>
  textOf(value)
    .replace(/[ßæœøłđðþı]/g, (letter) => ROMAN[letter]!)
    .normalize('NFKD')
    .replace(/[^a-z]/g, '');

const countryOf = (value: unknown): string | undefined => {
  const code = textOf(value);
  return /^[a-z]{2}$/.test(code) ? code : undefined;
};

/** Of the US the code of two letters, also where it is written as in ISO 3166-2 (`US-OR`). */
function stateOf(value: unknown, country: string | undefined): string | undefined {
  const state = textOf(value)
    .replace(/^[a-z]{2}-/, '')
    .replace(NO_LETTER, '')
    .replace(/\s/g, '');
  return country === 'us' && state.length !== 2 ? undefined : state;
}

const UK_POSTCODE = /^[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}$/;

/** Of the US the first five digits, of the UK area, district and sector. */
function zipOf(value: unknown, country: string | undefined): string | undefined {
  const zip = textOf(value).replace(/[\s-]/g, '');
  if (country === 'us') return /^\d{5}/.test(zip) ? zip.slice(0, 5) : undefined;
  return country === 'gb' && UK_POSTCODE.test(zip) ? zip.slice(0, -2) : zip;
}

const birthOf = (value: unknown): readonly (string | undefined)[] =>
  /^(\d{4})-(\d{2})-(\d{2})/.exec(textOf(value))?.slice(1, 4) ?? [];

const GENDERS: Readonly<Record<string, string>> = { f: 'f', female: 'f', m: 'm', male: 'm' };
const genderOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return Object.hasOwn(GENDERS, text) ? GENDERS[text] : undefined;
};
