const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `2026-11-30 10:49 UTC`: the zone always stands there. */
export const utc = (instant: string | number): string => {
  const iso = new Date(instant).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
};

/** How long ago, within a day; the time itself before. */
export function ago(instant: string | number, now: number): string {
  const passed = now - new Date(instant).getTime();
  if (passed >= DAY || passed < -MINUTE) return utc(instant);
  if (passed >= HOUR) return `${Math.floor(passed / HOUR)} h ago`;
  if (passed >= MINUTE) return `${Math.floor(passed / MINUTE)} min ago`;
  return `${Math.max(0, Math.floor(passed / 1_000))} s ago`;
}
