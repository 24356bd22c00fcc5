import type { IngestionMetadata } from '#core/ingestion/accept.ts';
import type { IngestionSettings } from '#core/ingestion/settings.ts';
import { messagesIn } from '#core/ingestion/stream/messages.ts';
import { OPEN_BRACE } from '#core/ingestion/text/json-bytes.ts';
import type { Position, Raw } from '#core/record/record.ts';
import type { ReceivedRecord } from './process.ts';
import { receiveMessage, rejectMessage } from './receive-message.ts';

type Metadata = Omit<IngestionMetadata, 'ingestionId'>;

/**
 * The records that a Kinesis record holds, at least one, each as {@link receiveMessage} has it. Where there are several,
 * each has its own place and order; all are the same again when the Kinesis record is delivered again.
 */
export function receivePayload(
  bytes: Uint8Array,
  position: Position,
  metadata: Metadata,
  catalog: IngestionSettings,
): readonly (ReceivedRecord & Raw)[] {
  // Nearly every payload is one JSON object, and is parsed as it is.
  if (bytes[0] === OPEN_BRACE) {
    const received = receiveMessage(bytes, position, metadata, catalog);
    if (!MAY_BE_SEVERAL.has(received.rejection?.code)) return [received];
  }
  const messages = messagesIn(bytes);
  const isOne = messages.length === 1;
  return messages.map(({ bytes: message, rejection }, index) => {
    const place = isOne ? position : { ...position, subSequenceNumber: index };
    const order = isOne ? metadata : { ...metadata, tieBreaker: `${metadata.tieBreaker}.${padded(index)}` };
    if (rejection) return rejectMessage(message, place, order, rejection);
    return receiveMessage(message, place, order, catalog);
  });
}

/** What is said of several objects, taken for one. */
const MAY_BE_SEVERAL: ReadonlySet<string | undefined> = new Set(['malformed', 'too-large', 'invalid-encoding']);

const padded = (index: number): string => String(index).padStart(6, '0');
