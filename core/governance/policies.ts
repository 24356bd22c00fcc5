import type { DataPolicy, DenyExpression, PolicyDefinition } from './definition.ts';

/** The marketing actions that are built in (aep.md §6.7). */
export const CORE_MARKETING_ACTIONS = [
  'analytics',
  'combineWithPii',
  'crossSiteTargeting',
  'dataScience',
  'emailTargeting',
  'exportToThirdParty',
  'onsiteAdvertising',
  'onsitePersonalization',
  'segmentMatch',
  'singleIdentityPersonalization',
] as const;

/**
 * The name of a marketing action as it is compared: `core/emailTargeting` or `custom/ours`. A bare name is a core one
 * if there is one of it; of a path or URL the end counts.
 */
export function marketingAction(reference: string): string {
  const [kind, name] = reference.split('/').slice(-2) as [string, string?];
  if (name !== undefined) return kind === 'core' ? `core/${name}` : `custom/${name}`;
  return isCoreAction(kind) ? `core/${kind}` : `custom/${kind}`;
}

/** Whether it is one of the marketing actions that AEP has (aep.md §6.7). @param name without `core/` */
export const isCoreAction = (name: string): boolean => (CORE_MARKETING_ACTIONS as readonly string[]).includes(name);

const deny = (...labels: readonly string[]): DenyExpression =>
  labels.length === 1 ? { label: labels[0]! } : { operator: 'OR', operands: labels.map((label) => ({ label })) };

const corePolicy = (action: string, name: string, denied: DenyExpression): DataPolicy => ({
  id: `core-${action}`,
  name,
  status: 'DISABLED',
  marketingActionRefs: [`core/${action}`],
  deny: denied,
});

/** The policies that are known without being written, one for each marketing action; they are off (aep.md §6.7). */
export const CORE_POLICIES: ReadonlyMap<string, DataPolicy> = new Map(
  [
    corePolicy('analytics', 'Restrict analytics', deny('C8')),
    corePolicy('combineWithPii', 'Restrict combination with directly identifiable data', deny('C3')),
    corePolicy('crossSiteTargeting', 'Restrict cross-site targeting', deny('C4', 'C5')),
    corePolicy('dataScience', 'Restrict data science', deny('C9')),
    corePolicy('emailTargeting', 'Restrict e-mail targeting', deny('C4', 'C5')),
    corePolicy('exportToThirdParty', 'Restrict export to third parties', deny('C2')),
    corePolicy('onsiteAdvertising', 'Restrict advertising on site', deny('C4', 'C6')),
    corePolicy('onsitePersonalization', 'Restrict personalisation on site', deny('C4', 'C7')),
    corePolicy('segmentMatch', 'Restrict sharing by Segment Match', deny('C11')),
    corePolicy('singleIdentityPersonalization', 'Restrict personalisation by stitched identities', deny('C10')),
  ].map((policy) => [policy.id, policy]),
);

/** Whether labels are what a policy denies. @returns the labels that make it so, or undefined */
export function deniedBy(expression: DenyExpression, labels: ReadonlySet<string>): readonly string[] | undefined {
  if ('label' in expression) return labels.has(expression.label) ? [expression.label] : undefined;
  const parts = expression.operands.map((operand) => deniedBy(operand, labels));
  const hits = parts.filter((part) => part !== undefined);
  const denied = expression.operator === 'AND' ? hits.length === parts.length : hits.length > 0;
  return denied ? [...new Set(hits.flat())] : undefined;
}

/** The policies that are active: the company's own and the built-in ones that are switched on. */
export function enabledPolicies(definitions: readonly PolicyDefinition[]): readonly DataPolicy[] {
  return definitions.flatMap((definition) => {
    if (definition.status !== 'ENABLED') return [];
    return 'core' in definition ? (CORE_POLICIES.get(definition.core) ?? []) : definition;
  });
}
