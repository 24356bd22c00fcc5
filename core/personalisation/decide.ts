import {
  type ActivitySet,
  type CompiledActivity,
  type CompiledExperience,
  isPageScope,
  type ScopeDetails,
} from './compile.ts';
import type { CompiledItem } from './items.ts';
import { chooseWeighted, drawOf } from './split.ts';
import { readSurface } from './surfaces.ts';

/** Who is asking. */
export interface Visitor {
  /** Whether it is in a segment, with the very event of the call. */
  isMember(segmentId: string): boolean;
  /** Whether its audience may decide an activity, by policies and consents. @default any */
  isPermitted?(activity: CompiledActivity): boolean;
  /** The device: `ECID:0123…`. */
  readonly device?: string | undefined;
  /** The person, where one is known: the strongest identity that is one's own on all devices. */
  readonly person?: string | undefined;
}

/** What a page asks for. */
export interface DecisionRequest {
  /** At most {@link MAX_DECISION_SCOPES} are answered. */
  readonly scopes: readonly string[];
  readonly surfaces: readonly string[];
  /** What it can show; anything, where it does not say. */
  readonly schemas?: readonly string[] | undefined;
}

/** One entry of `personalization:decisions`. */
export interface Proposition {
  readonly id: string;
  readonly scope: string;
  readonly scopeDetails: ScopeDetails;
  readonly items: readonly CompiledItem[];
}

/** Of scopes and surfaces together, in one request. */
export const MAX_DECISION_SCOPES = 30;

/** How somebody stands to an activity, wherever it is shown. */
export type Standing =
  | { readonly kind: 'not-started' }
  | { readonly kind: 'over' }
  | { readonly kind: 'not-in-audience' }
  /** A policy forbids its audience on pages, or the visitor does not consent. */
  | { readonly kind: 'not-permitted' }
  /** It is split by an id, and none is known. */
  | { readonly kind: 'no-identity' }
  /** @property draw of 0 to 100: only those below the activity's traffic enter */
  | { readonly kind: 'outside-traffic'; readonly draw: number }
  | { readonly kind: 'entered'; readonly draw: number | undefined; readonly experience: CompiledExperience };

/** @param now epoch ms */
export function standingOf(activity: CompiledActivity, visitor: Visitor, now: number): Standing {
  if (now < activity.start) return { kind: 'not-started' };
  if (now >= activity.end) return { kind: 'over' };
  if (activity.audience !== undefined && !visitor.isMember(activity.audience)) return { kind: 'not-in-audience' };
  if (visitor.isPermitted?.(activity) === false) return { kind: 'not-permitted' };
  const { id, traffic, experiences } = activity;
  const [only, another] = experiences;
  // Where there is nothing to choose, it is shown to whoever nothing is known of as well.
  if (only && !another && traffic >= 100) return { kind: 'entered', draw: undefined, experience: only };
  const unit = unitOf(activity, visitor);
  if (unit === undefined) return { kind: 'no-identity' };
  const draw = drawOf(`${id}#traffic`, unit) * 100;
  if (draw >= traffic) return { kind: 'outside-traffic', draw };
  const experience = chooseWeighted(id, experiences, unit);
  return experience ? { kind: 'entered', draw, experience } : { kind: 'outside-traffic', draw };
}

/** The id that decides: that of the other sort, where the one that is wanted is not known. */
export const unitOf = (
  { splitBy }: Pick<CompiledActivity, 'splitBy'>,
  { device, person }: Pick<Visitor, 'device' | 'person'>,
): string | undefined => (splitBy === 'person' ? (person ?? device) : (device ?? person));

/**
 * What is shown where (docs/personalisation.md, "Which activity is shown"). At a place, only the first activity of which somebody
 * sees an experience or is in the control group; on a page as a whole all of them, the first one last, so that it has the last
 * word where two change the same element.
 *
 * Pure, and linear in the activities at the places that are asked for.
 * @param now epoch ms
 */
export function decide(
  activities: ActivitySet,
  visitor: Visitor,
  request: DecisionRequest,
  now: number,
): Proposition[] {
  const standings = new Map<CompiledActivity, Standing>();
  const knownStanding = (activity: CompiledActivity): Standing => {
    const standing = standings.get(activity) ?? standingOf(activity, visitor, now);
    standings.set(activity, standing);
    return standing;
  };
  const onPage = new Set<CompiledActivity>();
  const accepted = request.schemas && new Set(request.schemas);
  return placesOf(activities, request).flatMap(({ scope, isPage, activities: candidates }) => {
    const entered = enteredOf(candidates, knownStanding, isPage ? onPage : undefined);
    return entered.reverse().flatMap((one) => propositionOf(one, scope, accepted) ?? []);
  });
}

interface Entered {
  readonly activity: CompiledActivity;
  readonly experience: CompiledExperience;
}

/**
 * What somebody has entered, the first one first.
 * @param seen on a page as a whole: what it shows already; what is found is added. Elsewhere one is enough
 */
function enteredOf(
  candidates: readonly CompiledActivity[],
  standing: (activity: CompiledActivity) => Standing,
  seen?: Set<CompiledActivity>,
): Entered[] {
  const entered: Entered[] = [];
  for (const activity of candidates) {
    if (seen?.has(activity)) continue;
    const found = standing(activity);
    if (found.kind !== 'entered') continue;
    entered.push({ activity, experience: found.experience });
    if (!seen) break;
    seen.add(activity);
  }
  return entered;
}

/** Undefined where the page can show nothing of it: then it stays as it is, the place is not the next one's. */
function propositionOf(
  { activity, experience }: Entered,
  scope: string,
  accepted: ReadonlySet<string> | undefined,
): Proposition | undefined {
  const items = accepted ? experience.items.filter(({ schema }) => accepted.has(schema)) : experience.items;
  if (items.length === 0) return undefined;
  return { id: `${activity.id}:${experience.id}:${scope}`, scope, scopeDetails: experience.scopeDetails, items };
}

/** Somewhere that a page asks for. */
export interface Place {
  /** As it was asked for: the SDK looks for the very text. */
  readonly scope: string;
  readonly isPage: boolean;
  /** Those that are shown there, the first one first. */
  readonly activities: readonly CompiledActivity[];
}

/** The places of a request, each once. */
export function placesOf(
  activities: ActivitySet,
  { scopes, surfaces }: Pick<DecisionRequest, 'scopes' | 'surfaces'>,
): Place[] {
  const asked = [...new Set([...scopes, ...surfaces])].slice(0, MAX_DECISION_SCOPES);
  const named = new Set(scopes);
  return asked.flatMap((scope): Place[] => {
    if (named.has(scope)) {
      return [{ scope, isPage: isPageScope(scope), activities: activities.byScope.get(scope) ?? [] }];
    }
    const surface = readSurface(scope);
    return surface ? [{ scope, isPage: surface.fragment === undefined, activities: activities.at(surface) }] : [];
  });
}
