import type { MergePolicyDefinition } from '#core/catalog/definitions.ts';
import { latestRegions } from './fold.ts';
import { datasetOfFragment, type Fragment, type FragmentKey } from './profile-item.ts';

type Attributes = Record<string, unknown>;

/**
 * The merged attributes of the fragments of one profile (aep.md §4.1): field by field the value of the strongest
 * fragment that has one. `timestampOrdered`: the latest; `dataSetPrecedence`: the first dataset in the list. Arrays are
 * values. Of the regions a person was seen in each keeps its latest capture; an opt-out of any fragment is an opt-out.
 */
export function mergeFragments(
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  policy: MergePolicyDefinition['attributeMerge'],
): Attributes {
  const merged: Attributes = {};
  let regions: unknown;
  let optOuts: readonly unknown[] = [];
  for (const [, { attributes }] of weakestFirst(fragments, policy)) {
    mergeInto(merged, attributes);
    regions = latestRegions(regions as never, attributes.userActivityRegions);
    optOuts = [...optOuts, attributes.privacyOptOuts];
  }
  if (regions) merged.userActivityRegions = regions;
  if (optOuts.some(isGeneralOptOut))
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
  const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return [...fragments].sort(([keyX, x], [keyY, y]) => {
    const [left, right] = [precedence(keyX), precedence(keyY)];
    if (left !== right) return left < right ? -1 : 1;
    return x.time - y.time || compare(x.tie, y.tie) || compare(keyX, keyY);
  });
}

/** Writes the fields of `stronger` over those of `target`; objects are merged, everything else replaced. */
function mergeInto(target: Attributes, stronger: Readonly<Attributes>): void {
  for (const [name, value] of Object.entries(stronger)) {
    if (!isPlainObject(value)) {
      target[name] = value;
      continue;
    }
    const existing = target[name];
    const child: Attributes = isPlainObject(existing) ? existing : {};
    target[name] = child;
    mergeInto(child, value);
  }
}

const isPlainObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asObject = (value: unknown): Attributes => (isPlainObject(value) ? value : {});
