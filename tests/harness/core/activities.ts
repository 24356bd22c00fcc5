import type { z } from 'zod';
import { type ActivitySet, compileActivities } from '#core/personalisation/compile.ts';
import { type DecisionRequest, decide, type Proposition, type Visitor } from '#core/personalisation/decide.ts';
import { type ActivityDefinition, activityDefinition } from '#core/personalisation/definition.ts';

/** An activity as users write it, at a place called `hero` with one experience `a` unless it says otherwise. */
export const activityOf = (
  written: Partial<z.input<typeof activityDefinition>> & { readonly id: string },
): ActivityDefinition =>
  activityDefinition.parse({
    name: written.id,
    scopes: written.surfaces ? [] : ['hero'],
    experiences: [{ id: 'a', items: [{ type: 'html', content: written.id }] }],
    ...written,
  });

export const activitiesOf = (...written: Parameters<typeof activityOf>[0][]): ActivitySet =>
  compileActivities(written.map(activityOf));

/** A device that is in some segments. */
export const visitorIn = (segments: readonly string[] = [], device: string | undefined = 'ECID:1'): Visitor => ({
  isMember: (id) => segments.includes(id),
  device,
});

export const NOW = Date.parse('2026-06-01T00:00:00Z');

/** What is shown, as `activity:experience` by scope. */
export function shownTo(
  visitor: Visitor,
  activities: ActivitySet,
  request: Partial<DecisionRequest> = { scopes: ['hero'] },
  now = NOW,
): string[] {
  return decide(activities, visitor, { scopes: [], surfaces: [], ...request }, now).map(keyOf);
}

export const keyOf = ({ scope, scopeDetails: { activity, experience } }: Proposition): string =>
  `${scope} ${activity.id}:${experience.id}`;
