import { type ActivityDefinition, CONTROL, type ExperienceDefinition, PAGE_SCOPE } from './definition.ts';
import { type CompiledItem, compileItems, DEFAULT_CONTENT, tokenOf } from './items.ts';
import type { Weighted } from './split.ts';
import { compileSurface, isExact, readSurface, type Surface, type SurfaceTest, surfaceKey } from './surfaces.ts';

/** An experience, or the control group, ready to be shown. */
export interface CompiledExperience extends Weighted {
  readonly isControl: boolean;
  readonly items: readonly CompiledItem[];
  /** The same for every proposition of it; the SDK sends it back as it is. */
  readonly scopeDetails: ScopeDetails;
}

export interface ScopeDetails {
  readonly decisionProvider: string;
  readonly activity: { readonly id: string };
  readonly experience: { readonly id: string };
  readonly strategies: readonly { readonly algorithmID: string; readonly trafficType: string }[];
  readonly characteristics: { readonly eventToken: string };
}

/** An activity made ready for use, once. */
export interface CompiledActivity {
  readonly id: string;
  readonly audience: string | undefined;
  readonly priority: number;
  /** Epoch ms: the first instant at which it is shown. */
  readonly start: number;
  /** Epoch ms: the first at which it is not any more. */
  readonly end: number;
  readonly splitBy: ActivityDefinition['splitBy'];
  readonly traffic: number;
  /** Those that can be drawn, the control group among them. */
  readonly experiences: readonly CompiledExperience[];
  /** All that it has, and the control group: also those that are drawn no more. */
  readonly experienceIds: ReadonlySet<string>;
  /** The event type of a success. */
  readonly conversion: string | undefined;
  /** Its place among all: the smaller goes first. */
  readonly rank: number;
}

/** The published activities of a catalog, by where they are shown. */
export interface ActivitySet {
  readonly byId: ReadonlyMap<string, CompiledActivity>;
  /** In the order of their ranks, as everywhere. */
  readonly byScope: ReadonlyMap<string, readonly CompiledActivity[]>;
  at(surface: Surface): readonly CompiledActivity[];
  /** By the type of the events that count as successes. */
  readonly byConversion: ReadonlyMap<string, readonly CompiledActivity[]>;
}

/** @param definitions of a catalog that the loader accepted; those that are not published are not shown */
export function compileActivities(definitions: readonly ActivityDefinition[]): ActivitySet {
  const published = definitions.filter(({ lifecycleState }) => lifecycleState === 'published').sort(inOrder);
  const compiled = published.map((definition, rank) => ({ definition, activity: compileActivity(definition, rank) }));
  const byScope = new Map<string, CompiledActivity[]>();
  const exact = new Map<string, CompiledActivity[]>();
  const patterns: { readonly test: SurfaceTest; readonly activity: CompiledActivity }[] = [];
  const byConversion = new Map<string, CompiledActivity[]>();
  for (const { definition, activity } of compiled) {
    for (const scope of new Set(definition.scopes)) listed(byScope, scope, activity);
    for (const surface of new Set(definition.surfaces)) {
      if (isExact(surface)) listed(exact, surfaceKey(readSurface(surface)!), activity);
      else patterns.push({ test: compileSurface(surface), activity });
    }
    if (activity.conversion !== undefined) listed(byConversion, activity.conversion, activity);
  }
  return {
    byId: new Map(compiled.map(({ activity }) => [activity.id, activity])),
    byScope,
    byConversion,
    at: (surface) => {
      const named = exact.get(surfaceKey(surface)) ?? [];
      if (patterns.length === 0) return named;
      const matching = patterns.filter(({ test }) => test(surface)).map(({ activity }) => activity);
      return matching.length === 0 ? named : [...new Set([...named, ...matching])].sort(byRank);
    },
  };
}

/** What is shown of an activity by itself, published or not. */
export function compileActivity(definition: ActivityDefinition, rank = 0): CompiledActivity {
  const { id, audience, priority, schedule, splitBy, traffic, conversion } = definition;
  return {
    id,
    audience,
    priority,
    start: schedule.start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(schedule.start),
    end: schedule.end === undefined ? Number.POSITIVE_INFINITY : Date.parse(schedule.end),
    splitBy,
    traffic,
    experiences: compileExperiences(definition),
    experienceIds: new Set([...definition.experiences.map((one) => one.id), CONTROL]),
    conversion: conversion?.eventType,
    rank,
  };
}

function compileExperiences({ id, control, experiences }: ActivityDefinition): CompiledExperience[] {
  const each = (100 - control) / experiences.length;
  const compiled = experiences.map((one) => compiledOf(id, one.id, one.share ?? each, compileItems(one), false));
  return [...compiled, compiledOf(id, CONTROL, control, [DEFAULT_CONTENT], true)].filter(({ weight }) => weight > 0);
}

function compiledOf(
  activity: string,
  id: ExperienceDefinition['id'],
  weight: number,
  items: readonly CompiledItem[],
  isControl: boolean,
): CompiledExperience {
  return {
    id,
    weight,
    isControl,
    items,
    scopeDetails: {
      decisionProvider: 'TGT',
      activity: { id: activity },
      experience: { id },
      strategies: [{ algorithmID: '0', trafficType: isControl ? '0' : '1' }],
      characteristics: { eventToken: tokenOf({ activity, experience: id }) },
    },
  };
}

/** Higher priority first; of the same one, those for an audience before those for everybody; then by id. */
const inOrder = (a: ActivityDefinition, b: ActivityDefinition): number =>
  b.priority - a.priority ||
  Number(b.audience !== undefined) - Number(a.audience !== undefined) ||
  (a.id < b.id ? -1 : 1);

const byRank = (a: CompiledActivity, b: CompiledActivity): number => a.rank - b.rank;

/** Whether all that apply are shown there, not only the first: the page as a whole, not a place on it. */
export const isPageScope = (scope: string): boolean => scope === PAGE_SCOPE;

function listed(map: Map<string, CompiledActivity[]>, key: string, activity: CompiledActivity): void {
  const own = map.get(key);
  if (own?.at(-1) === activity) return;
  if (own) own.push(activity);
  else map.set(key, [activity]);
}
