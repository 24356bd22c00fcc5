import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import { sameValue } from '#core/util/same-value.ts';

/** What a catalog would change about what pages show. */
export interface ActivityChange {
  readonly id: string;
  readonly change: 'new' | 'changed' | 'removed';
  /** As it will be, or as it was where it is removed. */
  readonly lifecycleState: ActivityDefinition['lifecycleState'];
  /** None, where it is for everybody. */
  readonly audience?: string;
  /** Scopes and surfaces. */
  readonly places: readonly string[];
  /** Of a changed one: the keys of the definition that say something else. */
  readonly keys: readonly string[];
}

type Activities = readonly ActivityDefinition[] | undefined;

/** The activities that one catalog has otherwise than another, by id. */
export function activityChanges(before: Activities = [], after: Activities = []): ActivityChange[] {
  const [old, wanted] = [before, after].map((all) => new Map(all.map((one) => [one.id, one])));
  return [...new Set([...old!.keys(), ...wanted!.keys()])].sort().flatMap((id): ActivityChange[] => {
    const [was, is] = [old!.get(id), wanted!.get(id)];
    const keys = was && is ? keysChanged(was, is) : [];
    if (was && is && keys.length === 0) return [];
    const { lifecycleState, audience, scopes, surfaces } = (is ?? was)!;
    const change = !was ? 'new' : !is ? 'removed' : 'changed';
    const places = [...scopes, ...surfaces];
    return [{ id, change, lifecycleState, ...(audience !== undefined && { audience }), places, keys }];
  });
}

function keysChanged(was: ActivityDefinition, is: ActivityDefinition): string[] {
  const [old, wanted]: Readonly<Record<string, unknown>>[] = [was, is];
  const keys = new Set([...Object.keys(old!), ...Object.keys(wanted!)]);
  return [...keys].filter((key) => !sameValue(old![key], wanted![key])).sort();
}
