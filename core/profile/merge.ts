import { isObject } from '#core/util/is-object.ts';
import { type Attributes, mergeAllAttributes } from './attributes.ts';
import { consentsByChange, strictestConsents } from './consents.ts';
import type { MergePolicyDefinition } from './definition.ts';
import { type ActivityRegions, changesOf, compareChanges, type FragmentChange, latestRegions } from './fragment.ts';
import { datasetOfFragment, type Fragment, type FragmentKey } from './profile-item.ts';

/** What a fragment said at one time. */
interface Said {
  readonly key: FragmentKey;
  readonly change: FragmentChange;
  readonly consents: unknown;
}

/**
 * The merged attributes of the fragments of one profile (aep.md §4.1): field by field the strongest value. Values are
 * compared field by field too: `timestampOrdered`: the one that was set last, whatever else its record or others of its
 * dataset have set before or since; `dataSetPrecedence`: that of the first dataset in the list, of several fragments of
 * one dataset the one that was set last. Arrays are values. Of the regions a person was seen in each keeps its latest
 * capture, of consents each its strictest value; an opt-out of any fragment is an opt-out.
 */
export function mergeFragments(
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  policy: MergePolicyDefinition['attributeMerge'],
): Record<string, unknown> {
  const asserted = weakestFirst(fragments.flatMap(saidIn), policy);
  const merged: Record<string, unknown> = { ...mergeAllAttributes(asserted.map(({ change }) => change.attributes)) };
  const regions = fragments.reduce<ActivityRegions | undefined>(
    (known, [, fragment]) => latestRegions(known, fragment.regions),
    undefined,
  );
  if (regions) merged.userActivityRegions = regions;
  const consents = strictestConsents(asserted.map((one) => one.consents));
  if (consents !== undefined) merged.consents = consents;
  if (asserted.some(({ change }) => isGeneralOptOut(change.attributes.privacyOptOuts)))
    merged.privacyOptOuts = { ...asObject(merged.privacyOptOuts), general_opt_out: 'out' };
  return merged;
}

/** Whether `privacyOptOuts` says that the person is to be left out of everything (aep.md §1.5, §5.4). */
export function isGeneralOptOut(privacyOptOuts: unknown): boolean {
  if (Array.isArray(privacyOptOuts)) {
    return privacyOptOuts.some(
      (item) => asObject(item).optOutType === 'general_opt_out' && asObject(item).optOutValue === 'out',
    );
  }
  return asObject(privacyOptOuts).general_opt_out === 'out';
}

function saidIn([key, fragment]: readonly [FragmentKey, Fragment]): Said[] {
  const changes = changesOf(fragment);
  const consents = consentsByChange(changes.map(({ attributes }) => attributes.consents));
  return changes.map((change, i) => ({ key, change, consents: consents[i] }));
}

function weakestFirst(asserted: readonly Said[], policy: MergePolicyDefinition['attributeMerge']): readonly Said[] {
  const precedence = (key: FragmentKey): number => {
    if (policy.type === 'timestampOrdered') return 0;
    const place = policy.order.indexOf(datasetOfFragment(key));
    return place < 0 ? Number.NEGATIVE_INFINITY : -place;
  };
  return asserted.toSorted((x, y) => {
    const [left, right] = [precedence(x.key), precedence(y.key)];
    if (left !== right) return left < right ? -1 : 1;
    return compareChanges(x.change, y.change) || (x.key < y.key ? -1 : x.key > y.key ? 1 : 0);
  });
}

const asObject = (value: unknown): Attributes => (isObject(value) ? value : {});
