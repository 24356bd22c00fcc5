import { isObject } from '#core/util/is-object.ts';
import { type Attributes, mergeAllAttributes } from './attributes.ts';
import { compareRanked, consentsByChange, orderedConsents, strictestConsents } from './consents.ts';
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
 * capture; of consents each its strictest value, and an opt-out of any fragment is an opt-out, unless the policy has
 * another order of consents (`consentMerge`).
 */
export function mergeFragments(
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  { attributeMerge, consentMerge = STRICTEST }: Pick<MergePolicyDefinition, 'attributeMerge' | 'consentMerge'>,
): Record<string, unknown> {
  const asserted = weakestFirst(fragments.flatMap(saidIn), attributeMerge);
  const merged: Record<string, unknown> = { ...mergeAllAttributes(asserted.map(({ change }) => change.attributes)) };
  const regions = fragments.reduce<ActivityRegions | undefined>(
    (known, [, fragment]) => latestRegions(known, fragment.regions),
    undefined,
  );
  if (regions) merged.userActivityRegions = regions;
  const consents = consentsOf(asserted, consentMerge);
  if (consents !== undefined) merged.consents = consents;
  const optOut = generalOptOut(asserted, consentMerge);
  if (optOut !== undefined) merged.privacyOptOuts = { ...asObject(merged.privacyOptOuts), general_opt_out: optOut };
  return merged;
}

type ConsentMerge = NonNullable<MergePolicyDefinition['consentMerge']>;
const STRICTEST: ConsentMerge = { type: 'strictest' };

function consentsOf(asserted: readonly Said[], merge: ConsentMerge): unknown {
  if (merge.type === 'strictest') return strictestConsents(asserted.map((one) => one.consents));
  const statements = asserted.flatMap((one) =>
    one.consents === undefined ? [] : { node: one.consents, time: one.change.time, rank: rankOf(one.key, merge) },
  );
  return orderedConsents(statements);
}

/** What is said of the opt-out of everything, where it is another than the attributes say by themselves. */
function generalOptOut(asserted: readonly Said[], merge: ConsentMerge): 'in' | 'out' | undefined {
  const said = asserted.flatMap(({ key, change }) => {
    const isOut = isGeneralOptOut(change.attributes.privacyOptOuts);
    if (!isOut && !isGeneralOptIn(change.attributes.privacyOptOuts)) return [];
    return { isOut, time: change.time, rank: rankOf(key, merge) };
  });
  if (merge.type === 'strictest') return said.some(({ isOut }) => isOut) ? 'out' : undefined;
  const [last] = said.toSorted((x, y) => compareRanked(y, x) || Number(y.isOut) - Number(x.isOut));
  return last && (last.isOut ? 'out' : 'in');
}

/** The larger the stronger; a dataset that is not listed is weaker than those that are. */
function rankOf(key: FragmentKey, merge: ConsentMerge | MergePolicyDefinition['attributeMerge']): number {
  if (merge.type !== 'dataSetPrecedence') return 0;
  const place = merge.order.indexOf(datasetOfFragment(key));
  return place < 0 ? Number.NEGATIVE_INFINITY : -place;
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

/** Whether `privacyOptOuts` says that the person is not to be left out. */
function isGeneralOptIn(privacyOptOuts: unknown): boolean {
  const items: readonly unknown[] = Array.isArray(privacyOptOuts) ? privacyOptOuts : [];
  return (
    asObject(privacyOptOuts).general_opt_out === 'in' ||
    items.map(asObject).some((item) => item.optOutType === 'general_opt_out' && item.optOutValue === 'in')
  );
}

function saidIn([key, fragment]: readonly [FragmentKey, Fragment]): Said[] {
  const changes = changesOf(fragment);
  const consents = consentsByChange(changes.map(({ attributes }) => attributes.consents));
  return changes.map((change, i) => ({ key, change, consents: consents[i] }));
}

/** What fragments have said, change by change, the strongest under a policy first. */
export const strongestFirst = (
  fragments: readonly (readonly [FragmentKey, Fragment])[],
  policy: MergePolicyDefinition['attributeMerge'],
): readonly { readonly key: FragmentKey; readonly change: FragmentChange }[] =>
  weakestFirst(fragments.flatMap(saidIn), policy).toReversed();

function weakestFirst(asserted: readonly Said[], policy: MergePolicyDefinition['attributeMerge']): readonly Said[] {
  return asserted.toSorted((x, y) => {
    const [left, right] = [rankOf(x.key, policy), rankOf(y.key, policy)];
    if (left !== right) return left < right ? -1 : 1;
    return compareChanges(x.change, y.change) || (x.key < y.key ? -1 : x.key > y.key ? 1 : 0);
  });
}

const asObject = (value: unknown): Attributes => (isObject(value) ? value : {});
