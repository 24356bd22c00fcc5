import { hash } from 'node:crypto';
import { type Identity, type IdentityKey, identityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { OmissionReason } from '#core/record/omitted-identity.ts';
import type { IdentitySettings, NamespaceDefinition, NamespaceSettings, OwnForm } from './definition.ts';
import { normalEmail } from './email.ts';
import { isSha256 } from './hashing.ts';
import { compilePattern } from './linear-pattern.ts';
import { phoneCountry, toE164 } from './phone.ts';
import { ALWAYS_BLOCKED, asBlocked, compileBlocked, isBlank, PLACEHOLDERS } from './placeholders.ts';

/** A value that is no identity; one object for each reason. */
export interface Omission {
  readonly omitted: OmissionReason;
}

/** How the values of one namespace are compared. */
export interface NormalForm {
  /** The value as it is stored and compared, however it was written; done again it changes nothing. */
  normalize(value: string): string | Omission;
  /**
   * What of a value is found in a text that holds it in another form: the value itself, but for upper and lower case and
   * what is around it; the last digits of a telephone number; or nothing.
   */
  readonly keeps: 'value' | 'last-digits' | 'nothing';
}

/** Of all namespaces of a catalog, by code. */
export type NormalForms = ReadonlyMap<string, NormalForm>;

/** What of identity settings says which values are identities. */
export type ValueSettings = Pick<IdentitySettings, 'blockedValues' | 'blockPlaceholders' | 'namespaces'>;

/**
 * Compiles how the values of each namespace are compared, and which of them name nobody (aep.md §3.1, §3.3;
 * docs/identity.md, "Normal forms"). It is the one place: whatever takes an identity from outside asks it.
 * @param namespaces by code, the standard ones included
 */
export const compileNormalForms = (
  namespaces: ReadonlyMap<string, NamespaceDefinition>,
  settings: ValueSettings = {},
): NormalForms =>
  new Map([...namespaces.values()].map((each) => [each.code, compileOne(namespaceSettingsOf(each, settings))]));

interface CompleteSettings {
  readonly normalize: NonNullable<NamespaceSettings['normalize']>;
  /** Of telephone numbers without a country code. */
  readonly country?: string;
  readonly blockedValues: readonly string[];
  readonly blockPlaceholders: boolean;
  readonly activate: 'all' | 'newest';
  readonly needsProof: boolean;
}

/** What holds for a namespace: identity settings stand over its definition, and add their blocked values. */
export function namespaceSettingsOf(
  namespace: NamespaceDefinition,
  { blockedValues, blockPlaceholders = true, namespaces = {} }: ValueSettings = {},
): CompleteSettings {
  const own = Object.hasOwn(namespaces, namespace.code) ? namespaces[namespace.code] : undefined;
  const country = own?.country ?? namespace.country;
  return {
    normalize: own?.normalize ?? namespace.normalize ?? 'none',
    ...(country !== undefined && { country }),
    blockedValues: [...(blockedValues ?? []), ...(namespace.blockedValues ?? []), ...(own?.blockedValues ?? [])],
    blockPlaceholders: own?.blockPlaceholders ?? namespace.blockPlaceholders ?? blockPlaceholders,
    activate: own?.activate ?? namespace.activate ?? 'all',
    needsProof: own?.needsProof ?? namespace.needsProof ?? false,
  };
}

type Normalize = NormalForm['normalize'];

function compileOne({ normalize, country, blockedValues, blockPlaceholders }: CompleteSettings): NormalForm {
  const form = compileForm(normalize, country);
  const blocked = new Set(blockedValues.flatMap((value) => [asBlocked(value), ...normalOf(form(value))]));
  if (normalize === 'sha256')
    for (const text of [...blocked, ...hashable(blockPlaceholders)]) blocked.add(hash('sha256', text));
  const isBlocked = compileBlocked(blocked, blockPlaceholders);
  return {
    keeps: keptBy(normalize),
    normalize(value) {
      if (isBlocked(value)) return BLOCKED;
      const normal = form(value);
      if (normal === value || typeof normal !== 'string') return normal;
      return isBlocked(normal) ? BLOCKED : normal;
    },
  };
}

function keptBy(normalize: CompleteSettings['normalize']): NormalForm['keeps'] {
  if (normalize === 'phone') return 'last-digits';
  if (typeof normalize === 'string') return 'value';
  return normalize.replace.length > 0 || normalize.unicode === 'NFKC' ? 'nothing' : 'value';
}

/** What names nobody, and may have been hashed by whoever sends it. */
const hashable = (blockPlaceholders: boolean): readonly string[] => [
  '',
  ...ALWAYS_BLOCKED,
  ...(blockPlaceholders ? [...PLACEHOLDERS, '0', '-', '--'] : []),
];

const normalOf = (normal: string | Omission): string[] => (typeof normal === 'string' ? [asBlocked(normal)] : []);

const BLOCKED: Omission = { omitted: 'blocked-value' };
const NO_EMAIL: Omission = { omitted: 'not-an-email' };
const NO_PHONE: Omission = { omitted: 'not-a-phone' };
const NOT_OF_PATTERN: Omission = { omitted: 'not-of-pattern' };

function compileForm(normalize: CompleteSettings['normalize'], country: string | undefined): Normalize {
  switch (normalize) {
    case 'email':
      return (value) => normalEmail(value) ?? NO_EMAIL;
    case 'phone':
      return compilePhone(country);
    case 'sha256':
      return (value) => {
        const hash = value.trim().toLowerCase();
        return isSha256(hash) ? hash : NOT_OF_PATTERN;
      };
    case 'none':
      return (value) => value;
    default:
      return compileOwn(normalize);
  }
}

/** Numbers that are remembered: reading one takes longer than all else that is done with an identity. */
const REMEMBERED = 10_000;

function compilePhone(code: string | undefined): Normalize {
  const country = code === undefined ? undefined : phoneCountry(code);
  const known = new Map<string, string | Omission>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const normal = toE164(value, country) ?? NO_PHONE;
    if (known.size >= REMEMBERED) known.clear();
    known.set(value, normal);
    return normal;
  };
}

