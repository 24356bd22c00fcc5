import type { FoundRow, PlaceInQuarantine } from '#core/pipeline/quarantine/page.ts';
import { rowId } from '#core/pipeline/quarantine/read.ts';

/**
 * What stands for a rejected record in addresses and requests: the object of the quarantine that it lies in, and its id there.
 * So it is found without a search, and nothing of the record can be read from it.
 */
export const referenceOf = ({ object, row }: FoundRow): string => tokenOf({ object, id: rowId(row) });

/** Where a list goes on. */
export const tokenOf = ({ object, id = '' }: PlaceInQuarantine): string =>
  Buffer.from(`${object}\n${id}`, 'utf8').toString('base64url');

/** @returns undefined for what is no place in a quarantine */
export function placeOf(token: string): PlaceInQuarantine | undefined {
  if (!/^[\w-]{1,2000}$/.test(token)) return undefined;
  const [object = '', id, ...more] = Buffer.from(token, 'base64url').toString('utf8').split('\n');
  if (!object.startsWith('dataset=') || id === undefined || more.length > 0) return undefined;
  return { object, ...(id !== '' && { id }) };
}

/** Whether a text can be the reference of a rejected record. */
export const isReference = (text: string): boolean => placeOf(text)?.id !== undefined;
