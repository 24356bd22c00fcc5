import type { Rejection } from '#core/record/record.ts';

/** A record as its fields, by name. */
export type Fields = Record<string, unknown>;

/** A value that was left out of a record which goes on without it. */
export interface Omission {
  /** JSON pointer to the field that has no value. */
  readonly pointer: string;
  readonly reason: 'not-a-phone';
  /** The column or path that it was read from. */
  readonly column?: string;
}

/** What a mapping makes of a record. */
export type Mapped =
  | { readonly value: Fields; readonly omitted?: readonly Omission[]; readonly rejection?: undefined }
  | { readonly rejection: Rejection; readonly value?: undefined; readonly omitted?: undefined };

/** Stands for a value that has its record rejected. */
export class Rejected {
  readonly rejection: Rejection;
  constructor(rejection: Rejection) {
    this.rejection = rejection;
  }
}

/** What a value looks like, without telling it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
