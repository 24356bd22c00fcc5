import { consenting } from '#core/governance/consent.ts';
import type { ConsentPolicyDefinition } from '#core/governance/definition.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import type { ProfileView } from '#core/profile/profile-view.ts';
import { type IdentityKey, parseIdentityKey } from '#core/record/identity.ts';
import type { CompiledActivity } from './compile.ts';

/** What policies say of the audiences of activities: showing something because of one is personalisation on site. */
export interface ActivityPermissions {
  /** Activity id → the policy that forbids its audience. */
  readonly forbidden: ReadonlyMap<string, string>;
  /** The consent policies about personalisation on site. */
  readonly consents: readonly ConsentPolicyDefinition[];
  /** How the identities that are named in consents are compared. */
  readonly normalForms: NormalForms;
}

/** The marketing action of every activity that has an audience (aep.md §6.7). */
export const ACTIVITY_ACTION = 'core/onsitePersonalization';

/** Whose consents are asked for. */
interface Person {
  readonly identities: readonly IdentityKey[];
  readonly consents: ProfileView['consents'];
}

/**
 * Which activities may be decided by their audience for somebody: those that no policy forbids, and of people who do not
 * consent to personalisation on site none. An activity for everybody looks at nobody's data, and may always.
 * @param permissions undefined where policies say nothing
 */
export function permittedActivities(
  { identities, consents }: Person,
  permissions: ActivityPermissions | undefined,
): (activity: Pick<CompiledActivity, 'id' | 'audience'>) => boolean {
  if (!permissions) return () => true;
  const { forbidden, normalForms } = permissions;
  let agreeing: boolean | undefined;
  const agrees = (): boolean => {
    const all = identities.map(parseIdentityKey);
    agreeing ??= permissions.consents.every((policy) => consenting(all, consents, policy, normalForms).length > 0);
    return agreeing;
  };
  return ({ id, audience }) => audience === undefined || (!forbidden.has(id) && agrees());
}
