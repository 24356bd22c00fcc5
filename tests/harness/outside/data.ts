import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Set to `none`, nothing lies beside the checkout, whatever is there: how the tests are tried both ways. */
export const OUTSIDE_DATA = 'TRIBUTARY_OUTSIDE_DATA';

const SHARED = join(import.meta.dirname, '..', '..', '..', '..', 'shared');

/** Data that may lie beside the checkout. It is no part of the repository, and nothing may fail for want of it. */
export interface OutsideData {
  /** As one writes it at the top of the checkout. */
  readonly name: string;
  readonly path: string;
  readonly isHere: boolean;
}

/** The only way to find such data: tests go on with `describeOutside`, which says what was not run without it. */
export function outsideData(path: string): OutsideData {
  const full = join(SHARED, path);
  const isHidden = process.env[OUTSIDE_DATA] === 'none';
  return { name: `../shared/${path}`, path: full, isHere: !isHidden && existsSync(full) };
}

/** Goes on after "they are", or stands alone. */
export const whyAbsent = (): string =>
  process.env[OUTSIDE_DATA] === 'none' ? `left aside, as ${OUTSIDE_DATA} is "none"` : 'not beside this checkout';
