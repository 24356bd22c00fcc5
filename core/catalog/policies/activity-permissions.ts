import type { NormalForms } from '#core/identity/normal-form.ts';
import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import { ACTIVITY_ACTION, type ActivityPermissions } from '#core/personalisation/permissions.ts';
import type { Catalog } from '../catalog.ts';
import { policyDecisions } from './decisions.ts';
import type { PolicySubject } from './enforcement.ts';
import type { Received } from './lineage.ts';

/** A page is given content, and of the person nothing. */
export const receivedByActivity: () => Received = () => ({ attributes: [], accepts: () => false });

/** An activity with an audience, as policies see it. No destination has an id with a slash. */
export const policySubjectOf = ({ id, audience }: ActivityDefinition): PolicySubject => ({
  id: `activities/${id}`,
  segments: audience === undefined ? [] : [audience],
  marketingActions: [ACTIVITY_ACTION],
});

/**
 * What the policies of a catalog say of its activities (docs/governance.md, "Activities").
 * @returns undefined where there is nothing to say
 */
export function compileActivityPermissions(
  catalog: Catalog,
  normalForms: NormalForms,
): ActivityPermissions | undefined {
  const { activities = [], labels = [], policies = [], consentPolicies = [] } = catalog;
  if (labels.length + policies.length + consentPolicies.length === 0) return undefined;
  const targeted = activities.filter(({ audience }) => audience !== undefined);
  const [first] = targeted;
  if (!first) return undefined;
  const { forbidden, consents } = policyDecisions(targeted.map(policySubjectOf), catalog, receivedByActivity);
  const denied = targeted.flatMap((activity) => {
    const [policy] = forbidden.get(policySubjectOf(activity).id)!.values();
    return policy === undefined ? [] : [[activity.id, policy] as const];
  });
  return { forbidden: new Map(denied), consents: consents.get(policySubjectOf(first).id)!, normalForms };
}
