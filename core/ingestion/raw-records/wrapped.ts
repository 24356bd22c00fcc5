import { isObject } from '#core/util/is-object.ts';

/** A raw record that names what it belongs to: its source connection, as the collection endpoint puts it on the stream, or its dataset. */
export type Wrapped = { readonly record: unknown } & (
  | { readonly connectionId: string }
  | { readonly datasetId: string; readonly connectionId?: undefined }
);

/**
 * Wraps a raw record, byte for byte, so that the stream knows what it belongs to.
 * @param text one JSON value
 */
export const wrapRecord = (
  owner: { readonly sourceConnection: string } | { readonly datasetId: string },
  text: string,
): string => `{"header":${JSON.stringify(owner)},"body":{"rawRecord":${text}}}`;

/** Inverse of {@link wrapRecord}; undefined for what is not wrapped. A message with an entity in XDM never is. */
export function openWrapped(value: unknown): Wrapped | undefined {
  if (!isObject(value) || !isObject(value.body) || !isObject(value.header)) return undefined;
  const { body, header } = value;
  if (!Object.hasOwn(body, 'rawRecord') || body.xdmEntity !== undefined) return undefined;
  const record = body.rawRecord;
  if (typeof header.sourceConnection === 'string') return { connectionId: header.sourceConnection, record };
  return typeof header.datasetId === 'string' ? { datasetId: header.datasetId, record } : undefined;
}
