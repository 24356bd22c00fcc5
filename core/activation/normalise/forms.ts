import { hashIdentity } from '#core/identity/hashing.ts';
import type { Identity } from '#core/record/identity.ts';
import { type DigestText, digest, givenSha256 } from './digest.ts';
import { type EmailRules, normalEmail } from './email.ts';
import { normalPhone } from './phone.ts';

/** How a value of a namespace becomes what the vendor wants. */
export interface Maker {
  /** In a few words, for the docs and `destination describe`. */
  readonly how: string;
  /** @returns the vendor's value, or why there is none: a word for metrics */
  make(value: string): string | { readonly unusable: string };
  /** Whether nothing can be made of any value. */
  readonly isNeverUsed?: true;
}

/** One kind of identifier that a vendor takes, and of which namespaces it is made. */
export interface IdentityForm {
  /** The vendor's name for it, e.g. `EMAIL_SHA256`; it takes the place of a namespace in deliveries. Has no colon. */
  readonly form: string;
  /** Namespace → how. */
  readonly from: Readonly<Record<string, Maker>>;
}

export interface IdentityForms {
  readonly forms: readonly IdentityForm[];
  /** All identifiers of a person, or those of the first form that it has any of. */
  readonly take: 'all' | 'first';
}

/** What is made of the identities of a person. */
export interface MadeIdentities {
  /** In the vendor's forms, each once: `namespace` is the form. */
  readonly identities: readonly Identity[];
  /** Why identities of accepted namespaces could not be used, each reason once. */
  readonly unusable: readonly string[];
}

/**
 * The identifiers of a person as a vendor wants them, made of the raw values. A stored hash is used unless it is that of
 * a raw value that is there too: the vendor's own form of that is better (docs/destinations/adding.md, "Identities").
 */
export function makeIdentities({ forms, take }: IdentityForms, identities: readonly Identity[]): MadeIdentities {
  const hashedElsewhere = new Set(
    identities.flatMap((identity) => {
      const hashed = hashIdentity(identity);
      return hashed && hashed.namespace !== identity.namespace ? [keyOf(hashed)] : [];
    }),
  );
  const raw = identities.filter((identity) => !hashedElsewhere.has(keyOf(identity)));
  const made = new Map<string, Identity>();
  const unusable = new Set<string>();
  for (const { form, from } of forms) {
    for (const { namespace, value } of raw) {
      const maker = Object.hasOwn(from, namespace) ? from[namespace] : undefined;
      const result = maker?.make(value);
      if (result === undefined) continue;
      if (typeof result !== 'string') unusable.add(result.unusable);
      else made.set(`${form}:${result}`, { namespace: form, value: result });
    }
    if (take === 'first' && made.size > 0) break;
  }
  return { identities: [...made.values()], unusable: [...unusable] };
}

const keyOf = ({ namespace, value }: Identity): string => `${namespace}:${value.trim().toLowerCase()}`;

/** Namespaces out of which something is made. */
export const namespacesOf = ({ forms }: IdentityForms): readonly string[] => [
  ...new Set(forms.flatMap(({ from }) => Object.keys(from))),
];

/** Whether identities are made by a vendor's rules. */
export const isForms = (accepted: 'all' | 'one' | readonly string[] | IdentityForms): accepted is IdentityForms =>
  typeof accepted === 'object' && 'forms' in accepted;

const NOT_AN_ADDRESS = { unusable: 'notAnEmailAddress' };
const NOT_A_NUMBER = { unusable: 'notAPhoneNumber' };
const NOT_A_HASH = { unusable: 'notAHash' };
const EMPTY = { unusable: 'emptyIdentity' };

/** An e-mail address, plain. */
export const emailAddress = (rules: EmailRules = {}): Maker => ({
  how: `trimmed, lower-case${rulesText(rules)}`,
  make: (value) => normalEmail(value, rules) ?? NOT_AN_ADDRESS,
});

/** The SHA-256 digest of an e-mail address. */
export const emailSha256 = (rules: EmailRules = {}, as: DigestText = 'hex'): Maker => ({
  how: `trimmed, lower-case${rulesText(rules)}, SHA-256 ${as}`,
  make: (value) => {
    const normal = normalEmail(value, rules);
    return normal === undefined ? NOT_AN_ADDRESS : digest(normal, 'sha256', as);
  },
});

/** A phone number, plain. */
export const phoneNumber = (form: { readonly plus: boolean }): Maker => ({
  how: `digits with country code, ${form.plus ? 'with' : 'without'} "+"`,
  make: (value) => normalPhone(value, form) ?? NOT_A_NUMBER,
});

/** The SHA-256 digest of a phone number. */
export const phoneSha256 = (form: { readonly plus: boolean }, as: DigestText = 'hex'): Maker => ({
  how: `digits with country code, ${form.plus ? 'with' : 'without'} "+", SHA-256 ${as}`,
  make: (value) => {
    const normal = normalPhone(value, form);
    return normal === undefined ? NOT_A_NUMBER : digest(normal, 'sha256', as);
  },
});

/** A digest that was stored as one, where its form fits the vendor's. Never hashed again. */
export const storedSha256 = (as: DigestText = 'hex'): Maker => ({
  how: `as stored, SHA-256 ${as}`,
  make: (value) => givenSha256(value, as) ?? NOT_A_HASH,
});

/** A namespace that holds digests of another form than the vendor's: they would match nobody. */
export const otherForm = (how: string): Maker => ({
  how: `not used: ${how}`,
  make: () => ({ unusable: 'hashOfAnotherForm' }),
  isNeverUsed: true,
});

/** The value as it is, without blanks around it. */
export const plain = (change: 'as-is' | 'lower' = 'as-is'): Maker => ({
  how: change === 'lower' ? 'lower-case' : 'as it is',
  make: (value) => {
    const trimmed = change === 'lower' ? value.trim().toLowerCase() : value.trim();
    return trimmed === '' ? EMPTY : trimmed;
  },
});

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ZEROS = /^[0-]+$/;

/** An advertising id (IDFA, GAID), or its SHA-256 digest. One of zeros alone is everybody's who has turned tracking off. */
export const advertisingId = (as: 'as-is' | 'lower' | 'sha256'): Maker => ({
  how: `a UUID, not of zeros alone${{ 'as-is': '', lower: ', lower-case', sha256: ', lower-case, SHA-256 hex' }[as]}`,
  make: (value) => {
    const id = value.trim();
    if (!UUID.test(id) || ZEROS.test(id)) return { unusable: 'notAnAdvertisingId' };
    if (as === 'as-is') return id;
    return as === 'lower' ? id.toLowerCase() : digest(id.toLowerCase());
  },
});

/** The SHA-256 digest of the value, trimmed and in lower case. */
export const plainSha256 = (as: DigestText = 'hex'): Maker => ({
  how: `trimmed, lower-case, SHA-256 ${as}`,
  make: (value) => {
    const trimmed = value.trim().toLowerCase();
    return trimmed === '' ? EMPTY : digest(trimmed, 'sha256', as);
  },
});

/** The same maker for each of some namespaces, as a catalog names them. */
export const fromEach = (namespaces: readonly string[], maker: Maker): Readonly<Record<string, Maker>> =>
  Object.fromEntries(namespaces.map((namespace) => [namespace, maker]));

function rulesText({ innerBlanks, sameMailbox = [] }: EmailRules): string {
  const blanks = innerBlanks === 'remove' ? ', blanks removed' : '';
  return sameMailbox.length > 0 ? `${blanks}, ${sameMailbox.join(' and ')} without dots and tag` : blanks;
}
