import { DAY_MS, MINUTE_MS } from '#core/util/durations.ts';

/** When nobody is sent a text, in the person's time: from `21:00` to `08:00` ends on the next day. */
export interface QuietHours {
  /** `hh:mm` */
  readonly from: string;
  readonly to: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether a text names a time zone, as `Europe/Berlin` does. */
export function isTimeZone(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 64) return false;
  try {
    formatOf(text);
    return true;
  } catch {
    return false;
  }
}

/** The date and the minute of the day in a time zone. @param at epoch ms */
function localTime(at: number, timeZone: string): { readonly day: string; readonly minute: number } {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: `${parts.year}-${parts.month}-${parts.day}`,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

/** The day on which a text counts, as `2026-01-31`. @param at epoch ms */
export const dayOf = (at: number, timeZone: string): string => localTime(at, timeZone).day;

const DAY_MINUTES = DAY_MS / MINUTE_MS;
/** A change of the clocks inside quiet hours makes the first guess wrong by an hour. */
const MAX_GUESSES = 4;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * When quiet hours end, or undefined where it is none now.
 * @param at epoch ms
 * @returns epoch ms, the beginning of a minute
 */
export function quietUntil(at: number, quiet: QuietHours | undefined, timeZone: string): number | undefined {
  if (!quiet) return undefined;
  const [from, to] = [minuteOf(quiet.from), minuteOf(quiet.to)];
  const isQuiet = (minute: number): boolean =>
    from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  let until = at;
  for (let guess = 0; guess < MAX_GUESSES; guess += 1) {
    const { minute } = localTime(until, timeZone);
    if (!isQuiet(minute)) break;
    const left = (to - minute + DAY_MINUTES) % DAY_MINUTES;
    until = Math.floor(until / MINUTE_MS) * MINUTE_MS + left * MINUTE_MS;
  }
  return until === at ? undefined : until;
}