function compileOwn({ trim, unicode, case: letters, replace, pattern }: OwnForm): Normalize {
  const steps: ((text: string) => string)[] = [];
  if (trim) steps.push((text) => text.trim());
  if (unicode) steps.push((text) => text.normalize(unicode));
  if (letters) steps.push((text) => (letters === 'lower' ? text.toLowerCase() : text.toUpperCase()));
  for (const { pattern: replaced, with: by } of replace) {
    const compiled = compilePattern(replaced);
    steps.push((text) => compiled.replaceAll(text, by));
  }
  const whole = pattern === undefined ? undefined : compilePattern(pattern);
  const once = (value: string): string => steps.reduce((text, step) => step(text), value);
  return (value) => {
    const normal = untilStable(once, value);
    if (normal === undefined) return NOT_OF_PATTERN;
    if (isBlank(normal)) return BLOCKED;
    return !whole || whole.matches(normal) ? normal : NOT_OF_PATTERN;
  };
}

/** What is replaced may leave something to replace; a form that is none before long is none. */
const MAX_ROUNDS = 8;

function untilStable(once: (text: string) => string, value: string): string | undefined {
  let text = value;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = once(text);
    if (next === text) return text;
    text = next;
  }
  return undefined;
}

/** The identity in normal form; as it is where its value is none, or nobody knows the namespace. */
export function normalIdentity(identity: Identity, normalForms: NormalForms): Identity {
  const value = normalForms.get(identity.namespace)?.normalize(identity.value);
  return typeof value !== 'string' || value === identity.value ? identity : { namespace: identity.namespace, value };
}

/** The same of an identity that is written as one text. */
export const normalKey = (key: IdentityKey, normalForms: NormalForms): IdentityKey =>
  identityKey(normalIdentity(parseIdentityKey(key), normalForms));
