import type { IngestionMetadata } from '#core/ingestion/accept.ts';
import { isEnvelope, type Opened, openEnvelope } from '#core/ingestion/envelope.ts';
import type { RawConnection } from '#core/ingestion/raw-records/connections.ts';
import { openWrapped } from '#core/ingestion/raw-records/wrapped.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { looksLikeForm } from '#core/ingestion/stream/looks-like-text.ts';
import { describeUnreadable } from '#core/ingestion/stream/messages.ts';
import { decodeJson, rawOf } from '#core/ingestion/text/decode-json.ts';
import { KEPT_BYTES } from '#core/ingestion/text/splitter.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { MAX_RECORD_BYTES, type Position, type Raw, type Rejection } from '#core/record/record.ts';
import type { ReceivedRecord } from './process.ts';

/** What a message becomes, without where and when it came. */
type Received = Pick<ReceivedRecord, 'datasetId' | 'entity' | 'omitted' | 'operation' | 'rejection'>;

/**
 * A message of the stream as it goes on. One in AEP's envelope is opened (aep.md §2.1), and the schema it names must be
 * that of its dataset. Another one is a raw record of the source connection that it names, or that the catalog says.
 */
export function receiveMessage(
  bytes: Uint8Array,
  position: Position,
  metadata: Omit<IngestionMetadata, 'ingestionId'>,
  catalog: IngestionSettings,
): ReceivedRecord & Raw {
  const decoded = decodeJson(bytes);
  if (decoded.rejection) {
    return { ...metadata, position, ...keptOf(bytes), ...rejectedAs(describeUnreadable(decoded.rejection, bytes)) };
  }
  const { value, text } = decoded;
  const received = isEnvelope(value) ? receiveEnvelope(value, catalog) : receiveUnwrapped(value, catalog);
  // Of a rejected one every byte is kept, a mark of its encoding too.
  return { ...metadata, position, ...(received.rejection ? keptOf(bytes) : { raw: text }), ...received };
}

/** The same of a message that is not read any further. */
export const rejectMessage = (
  bytes: Uint8Array,
  position: Position,
  metadata: Omit<IngestionMetadata, 'ingestionId'>,
  rejection: Rejection,
): ReceivedRecord & Raw => ({ ...metadata, position, ...keptOf(bytes), ...rejectedAs(rejection) });

const keptOf = (bytes: Uint8Array): Raw =>
  rawOf(bytes.length > MAX_RECORD_BYTES ? bytes.subarray(0, KEPT_BYTES) : bytes);

const rejectedAs = (rejection: Rejection, datasetId = UNKNOWN_DATASET): Received => ({
  datasetId,
  entity: undefined,
  rejection,
});

/** A message that must be in the envelope. */
export function receiveEnvelope(value: unknown, catalog: IngestionSettings): Received {
  const opened = openEnvelope(value);
  if ('rejection' in opened) return rejectedAs(opened.rejection);
  const { datasetId, entity, operation } = opened;
  const mismatch = mismatchOf(opened, catalog);
  if (mismatch) return rejectedAs(mismatch, datasetId);
  return { datasetId, entity, ...(operation && { operation }) };
}

function mismatchOf({ datasetId, schemaId }: Opened, { datasets }: IngestionSettings): Rejection | undefined {
  const dataset = datasets.get(datasetId);
  if (!dataset || schemaId === undefined || schemaId === dataset.schemaId) return undefined;
  return schemaMismatch(dataset.schemaId, schemaId);
}

function receiveUnwrapped(value: unknown, catalog: IngestionSettings): Received {
  const { rawConnections } = catalog;
  const wrapped = openWrapped(value);
  if (wrapped) {
    const connection = rawConnections.byId.get(wrapped.connectionId);
    return connection
      ? receiveRaw(wrapped.record, connection, catalog)
      : rejectedAs(unknownConnection([...rawConnections.byId.keys()]));
  }
  const connection = rawConnections.ofStream(value);
  if (connection) return receiveRaw(value, connection, catalog);
  const { rejection } = openEnvelope(value) as { rejection: Rejection };
  const message = `${rejection.message}; it looks like ${looksLikeForm(value)}. ${HOW_RAW}`;
  return rejectedAs({ ...rejection, message });
}

/** A raw record of a connection: of which dataset it is, and what record of it by the mapping. */
export function receiveRaw(value: unknown, connection: RawConnection, { datasets }: IngestionSettings): Received {
  const read = connection.read(value);
  if ('rejection' in read) return rejectedAs(read.rejection);
  const { datasetId } = read;
  const dataset = datasets.get(datasetId);
  if (!dataset) return { datasetId, entity: undefined };
  const { definition, behaviour } = dataset;
  const mapped = dataset.mapObject(definition.mapping?.length ? read.record : read.entity(behaviour === 'event'));
  if (mapped.rejection) return rejectedAs(mapped.rejection, datasetId);
  return { datasetId, entity: mapped.value, ...(mapped.omitted && { omitted: mapped.omitted }) };
}

const HOW_RAW =
  'Send it in the envelope, or let a source connection of format json or cloudevents read it (docs/ingestion.md)';

const unknownConnection = (known: readonly string[]): Rejection => ({
  code: 'invalid-envelope',
  message: 'The message names a source connection that the catalog does not have, or whose records are no raw ones',
  pointer: '/header/sourceConnection',
  expected: known.length === 0 ? 'a source connection of format json or cloudevents' : known.join(', '),
  found: 'another id',
});

const schemaMismatch = (expected: string, found: string): Rejection => ({
  code: 'schema-mismatch',
  message: 'The envelope names another schema than its dataset has',
  pointer: '/header/schemaRef/id',
  expected,
  found: found.slice(0, 256),
});
