import type { S3FileDestination } from '#core/catalog/definitions.ts';

export type ExportSchedule = S3FileDestination['schedule'];

/** The hub reads its files twice a day (aep.md §7.6). */
export const HUB_SCHEDULE: ExportSchedule = 'every12h';

const HOUR_MS = 60 * 60 * 1000;

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
