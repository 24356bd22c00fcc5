import { withIncluded } from '#core/governance/labels.ts';
import type { Catalog } from '../catalog.ts';
import { type Findings, type Loaded, type LoadedCatalog, placeOf } from '../loaded.ts';
import { policySubjectOf, receivedByActivity } from '../policies/activity-permissions.ts';
import { type Activation, enforcement, type Violation } from '../policies/enforcement.ts';
import type { LabelOrigin } from '../policies/lineage.ts';
import { receivedBy } from '../policies/received.ts';

/** No activation that is switched on violates a policy (aep.md §6.7: a violation blocks saving it), nor what pages show. */
export function checkEnforcement(loaded: LoadedCatalog, catalog: Catalog, findings: Findings): void {
  if (!catalog.labels && !catalog.policies) return;
  checkDestinations(loaded, catalog, findings);
  checkActivities(loaded, catalog, findings);
}

function checkDestinations(loaded: LoadedCatalog, catalog: Catalog, findings: Findings): void {
  const activationsOf = enforcement(catalog, receivedBy);
  for (const destination of loaded.destinations) {
    const { definition } = destination;
    if (!definition?.enabled) continue;
    for (const [i, activation] of activationsOf(definition).entries()) {
      for (const violation of activation.violations) {
        const message = sentence(activation, `must not go to "${definition.id}"`, violation);
        findings.at(destination, ['segments', i], message, { hint: hintOf(violation, loaded) });
      }
    }
  }
}

function checkActivities(loaded: LoadedCatalog, catalog: Catalog, findings: Findings): void {
  const activationsOf = enforcement(catalog, receivedByActivity);
  for (const activity of loaded.activities) {
    const { definition } = activity;
    if (definition?.lifecycleState !== 'published') continue;
    const [activation] = activationsOf(policySubjectOf(definition));
    for (const violation of activation?.violations ?? []) {
      const message = sentence(activation!, `must not decide the activity "${definition.id}"`, violation);
      findings.at(activity, ['audience'], message, { hint: hintOf(violation, loaded) });
    }
  }
}

const hintOf = ({ origins }: Violation, loaded: LoadedCatalog): string =>
  [...new Set(origins.map((origin) => originInWords(origin, loaded)))].join('; ');

function sentence({ segmentId }: Activation, where: string, violation: Violation): string {
  const { policyId, labels, marketingActions } = violation;
  const what = marketingActions.length > 0 ? marketingActions.map(bare).join(' and ') : 'any export';
  return `the policy "${policyId}" forbids ${what} with data labelled ${labels.join(' and ')}: segment "${segmentId}" ${where}`;
}

const bare = (action: string): string => action.slice(action.indexOf('/') + 1);

const USED = {
  rule: "the segment's rule reads it",
  attribute: 'the destination gets it',
  identity: 'the destination gets the identity',
} as const;

function originInWords(origin: LabelOrigin, loaded: LoadedCatalog): string {
  const { from, id, path, usedBy, assignment } = origin;
  const label = labelInWords(origin.label, path === undefined ? assignment?.labels : assignment?.fields[path]);
  const place = placeOfOrigin(origin, loaded);
  const where = place === undefined ? '' : ` (${place.text})`;
  if (from === 'mergePolicy') return `${label} is on every segment that the merge policy "${id}" stitches${where}`;
  const what = path === undefined ? `the ${from} "${id}"` : `${path} of the ${from} "${id}"`;
  return `${label} is on ${what}${where}${usedBy ? `, and ${USED[usedBy]}` : ''}`;
}

/** A label that another one brings along is named with it. */
function labelInWords(label: string, put: readonly string[] = [label]): string {
  const by = put.includes(label) ? undefined : put.find((one) => withIncluded(one).includes(label));
  return by === undefined ? label : `${label}, which ${by} includes,`;
}

/** Where a label was put. */
export function placeOfOrigin(
  { label, from, id, path, assignment }: LabelOrigin,
  loaded: LoadedCatalog,
): { readonly file: string; readonly line: number; readonly text: string } | undefined {
  const of = (one: Loaded<unknown> | undefined, steps: readonly (string | number)[]) => {
    if (!one) return undefined;
    const { line } = one.file.at([...one.base, ...steps]);
    return { file: one.file.path, line, text: placeOf(one, steps) };
  };
  if (from === 'mergePolicy') {
    return of(
      loaded['merge-policies'].find((policy) => policy.id === id),
      ['identityGraph'],
    );
  }
  const labels = path === undefined ? assignment?.labels : assignment?.fields[path];
  const index = labels?.indexOf(label) ?? -1;
  const steps = path === undefined ? ['labels'] : ['fields', path];
  return of(
    loaded.labels.find(({ definition }) => definition === assignment),
    // A label that another one includes has no place of its own.
    index < 0 ? steps : [...steps, index],
  );
}
