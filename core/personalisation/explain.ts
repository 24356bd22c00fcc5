import { type CompiledActivity, compileActivities } from './compile.ts';
import { type DecisionRequest, placesOf, type Standing, standingOf, type Visitor } from './decide.ts';
import type { ActivityDefinition } from './definition.ts';

/** Why an activity is shown at a place, or is not. */
export type Outcome =
  | Exclude<Standing['kind'], 'entered'>
  /** It is no published activity: see its state. */
  | 'not-published'
  /** Another one goes first there. */
  | 'place-is-taken'
  /** The page shows it already, at another place of the request. */
  | 'shown-elsewhere'
  /** In the control group: the page as it is. */
  | 'control'
  | 'shown';

/** What becomes of an activity at a place that it is defined for. */
export interface Explained {
  readonly scope: string;
  readonly activity: string;
  readonly lifecycleState: ActivityDefinition['lifecycleState'];
  readonly priority: number;
  readonly audience?: string;
  /** Whether the visitor is in the audience; true where it is for everybody. */
  readonly isInAudience: boolean;
  readonly outcome: Outcome;
  /** Of 0 to 100: who draws less than the activity's traffic enters. */
  readonly draw?: number;
  readonly traffic: number;
  /** What the visitor has drawn; also where another activity has the place. */
  readonly experience?: string;
  /** The activity that has the place. */
  readonly takenBy?: string;
}

/**
 * What is shown to somebody where, and why the rest is not: the same decisions as {@link decide}, with drafts told as well.
 * @param now epoch ms
 */
export function explainDecisions(
  definitions: readonly ActivityDefinition[],
  visitor: Visitor,
  request: DecisionRequest,
  now: number,
): Explained[] {
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  const all = compileActivities(
    definitions.map((definition) => ({ ...definition, lifecycleState: 'published' as const })),
  );
  const onPage = new Set<CompiledActivity>();
  return placesOf(all, request).flatMap(({ scope, isPage, activities }) => {
    let takenBy: string | undefined;
    return activities.map((activity) => {
      const { lifecycleState } = byId.get(activity.id)!;
      const standing = standingOf(activity, visitor, now);
      const outcome = outcomeOf(standing, lifecycleState, isPage && onPage.has(activity), takenBy !== undefined);
      const explained = explainedOf({ scope, activity, lifecycleState, outcome, standing, takenBy }, visitor);
      if (isShown(explained)) {
        if (isPage) onPage.add(activity);
        else takenBy = activity.id;
      }
      return explained;
    });
  });
}

/** Whether it has its place: as an experience, or as the page by itself. */
export const isShown = ({ outcome }: Explained): boolean => outcome === 'shown' || outcome === 'control';

function outcomeOf(standing: Standing, state: string, isElsewhere: boolean, isTaken: boolean): Outcome {
  if (state !== 'published') return 'not-published';
  if (standing.kind !== 'entered') return standing.kind;
  if (isElsewhere) return 'shown-elsewhere';
  if (isTaken) return 'place-is-taken';
  return standing.experience.isControl ? 'control' : 'shown';
}

interface Found {
  readonly scope: string;
  readonly activity: CompiledActivity;
  readonly lifecycleState: ActivityDefinition['lifecycleState'];
  readonly outcome: Outcome;
  readonly standing: Standing;
  readonly takenBy: string | undefined;
}

function explainedOf(found: Found, visitor: Visitor): Explained {
  const { scope, lifecycleState, outcome, standing, takenBy } = found;
  const { id, audience, priority, traffic } = found.activity;
  const draw = 'draw' in standing ? standing.draw : undefined;
  return {
    scope,
    activity: id,
    lifecycleState,
    priority,
    ...(audience !== undefined && { audience }),
    isInAudience: audience === undefined || visitor.isMember(audience),
    outcome,
    ...(draw !== undefined && { draw: Math.round(draw * 100) / 100 }),
    traffic,
    ...(standing.kind === 'entered' && { experience: standing.experience.id }),
    ...(outcome === 'place-is-taken' && { takenBy: takenBy! }),
  };
}
