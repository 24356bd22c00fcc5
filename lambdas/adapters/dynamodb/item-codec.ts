import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { packJson, unpackJson } from './compact-json.ts';

/**
 * State is kept as packed JSON in one attribute: a fraction of the size of DynamoDB's own maps, and nothing is ever
 * looked up inside.
 */

/** An attribute as the SDK gives it, or as a stream event carries it (binary as base64). */
export type StoredAttributes = Readonly<Record<string, AttributeValue | { readonly B: string } | undefined>>;

export const encodeState = (state: object): { readonly state: { readonly B: Uint8Array } } => ({
  state: { B: packJson(JSON.stringify(state)) },
});

export function decodeState<T>(attributes: StoredAttributes): T {
  const bytes = bytesAt(attributes, 'state');
  if (!bytes) throw new Error('The item has no state: it was not written by this version of the platform');
  return JSON.parse(unpackJson(bytes)) as T;
}

export function bytesAt(attributes: StoredAttributes, name: string): Uint8Array | undefined {
  const value = attributes[name];
  if (!value || !('B' in value) || value.B === undefined) return undefined;
  const bytes: unknown = value.B;
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : (bytes as Uint8Array);
}

export const stringAt = (attributes: StoredAttributes, name: string): string | undefined => {
  const value = attributes[name];
  return value && 'S' in value ? value.S : undefined;
};

export const numberAt = (attributes: StoredAttributes, name: string): number | undefined => {
  const value = attributes[name];
  return value && 'N' in value && value.N !== undefined ? Number(value.N) : undefined;
};

/** All numbers of an item, by the names of their attributes. */
export const numbersIn = (attributes: StoredAttributes): Record<string, number> =>
  Object.fromEntries(
    Object.keys(attributes).flatMap((name) => {
      const number = numberAt(attributes, name);
      return number === undefined ? [] : [[name, number] as const];
    }),
  );
