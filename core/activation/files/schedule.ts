import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';

const BY_CLOCK = ['hourly', 'every3h', 'every6h', 'every8h', 'every12h', 'daily'] as const;
export const EXPORT_SCHEDULES = [...BY_CLOCK, 'afterEvaluation'] as const;
export type ExportSchedule = (typeof EXPORT_SCHEDULES)[number];

/** When files are written. */
export interface ExportWindow {
  readonly schedule: ExportSchedule;
  /** The first day, `yyyy-mm-dd`, UTC. */
  readonly startDate?: string | undefined;
  /** The day on which nothing is exported any more. */
  readonly endDate?: string | undefined;
}

/** The hub reads its files twice a day (aep.md §7.6). */
export const HUB_SCHEDULE: ExportSchedule = 'every12h';

const HOURS: Readonly<Record<(typeof BY_CLOCK)[number], number>> = {
  hourly: 1,
  every3h: 3,
  every6h: 6,
  every8h: 8,
  every12h: 12,
  daily: 24,
};

/** What an evaluation has changed is routed and gathered by then. */
const SETTLED_AFTER_MS = 15 * MINUTE_MS;
/** What was missed so long goes out after the next evaluation. */
const DUE_FOR_MS = DAY_MS;

/**
 * The slot of an evaluation of all profiles, for who wants files straight after it (aep.md §6.3): the second in which it
 * ended, a quarter of an hour later and for a day.
 * @param at epoch ms
 * @param endedAt epoch ms of the last that came to its end; undefined where none has
 */
export function slotAfterEvaluation(at: number, endedAt: number | undefined): number | undefined {
  if (endedAt === undefined) return undefined;
  const age = at - endedAt;
  return age >= SETTLED_AFTER_MS && age < DUE_FOR_MS ? Math.floor(endedAt / 1_000) * 1_000 : undefined;
}

/**
 * The slot of a schedule by the clock that `at` falls in, if it falls in the slot's first hour; slots are counted from midnight UTC.
 * What a slot missed goes out with the next one.
 * @param at epoch ms
 * @returns epoch ms of the slot's beginning, or undefined where nothing is due
 */
export function dueSlot(schedule: Exclude<ExportSchedule, 'afterEvaluation'>, at: number): number | undefined {
  const length = HOURS[schedule] * HOUR_MS;
  const slot = Math.floor(at / length) * length;
  return at - slot < HOUR_MS ? slot : undefined;
}

/**
 * Whether a slot lies in the days of exports. The last day of a range is not exported: from Jan 4 to Jan 11 the last
 * file is that of Jan 10 (aep.md §6.3).
 * @param slot epoch ms
 */
export function isExportDay({ startDate, endDate }: ExportWindow, slot: number): boolean {
  const day = new Date(slot).toISOString().slice(0, 10);
  return (startDate === undefined || day >= startDate) && (endDate === undefined || day < endDate);
}
