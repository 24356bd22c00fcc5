import { HOUR_MS } from '#core/util/durations.ts';

export const EXPORT_SCHEDULES = ['hourly', 'every3h', 'every6h', 'every8h', 'every12h', 'daily'] as const;
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

const HOURS: Readonly<Record<ExportSchedule, number>> = {
  hourly: 1,
  every3h: 3,
  every6h: 6,
  every8h: 8,
  every12h: 12,
  daily: 24,
};

/**
 * The slot of a schedule that `at` falls in, if it falls in the slot's first hour; slots are counted from midnight UTC.
 * What a slot missed goes out with the next one.
 * @param at epoch ms
 * @returns epoch ms of the slot's beginning, or undefined where nothing is due
 */
export function dueSlot(schedule: ExportSchedule, at: number): number | undefined {
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
