import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './client.ts';

/** The size of an item as DynamoDB counts it, in bytes: names and values of all attributes. */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  // Two digits a byte, and one for the number itself.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/^-|\./g, '').length / 2) + 1;
  throw new Error('The platform writes texts, numbers and bytes only');
}

/** Units of a strongly consistent read; an item that is not there costs one as well. */
export const readUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4_096));

/** Units of a write: of the larger of what was there and what is there afterwards. */
export const writeUnitsOf = (before: number, after: number): number =>
  Math.max(1, Math.ceil(Math.max(before, after) / 1_024));
