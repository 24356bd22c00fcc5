import type { DeliveryError } from '#core/activation/errors/delivery-error.ts';
import { table } from './table.ts';

/** Why a destination did not take single people, as it is shown. */
export interface DestinationErrors {
  readonly destination: string;
  /** ISO 8601. */
  readonly since: string;
  /** Of all people and attempts in these hours, the listed ones among them. */
  readonly rejected: number;
  readonly retried: number;
  readonly errors: readonly (Omit<DeliveryError, 'first' | 'last'> & {
    readonly first: string;
    readonly last: string;
  })[];
}

/** With times as people read them. */
export const asErrors = (errors: readonly DeliveryError[]): DestinationErrors['errors'] =>
  errors.map((error) => ({
    ...error,
    first: new Date(error.first).toISOString(),
    last: new Date(error.last).toISOString(),
  }));

export function printErrors({ destination, since, rejected, retried, errors }: DestinationErrors): string {
  const rows = errors.map(({ last, errorClass, reason, identities, profile, times, detail = '' }) => [
    `${last.slice(0, 19)}Z`,
    errorClass,
    reason,
    identities.join(' '),
    profile,
    times,
    detail,
  ]);
  const head = ['last', 'class', 'reason', 'identities', 'profile', 'times', "the vendor's words"];
  const count = (n: number): string => n.toLocaleString('en-US');
  return [
    `Errors of ${destination} since ${since}: ${count(rejected)} rejected for good, ${count(retried)} attempts repeated`,
    rows.length === 0 ? '  none is noted' : table(head, rows),
    '',
  ].join('\n');
}
