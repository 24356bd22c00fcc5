import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import { storedKey } from '#core/profile/stored-key.ts';
import type { IdentityKey } from '#core/record/identity.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import { type ExplainedPart, explainMembership } from '#core/segmentation/explain/explain.ts';
import { type LookupReader, loadLookups } from '#core/segmentation/lookups.ts';
import { isRedirect, type Membership } from '#core/segmentation/membership.ts';
import { type History, viewOf } from '#core/segmentation/preview.ts';
import { compileSegments, type SegmentOptions, type SegmentPlan } from '#core/segmentation/segment-set.ts';
import type { AccessDeps } from './access.ts';
import { findProfile } from './find-profile.ts';

/** An audience, and how it is evaluated. */
export interface AskedAudience {
  /** The segment, after those it is built on. */
  readonly definitions: readonly SegmentDefinition[];
  readonly options: SegmentOptions;
  readonly mergePolicy: MergePolicyDefinition;
}

/** Why a person is in an audience, or is not. */
export interface AudienceExplanation {
  readonly segmentId: string;
  readonly method: SegmentPlan['method'];
  /** As the rule says it at this instant, from all that is stored. */
  readonly isMember: boolean;
  /** Whoever has opted out is in no audience, whatever its rule says. */
  readonly optedOut: boolean;
  /** As it was evaluated last, and as destinations are told; undefined for somebody who was never a member. */
  readonly evaluated?: Membership;
  readonly rule: ExplainedPart;
}

export interface ExplainAudienceDeps extends AccessDeps, History {
  readonly timeline: History['timeline'] & AccessDeps['timeline'];
  readonly lookups: LookupReader;
}

/**
 * Why the person of an identity is in an audience, or is not: the rule part by part with the values of this person, and
 * what was evaluated last (aep.md §5.1). Reads the whole timeline of the person.
 * @returns undefined where nothing is known of the identity
 * @throws PqlError, SegmentSetError where the rule makes no sense; ConflictError when an item was moved meanwhile
 */
export async function explainAudience(
  identity: IdentityKey,
  { definitions, options, mergePolicy }: AskedAudience,
  deps: ExplainAudienceDeps,
): Promise<AudienceExplanation | undefined> {
  const found = await findProfile(
    await storedKey(identity, deps.settings.normalForms, deps.profiles),
    mergePolicy,
    deps,
  );
  if (!found) return undefined;
  const { item, profile } = found;
  const segmentId = definitions.at(-1)!.id;
  const { plans, lookups } = compileSegments(definitions, options);
  const view = await viewOf(profile, { history: deps, now: deps.now });
  const records = lookups.length > 0 ? await loadLookups([view], lookups, deps.lookups) : undefined;
  const { relationships = [] } = options;
  const rule = explainMembership({ definitions, relationships, profile: view, now: deps.now, records });
  const stored = await deps.memberships.get(item.canonicalKey);
  const held = stored && !isRedirect(stored) ? profile.identities.flatMap((key) => stored.profiles[key] ?? []) : [];
  const [evaluated] = held.flatMap(({ segments }) => segments[segmentId] ?? []);
  return {
    segmentId,
    method: plans.get(segmentId)!.method,
    isMember: rule.isTrue && !profile.optedOut,
    optedOut: profile.optedOut,
    ...(evaluated && { evaluated }),
    rule,
  };
}
