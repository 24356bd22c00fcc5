import type { IdentityKey } from '#core/record/identity.ts';
import { isObject } from '#core/util/is-object.ts';
import { sameValue } from '#core/util/same-value.ts';
import { valueAtKeys } from '#core/util/value-at-keys.ts';
import type { MergePolicyDefinition } from './definition.ts';
import { mergeFragments, strongestFirst } from './merge.ts';
import { datasetOfFragment, type Fragment, type FragmentKey, identityOfFragment } from './profile-item.ts';

/** Where a value of a profile comes from. */
export interface AttributeSource {
  /** Keys that lead to it; a list is one value. */
  readonly keys: readonly string[];
  readonly value: unknown;
  readonly datasetId: string;
  /** The primary identity of its record. */
  readonly identity: IdentityKey;
  /** Epoch ms: the time of the record that set it. */
  readonly time: number;
}

/**
 * Of each value of a merged profile, which dataset said it, and when: the strongest record under the merge policy that says what the
 * profile has (aep.md §4.1). What no record says by itself, as an opt-out that follows from others, has no source and is omitted.
 */
export function provenanceOf(
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  policy: Pick<MergePolicyDefinition, 'attributeMerge' | 'consentMerge'>,
): AttributeSource[] {
  const asserted = strongestFirst(fragments, policy.attributeMerge);
  const regions = fragments.map(([key, { regions: captured = {}, time }]) => ({
    key,
    change: { time, attributes: { userActivityRegions: captured } },
  }));
  return leavesOf(mergeFragments(fragments, policy), []).flatMap(({ keys, value }) => {
    const statements = keys[0] === 'userActivityRegions' ? regions : asserted;
    const source = statements.find(({ change }) => sameValue(valueAtKeys(change.attributes, keys), value));
    if (!source) return [];
    const { key, change } = source;
    return [{ keys, value, datasetId: datasetOfFragment(key), identity: identityOfFragment(key), time: change.time }];
  });
}

function leavesOf(
  value: unknown,
  keys: readonly string[],
): { readonly keys: readonly string[]; readonly value: unknown }[] {
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...keys, key]));
  return keys.length > 0 ? [{ keys, value }] : [];
}
