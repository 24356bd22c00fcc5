import { DAY_MS } from '#core/util/durations.ts';
import type { FoldSettings } from '../fold-settings.ts';
import type { ProfileSettings } from '../profiles.ts';

/** What expiry needs to know from the catalog (aep.md §4.3). */
export interface ExpirySettings extends ProfileSettings {
  readonly fold: FoldSettings;
  /** Dataset → days that its events are kept; datasets that keep them for ever are left out. */
  readonly eventDays: Retentions;
  readonly pseudonymous?: { readonly namespaces: ReadonlySet<string>; readonly days: number };
}

export type Retentions = Readonly<Record<string, number>>;

/** Whether anything expires at all. */
export const expiresAnything = ({ eventDays, pseudonymous }: ExpirySettings): boolean =>
  pseudonymous !== undefined || Object.keys(eventDays).length > 0;

/** The datasets whose retention is another one than before. */
export function changedRetentions(before: Retentions, after: Retentions): ReadonlySet<string> {
  const datasets = [...Object.keys(before), ...Object.keys(after)];
  return new Set(datasets.filter((id) => before[id] !== after[id]));
}

/** Whether an event is older than its dataset keeps events. @param now epoch ms */
export const isExpired = (
  event: { readonly datasetId: string; readonly time: number },
  settings: FoldSettings,
  now: number,
) => (settings.expiryOf(event.datasetId, event.time) ?? Number.POSITIVE_INFINITY) <= now;

/** Whole days since the epoch (UTC) of an instant in epoch ms. */
export const dayOf = (instant: number): number => Math.floor(instant / DAY_MS);

/**
 * Whether so many whole days have passed since the last activity, of which only the day is known: what was active late on
 * that day is not removed early.
 */
export const isInactive = (lastDay: number, days: number, now: number): boolean => dayOf(now) - lastDay > days;

/** Epoch ms: what arrived before is older than the days that inactive profiles have. */
export const inactiveBefore = (days: number, now: number): number => (dayOf(now) - days) * DAY_MS;
