import { compareKeys } from '#core/identity/linking-rules.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import { identityMapOf, type Profile } from '#core/profile/profiles.ts';
import { type IdentityKey, namespaceOf, parseIdentityKey } from '#core/record/identity.ts';

/** Which identities of a person destinations are told at all. */
export interface IdentityActivation {
  /** What is no identity is not told, though it may have been stored as one before its namespace had this form. */
  readonly normalForms: NormalForms;
  /** Namespaces of which a person is told with one value: the one that was asserted last. */
  readonly newestOnly: ReadonlySet<string>;
}

/**
 * The identities under which destinations may know a person, in their order (docs/identity.md, "Values that were
 * replaced"). Of those that were asserted at one instant the first of the alphabet counts, as of links.
 * @returns the same list where it is all of them
 */
export function activatedIdentities(
  { identities, assertedAt }: Pick<Profile, 'identities' | 'assertedAt'>,
  { normalForms, newestOnly }: IdentityActivation,
): readonly IdentityKey[] {
  const isNamed = (key: IdentityKey): boolean => {
    const { namespace, value } = parseIdentityKey(key);
    const normal = normalForms.get(namespace)?.normalize(value);
    return normal === undefined || typeof normal === 'string';
  };
  const named = identities.every(isNamed) ? identities : identities.filter(isNamed);
  if (newestOnly.size === 0) return named;
  const replaced = new Set(
    [...Map.groupBy(named, namespaceOf)].flatMap(([namespace, values]) =>
      newestOnly.has(namespace) && values.length > 1 ? replacedOf(values, assertedAt) : [],
    ),
  );
  return replaced.size === 0 ? named : named.filter((key) => !replaced.has(key));
}

/** All but the newest; none where it is not known which that is. */
function replacedOf(values: readonly IdentityKey[], assertedAt: Profile['assertedAt']): readonly IdentityKey[] {
  const asserted = values.map((key) => ({ key, at: assertedAt?.(key) }));
  if (asserted.some(({ at }) => at === undefined)) return [];
  return asserted
    .sort((x, y) => y.at! - x.at! || compareKeys(x.key, y.key))
    .slice(1)
    .map(({ key }) => key);
}

/** The person with these identities only, as destinations see them; itself where it is all of them. */
export function asActivated(profile: Profile, activation: IdentityActivation | undefined): Profile {
  const identities = activation ? activatedIdentities(profile, activation) : profile.identities;
  if (identities === profile.identities) return profile;
  return { ...profile, identities, view: { ...profile.view, identityMap: identityMapOf(identities) } };
}
