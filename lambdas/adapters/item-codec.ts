import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * State is kept as JSON in one attribute: half the size of DynamoDB's own maps, and nothing is ever looked up inside.
 * Above a few KB it is deflated, because every KB written costs.
 */
const DEFLATE_ABOVE = 4_096;

/** An attribute as the SDK gives it, or as a stream event carries it (binary as base64). */
export type StoredAttributes = Readonly<Record<string, AttributeValue | { readonly B: string } | undefined>>;

export function encodeState(state: object): { readonly state: AttributeValue } {
  const json = JSON.stringify(state);
  if (json.length <= DEFLATE_ABOVE) return { state: { S: json } };
  return { state: { B: deflateRawSync(json, { level: 6 }) } };
}

export function decodeState<T>(attributes: StoredAttributes): T {
  const { state } = attributes;
  if (state && 'S' in state && state.S !== undefined) return JSON.parse(state.S) as T;
  if (state && 'B' in state && state.B !== undefined) {
    const bytes: unknown = state.B;
    const deflated = typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : (bytes as Uint8Array);
    return JSON.parse(inflateRawSync(deflated).toString('utf8')) as T;
  }
  throw new Error('The item has no state: it was not written by this version of the platform');
}

export const stringAt = (attributes: StoredAttributes, name: string): string | undefined => {
  const value = attributes[name];
  return value && 'S' in value ? value.S : undefined;
};

export const numberAt = (attributes: StoredAttributes, name: string): number | undefined => {
  const value = attributes[name];
  return value && 'N' in value && value.N !== undefined ? Number(value.N) : undefined;
};
