import type { IngestionMetadata } from '#core/ingestion/accept.ts';
import { openEnvelope } from '#core/ingestion/envelope.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { decodeJson, rawOf } from '#core/ingestion/text/decode-json.ts';
import { KEPT_BYTES } from '#core/ingestion/text/splitter.ts';
import { UNKNOWN_DATASET } from '#core/record/partition.ts';
import { MAX_RECORD_BYTES, type Position, type Raw, type Rejection } from '#core/record/record.ts';
import type { ReceivedRecord } from './process.ts';

/**
 * A message of the streaming door as it goes on: its envelope is opened (aep.md §2.1), and the schema it names must be
 * that of its dataset.
 */
export function receiveMessage(
  bytes: Uint8Array,
  position: Position,
  metadata: Omit<IngestionMetadata, 'ingestionId'>,
  catalog: IngestionSettings,
): ReceivedRecord & Raw {
  const decoded = decodeJson(bytes);
  const rejected = (rejection: Rejection, datasetId = UNKNOWN_DATASET): ReceivedRecord & Raw => {
    const kept = bytes.length > MAX_RECORD_BYTES ? bytes.subarray(0, KEPT_BYTES) : bytes;
    return { ...metadata, datasetId, position, ...rawOf(kept), entity: undefined, rejection };
  };
  if (decoded.rejection) return rejected(decoded.rejection);
  const opened = openEnvelope(decoded.value);
  if ('rejection' in opened) return rejected(opened.rejection);
  const { datasetId, schemaId, entity, operation } = opened;
  const dataset = catalog.datasets.get(datasetId);
  if (dataset && schemaId !== undefined && schemaId !== dataset.schemaId) {
    return rejected(schemaMismatch(dataset.schemaId, schemaId), datasetId);
  }
  return { ...metadata, datasetId, position, raw: decoded.text, entity, ...(operation && { operation }) };
}

const schemaMismatch = (expected: string, found: string): Rejection => ({
  code: 'schema-mismatch',
  message: 'The envelope names another schema than its dataset has',
  pointer: '/header/schemaRef/id',
  expected,
  found: found.slice(0, 256),
});
