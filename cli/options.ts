import { InvalidArgumentError, Option } from 'commander';
import type { IdentityKey } from '#core/record/identity.ts';

/** For options that may be given several times. */
export const collect = (value: string, values: readonly string[]): string[] => [...values, value];

/** A flag that is the command's argument now (CONTRIBUTING.md, "Commands"): whoever still writes it is told so. */
export const formerFlag = (flag: `--${string} <${string}>`): Option =>
  new Option(flag).hideHelp().argParser((value: string) => {
    throw new InvalidArgumentError(`Write "${value}" without the flag: it is the argument of the command.`);
  });

/** An instant as epoch ms. */
export function parseInstant(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('Expected an instant such as 2026-01-31T00:00:00Z');
  return time;
}

/** A whole number from 0. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) throw new InvalidArgumentError('Expected a whole number');
  return count;
}

/** An identity as `NAMESPACE:VALUE`. */
export function parseIdentity(text: string): IdentityKey {
  if (!/^[^:]+:./s.test(text)) throw new InvalidArgumentError('Expected NAMESPACE:VALUE such as CRMID:C00001');
  return text;
}
