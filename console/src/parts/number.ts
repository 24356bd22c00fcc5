const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });

/** 9,999,999 as it is, and 12.4 M from there; unknown is a dash, and zero is 0. */
export const count = (value: number | undefined): string => {
  if (value === undefined) return '–';
  return Math.abs(value) < 10_000_000 ? whole.format(value) : `${oneDecimal.format(value / 1_000_000)} M`;
};

/** With the word that fits: `1 person`, `2 people`. */
export const counted = (value: number, one: string, several: string): string =>
  `${count(value)} ${value === 1 ? one : several}`;

/** A change with its sign. */
export const change = (value: number | undefined): string =>
  value === undefined ? '–' : `${value > 0 ? '+' : value < 0 ? '−' : '±'}${whole.format(Math.abs(value))}`;

/** A share from 0 to 1; what is there but rounds to nothing is said to be there. */
export const share = (value: number | undefined): string => {
  if (value === undefined) return '–';
  return value > 0 && value < 0.001 ? '< 0.1%' : percent.format(value);
};

/** How much a second, with a decimal where that is little. */
export const rate = (perSecond: number | undefined): string => {
  if (perSecond === undefined) return '–';
  if (perSecond > 0 && perSecond < 0.05) return '< 0.1/s';
  return `${oneDecimal.format(perSecond)}/s`;
};

/** `11,900–12,900`. */
export const interval = (low: number, high: number): string =>
  low === high ? count(low) : `${count(low)}–${count(high)}`;

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(value: number | undefined): string {
  if (value === undefined) return '–';
  const step = value < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(value) / 3));
  return `${oneDecimal.format(value / 1_000 ** step)} ${SIZES[step]}`;
}
