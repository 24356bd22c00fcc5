import { isObject } from '#core/util/is-object.ts';
import type { ActivitySet } from './compile.ts';
import { type ExperienceKey, readToken } from './items.ts';

/** Of one event. */
const MAX_PROPOSITIONS = 40;

/** What an event says about experiences. */
export interface Interactions {
  /** Each once, however often the event names it. */
  readonly displayed: readonly ExperienceKey[];
  readonly clicked: readonly ExperienceKey[];
}

/**
 * What the SDK sends back about propositions (docs/personalisation.md, "Counting"): displays and clicks, of activities and
 * experiences that there are. Whatever else stands there was written by somebody else, and does not count.
 * @returns undefined where there is nothing
 */
export function interactionsOf(
  entity: Readonly<Record<string, unknown>>,
  activities: ActivitySet,
): Interactions | undefined {
  const decisioning = isObject(entity._experience) ? entity._experience.decisioning : undefined;
  if (!isObject(decisioning) || !Array.isArray(decisioning.propositions)) return undefined;
  const type = isObject(decisioning.propositionEventType) ? decisioning.propositionEventType : {};
  const [isDisplay, isClick] = [happened(type.display), happened(type.interact)];
  if (!isDisplay && !isClick) return undefined;
  const named = new Map<string, ExperienceKey>();
  for (const proposition of decisioning.propositions.slice(0, MAX_PROPOSITIONS) as unknown[]) {
    const key = experienceOf(proposition, activities);
    if (key) named.set(`${key.activity}/${key.experience}`, key);
  }
  const keys = [...named.values()];
  if (keys.length === 0) return undefined;
  return { displayed: isDisplay ? keys : [], clicked: isClick ? keys : [] };
}

const happened = (value: unknown): boolean => typeof value === 'number' && value > 0;

function experienceOf(proposition: unknown, { byId }: ActivitySet): ExperienceKey | undefined {
  const details = isObject(proposition) ? proposition.scopeDetails : undefined;
  const characteristics = isObject(details) ? details.characteristics : undefined;
  const key = isObject(characteristics) ? readToken(characteristics.eventToken) : undefined;
  return key && byId.get(key.activity)?.experienceIds.has(key.experience) ? key : undefined;
}
