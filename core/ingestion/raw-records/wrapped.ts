import { isObject } from '#core/util/is-object.ts';

/** A raw record that names its source connection, as the collection endpoint puts it on the stream. */
export interface Wrapped {
  readonly connectionId: string;
  readonly record: unknown;
}

/**
 * Wraps a raw record, byte for byte, so that the stream knows which connection it came by.
 * @param text one JSON value
 */
export const wrapRecord = (connectionId: string, text: string): string =>
  `{"header":{"sourceConnection":${JSON.stringify(connectionId)}},"body":{"rawRecord":${text}}}`;

/** Inverse of {@link wrapRecord}; undefined for what is not wrapped. */
export function openWrapped(value: unknown): Wrapped | undefined {
  if (!isObject(value) || !isObject(value.header) || !isObject(value.body)) return undefined;
  const { sourceConnection: connectionId } = value.header;
  if (typeof connectionId !== 'string' || !Object.hasOwn(value.body, 'rawRecord')) return undefined;
  return { connectionId, record: value.body.rawRecord };
}
