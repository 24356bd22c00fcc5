import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type LoadedCatalog } from '../loaded.ts';

/** aep.md §4.1 */
export const MAX_MERGE_POLICIES = 5;

/** At most five, exactly one of them the default, and the datasets they rank exist (aep.md §4.1). */
export function checkMergePolicies(catalog: LoadedCatalog, findings: Findings): void {
  const policies = catalog['merge-policies'];
  const beyond = policies[MAX_MERGE_POLICIES];
  if (beyond) {
    findings.at(beyond, [], `this is merge policy number ${MAX_MERGE_POLICIES + 1}`, {
      expected: `at most ${MAX_MERGE_POLICIES}`,
    });
  }
  const [first, ...more] = policies.filter(({ definition }) => definition?.default);
  for (const second of more) {
    const hint = `"${first!.id}" in ${first!.file.path} is the default too`;
    findings.at(second, ['default'], 'there are two default merge policies', { expected: 'exactly one', hint });
  }
  if (!first && policies.length > 0 && policies.every(({ definition }) => definition)) {
    findings.at(policies[0]!, ['default'], 'no merge policy is the default', {
      hint: 'write "default: true" in one of them',
    });
  }
  const datasets = idsOf(catalog.datasets);
  for (const policy of policies) {
    for (const key of ['attributeMerge', 'consentMerge'] as const) checkOrder(policy, key, datasets, findings);
  }
}

/** The datasets that are put in an order exist. */
function checkOrder(
  policy: LoadedCatalog['merge-policies'][number],
  key: 'attributeMerge' | 'consentMerge',
  datasets: ReadonlySet<string>,
  findings: Findings,
): void {
  const merge = policy.definition?.[key];
  for (const [i, id] of merge?.type === 'dataSetPrecedence' ? merge.order.entries() : []) {
    if (datasets.has(id)) continue;
    findings.at(policy, [key, 'order', i], `unknown dataset "${id}"`, { hint: didYouMean(id, datasets) });
  }
}
