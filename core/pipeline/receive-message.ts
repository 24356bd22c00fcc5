import type { IngestionMetadata } from '#core/ingestion/accept.ts';
import { hasEntity, isEnvelope, type Opened, openEnvelope } from '#core/ingestion/envelope.ts';
import type { RawConnection } from '#core/ingestion/raw-records/connections.ts';
import { openWrapped, type Wrapped } from '#core/ingestion/raw-records/wrapped.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { looksLikeForm } from '#core/ingestion/stream/looks-like-text.ts';
import { describeUnreadable } from '#core/ingestion/stream/messages.ts';
import { decodeJson, rawOf } from '#core/ingestion/text/decode-json.ts';
import { KEPT_BYTES } from '#core/ingestion/text/splitter.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { type DecodedRecord, MAX_RECORD_BYTES, type Position, type Raw, type Rejection } from '#core/record/record.ts';
import type { ReceivedRecord } from './process.ts';

/** What a message becomes, without where and when it came. */
type Received = Pick<ReceivedRecord, 'datasetId' | 'entity' | 'omitted' | 'operation' | 'rejection'>;

type Metadata = Omit<IngestionMetadata, 'ingestionId'>;

/**
 * A message of the stream as it goes on. One in AEP's envelope is opened (aep.md §2.1), and the schema it names must be
 * that of its dataset. Another one is a raw record of the source connection that it names, or that the catalog says.
 */
export const receiveMessage = (
  bytes: Uint8Array,
  position: Position,
  metadata: Metadata,
  catalog: IngestionSettings,
): ReceivedRecord & Raw =>
  receive(bytes, position, metadata, (value) => {
    if (hasEntity(value)) return receiveEnvelope(value, catalog);
    const wrapped = openWrapped(value);
    if (wrapped) return receiveWrapped(wrapped, catalog);
    return isEnvelope(value) ? receiveEnvelope(value, catalog) : receiveUnwrapped(value, catalog);
  });

/**
 * A message that came on a connection as it goes on.
 * @param connection whose records are raw; without one, the message must be in the envelope
 */
export const receiveOn = (
  connection: RawConnection | undefined,
  bytes: Uint8Array,
  position: Position,
  metadata: Metadata,
  catalog: IngestionSettings,
): ReceivedRecord & Raw =>
  receive(bytes, position, metadata, (value) =>
    connection ? receiveRaw(value, connection, catalog) : receiveEnvelope(value, catalog),
  );

/** A record of a file as if it had come on a connection whose records are raw. */
export function receiveDecodedOn(
  connection: RawConnection,
  decoded: DecodedRecord,
  metadata: Metadata,
  catalog: IngestionSettings,
): ReceivedRecord & Raw {
  const { position } = decoded;
  if (decoded.rejection) {
    const { raw, rawEncoding } = decoded;
    return { ...metadata, position, raw, ...(rawEncoding && { rawEncoding }), ...rejectedAs(decoded.rejection) };
  }
  const raw = decoded.raw ?? JSON.stringify(decoded.value);
  return { ...metadata, position, raw, ...receiveRaw(decoded.value, connection, catalog) };
}

function receive(
  bytes: Uint8Array,
  position: Position,
  metadata: Metadata,
  read: (value: unknown) => Received,
): ReceivedRecord & Raw {
  const decoded = decodeJson(bytes);
  if (decoded.rejection) {
    return rejectMessage(bytes, position, metadata, describeUnreadable(decoded.rejection, bytes));
  }
  const received = read(decoded.value);
  // Of a rejected one every byte is kept, a mark of its encoding too.
  if (received.rejection) return { ...metadata, position, ...keptOf(bytes), ...received };
  const { receivedAt, tieBreaker } = metadata;
  const { datasetId, entity } = received;
  // Written out: for every message, copying one object into another would cost as much as opening its envelope.
  if (!received.operation && !received.omitted) {
    return { receivedAt, tieBreaker, position, raw: decoded.text, datasetId, entity };
  }
  return { receivedAt, tieBreaker, position, raw: decoded.text, ...received };
}

/** The same of a message that is not read any further. */
export const rejectMessage = (
  bytes: Uint8Array,
  position: Position,
  metadata: Metadata,
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
function receiveEnvelope(value: unknown, catalog: IngestionSettings): Received {
  const opened = openEnvelope(value);
  if ('rejection' in opened) return rejectedAs(opened.rejection);
  const { datasetId, entity, operation } = opened;
  const mismatch = mismatchOf(opened, catalog);
  if (mismatch) return rejectedAs(mismatch, datasetId);
  const dataset = catalog.datasets.get(datasetId);
  const record = dataset ? dataset.nullMarkers.applyTo(entity) : entity;
  return { datasetId, entity: record, ...(operation && { operation }) };
}

function mismatchOf({ datasetId, schemaId }: Opened, { datasets }: IngestionSettings): Rejection | undefined {
  const dataset = datasets.get(datasetId);
  if (!dataset || schemaId === undefined || schemaId === dataset.schemaId) return undefined;
  return schemaMismatch(dataset.schemaId, schemaId);
}

function receiveWrapped(wrapped: Wrapped, catalog: IngestionSettings): Received {
  const { record } = wrapped;
  if (wrapped.connectionId === undefined) return receiveOf(wrapped.datasetId, record, catalog);
  const { byId } = catalog.rawConnections;
  const connection = byId.get(wrapped.connectionId);
  return connection ? receiveRaw(record, connection, catalog) : rejectedAs(unknownConnection([...byId.keys()]));
}

function receiveUnwrapped(value: unknown, catalog: IngestionSettings): Received {
  const connection = catalog.rawConnections.ofStream(value);
  if (connection) return receiveRaw(value, connection, catalog);
  const { rejection } = openEnvelope(value) as { rejection: Rejection };
  const message = `${rejection.message}; it looks like ${looksLikeForm(value)}. ${HOW_RAW}`;
  return rejectedAs({ ...rejection, message });
}

/** A raw record of a connection: of which dataset it is, and what record of it by the mapping. */
function receiveRaw(value: unknown, connection: RawConnection, catalog: IngestionSettings): Received {
  const read = connection.read(value);
  if ('rejection' in read) return rejectedAs(read.rejection);
  const dataset = catalog.datasets.get(read.datasetId);
  const isMapped = dataset?.definition.mapping?.length;
  return receiveOf(read.datasetId, isMapped ? read.record : read.entity(dataset?.behaviour === 'event'), catalog);
}

/** A raw record of a dataset, by its mapping. */
function receiveOf(datasetId: string, record: unknown, { datasets }: IngestionSettings): Received {
  const dataset = datasets.get(datasetId);
  if (!dataset) return { datasetId, entity: undefined };
  const mapped = dataset.mapObject(record);
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
