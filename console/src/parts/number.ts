const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const millions = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });

/** 9,999,999 as it is, and 12.4 M from there; unknown is a dash, and zero is 0. */
export const count = (value: number | undefined): string => {
  if (value === undefined) return '–';
  return Math.abs(value) < 10_000_000 ? whole.format(value) : `${millions.format(value / 1_000_000)} M`;
};

/** A change with its sign. */
export const change = (value: number | undefined): string =>
  value === undefined ? '–' : `${value > 0 ? '+' : value < 0 ? '−' : '±'}${whole.format(Math.abs(value))}`;

/** A share from 0 to 1; what is there but rounds to nothing is said to be there. */
export const share = (value: number | undefined): string => {
  if (value === undefined) return '–';
  return value > 0 && value < 0.001 ? '< 0.1%' : percent.format(value);
};
