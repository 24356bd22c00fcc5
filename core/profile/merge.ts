import { strictestConsents } from './consents.ts';
import type { MergePolicyDefinition } from './definition.ts';
import {
  type ActivityRegions,
  type Attributes,
  attributesOf,
  compareChanges,
  isPlainObject,
  lastChange,
  latestRegions,
  mergeAttributes,
} from './fragment.ts';
import { datasetOfFragment, type Fragment, type FragmentKey } from './profile-item.ts';

/**
 * The merged attributes of the fragments of one profile (aep.md §4.1): field by field the value of the strongest
 * fragment that has one. `timestampOrdered`: the latest; `dataSetPrecedence`: the first dataset in the list. Arrays are
 * values. Of the regions a person was seen in each keeps its latest capture, of consents each its strictest value; an
 * opt-out of any fragment is an opt-out.
 */
export function mergeFragments(
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  policy: MergePolicyDefinition['attributeMerge'],
): Record<string, unknown> {
  const asserted: Attributes[] = weakestFirst(fragments, policy).map(([, fragment]) => attributesOf(fragment) ?? {});
  const merged: Record<string, unknown> = { ...asserted.reduce(mergeAttributes, {}) };
  const regions = asserted.reduce<ActivityRegions | undefined>(
    (known, attributes) => latestRegions(known, attributes.userActivityRegions as ActivityRegions | undefined),
    undefined,
  );
  if (regions) merged.userActivityRegions = regions;
  const consents = strictestConsents(asserted.map((attributes) => attributes.consents));
  if (consents !== undefined) merged.consents = consents;
  if (asserted.some(({ privacyOptOuts }) => isGeneralOptOut(privacyOptOuts)))
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

function weakestFirst(
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  policy: MergePolicyDefinition['attributeMerge'],
): (readonly [FragmentKey, Fragment])[] {
  const precedence = (key: FragmentKey): number => {
    if (policy.type === 'timestampOrdered') return 0;
    const place = policy.order.indexOf(datasetOfFragment(key));
    return place < 0 ? Number.NEGATIVE_INFINITY : -place;
  };
  return [...fragments].sort(([keyX, x], [keyY, y]) => {
    const [left, right] = [precedence(keyX), precedence(keyY)];
    if (left !== right) return left < right ? -1 : 1;
    return compareChanges(lastChange(x), lastChange(y)) || (keyX < keyY ? -1 : keyX > keyY ? 1 : 0);
  });
}

const asObject = (value: unknown): Attributes => (isPlainObject(value) ? value : {});
