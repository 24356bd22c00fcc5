import { DAY_MS, HOUR_MS, MINUTE_MS } from '#core/util/durations.ts';
import { MONTH_NAMES, offsetAt, patternTokens } from './date-pattern.ts';

/** An instant as the clocks of a zone show it. */
interface Shown {
  readonly date: Date;
  /** Ms since midnight. */
  readonly time: number;
  /** Ms that the zone is ahead of UTC. */
  readonly offset: number;
}

const two = (value: number): string => String(value).padStart(2, '0');
const year = ({ date }: Shown): number => date.getUTCFullYear();
const month = ({ date }: Shown): number => date.getUTCMonth() + 1;
const day = ({ date }: Shown): number => date.getUTCDate();
const hour = ({ time }: Shown): number => Math.floor(time / HOUR_MS);
const halfDay = (shown: Shown): number => hour(shown) % 12 || 12;
const monthName = (shown: Shown): string => {
  const name = MONTH_NAMES[month(shown) - 1]!;
  return name.charAt(0).toUpperCase() + name.slice(1);
};

const WRITERS: Readonly<Record<string, (shown: Shown) => string>> = {
  yyyy: (shown) => String(year(shown)).padStart(4, '0'),
  yy: (shown) => two(year(shown) % 100),
  MMMM: monthName,
  MMM: (shown) => monthName(shown).slice(0, 3),
  MM: (shown) => two(month(shown)),
  M: (shown) => String(month(shown)),
  dd: (shown) => two(day(shown)),
  d: (shown) => String(day(shown)),
  HH: (shown) => two(hour(shown)),
  H: (shown) => String(hour(shown)),
  hh: (shown) => two(halfDay(shown)),
  h: (shown) => String(halfDay(shown)),
  mm: ({ time }) => two(Math.floor(time / MINUTE_MS) % 60),
  ss: ({ time }) => two(Math.floor(time / 1_000) % 60),
  SSS: ({ time }) => String(time % 1_000).padStart(3, '0'),
  a: (shown) => (hour(shown) < 12 ? 'AM' : 'PM'),
  XXX: ({ offset }) => (offset === 0 ? 'Z' : offsetText(offset)),
  X: ({ offset }) => (offset === 0 ? 'Z' : offsetText(offset, '').replace(/00$/, '')),
  Z: ({ offset }) => offsetText(offset, ''),
};

/**
 * Compiles a writer of dates: the pattern has the letters that `compileDatePattern` reads, any of them, in any number.
 * @returns the text of an instant (epoch ms) in a time zone
 * @throws Error when it has letters that mean nothing
 */
export function compileDateWriter(pattern: string): (ms: number, zone: string) => string {
  const parts = patternTokens(pattern).map(({ letters, text }) => {
    if (letters === undefined) return () => text;
    const write = Object.hasOwn(WRITERS, letters) ? WRITERS[letters] : undefined;
    if (!write) throw new Error(`"${letters}" means nothing in a date pattern`);
    return write;
  });
  return (ms, zone) => {
    const shown = shownAt(ms, zone);
    return parts.map((write) => write(shown)).join('');
  };
}

/** What a calendar and a clock in the zone show. @param ms epoch ms */
function shownAt(ms: number, zone: string): Shown {
  const offset = offsetAt(zone, ms);
  const local = ms + offset;
  return { date: new Date(local), time: ((local % DAY_MS) + DAY_MS) % DAY_MS, offset };
}

/** `+02:00`. @param offset in ms */
export function offsetText(offset: number, colon = ':'): string {
  const minutes = Math.abs(Math.trunc(offset / MINUTE_MS));
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon}${two(minutes % 60)}`;
}
