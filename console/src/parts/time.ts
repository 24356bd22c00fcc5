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

/** `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / 1_000)} s`;
  const [days, hours, minutes] = [
    Math.floor(ms / DAY),
    Math.floor((ms % DAY) / HOUR),
    Math.floor((ms % HOUR) / MINUTE),
  ];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return `${minutes} min`;
}
