import type { DataPolicy, DenyExpression } from '#core/governance/definition.ts';
import { CORE_MARKETING_ACTIONS, CORE_POLICIES, isCoreAction, marketingAction } from '#core/governance/policies.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { type Findings, idsOf, type Loaded, type LoadedCatalog } from '../loaded.ts';
import type { Path } from '../source-file.ts';
import { expectLabel, labelsOf } from './labels.ts';

/** Policies name labels, marketing actions and destinations that exist, and destinations name actions that do. */
export function checkPolicies(catalog: LoadedCatalog, findings: Findings): void {
  const labels = labelsOf(catalog);
  for (const loaded of catalog.policies) {
    const { definition } = loaded;
    if (definition && 'core' in definition) checkCorePolicy(loaded, definition.core, findings);
    else if (definition) checkOwnPolicy(loaded, definition, labels, findings);
  }
  const destinations = idsOf(catalog.destinations);
  for (const loaded of catalog['consent-policies']) {
    const { definition } = loaded;
    if (!definition) continue;
    checkActions(definition.marketingActionRefs, ['marketingActionRefs'], loaded, findings);
    for (const [i, id] of definition.destinations.entries()) {
      if (destinations.has(id)) continue;
      findings.at(loaded, ['destinations', i], `unknown destination "${id}"`, { hint: didYouMean(id, destinations) });
    }
  }
  checkDestinationActions(catalog, findings);
}

function checkCorePolicy(loaded: Loaded<unknown>, id: string, findings: Findings): void {
  if (CORE_POLICIES.has(id)) return;
  const ids = [...CORE_POLICIES.keys()];
  const hint = didYouMean(id, ids) ?? `the built-in policies are ${ids.join(', ')}`;
  findings.at(loaded, ['core'], `unknown built-in policy "${id}"`, { hint });
}

function checkOwnPolicy(
  loaded: Loaded<unknown>,
  { id, marketingActionRefs, deny }: DataPolicy,
  labels: ReadonlySet<string>,
  findings: Findings,
): void {
  if (CORE_POLICIES.has(id)) {
    const hint = `switch it on by { core: ${id} }`;
    findings.at(loaded, ['id'], `the policy "${id}" is built in`, { hint });
  }
  checkActions(marketingActionRefs, ['marketingActionRefs'], loaded, findings);
  checkDeny(deny, ['deny'], labels, loaded, findings);
}

/** A core action is one of those there are; custom ones are the company's own, and known by the policies about them. */
function checkActions(references: readonly string[], path: Path, loaded: Loaded<unknown>, findings: Findings): void {
  for (const [i, reference] of references.entries()) {
    const [kind, name] = marketingAction(reference).split('/') as [string, string];
    if (kind === 'core' && !isCoreAction(name)) unknownAction(reference, name, [], [...path, i], loaded, findings);
  }
}

function checkDestinationActions(catalog: LoadedCatalog, findings: Findings): void {
  const policies = [
    ...catalog.policies.flatMap(({ definition }) =>
      definition && 'marketingActionRefs' in definition ? definition.marketingActionRefs : [],
    ),
    ...catalog['consent-policies'].flatMap(({ definition }) => definition?.marketingActionRefs ?? []),
  ];
  const custom = new Set(policies.map(marketingAction).filter((action) => action.startsWith('custom/')));
  for (const loaded of catalog.destinations) {
    for (const [i, reference] of loaded.definition?.marketingActions?.entries() ?? []) {
      const action = marketingAction(reference);
      const [kind, name] = action.split('/') as [string, string];
      if (kind === 'core' ? isCoreAction(name) : custom.has(action)) continue;
      unknownAction(reference, name, [...custom], ['marketingActions', i], loaded, findings);
    }
  }
}

function unknownAction(
  reference: string,
  name: string,
  custom: readonly string[],
  path: Path,
  loaded: Loaded<unknown>,
  findings: Findings,
): void {
  const own = custom.map((action) => action.slice('custom/'.length));
  const known = [...CORE_MARKETING_ACTIONS, ...own];
  const hint = didYouMean(name, known) ?? `the marketing actions are ${known.join(', ')}, and those of your policies`;
  findings.at(loaded, path, `unknown marketing action "${reference}"`, { hint });
}

function checkDeny(
  expression: DenyExpression,
  path: Path,
  labels: ReadonlySet<string>,
  loaded: Loaded<unknown>,
  findings: Findings,
): void {
  if ('label' in expression) {
    expectLabel(expression.label, labels, loaded, [...path, 'label'], findings);
    return;
  }
  for (const [i, operand] of expression.operands.entries()) {
    checkDeny(operand, [...path, 'operands', i], labels, loaded, findings);
  }
}
