import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { DestinationCatalog } from '#core/activation/destination-catalog.ts';
import type { SentTexts } from '#core/activation/ports/sent-texts.ts';
import { noteTextEvent } from '#core/activation/texts/note-event.ts';
import { logBatch, logFailure } from '#lambdas/runtime/log.ts';

export interface TextEventsDeps {
  readonly catalog: DestinationCatalog;
  readonly sent: Pick<SentTexts, 'settle'>;
  readonly recordOptOut: (destinationId: string, number: string, at: number) => Promise<void>;
}

/** What AWS End User Messaging SMS publishes → what became of texts, and opt-outs on the stream. */
export const createHandler =
  (deps: TextEventsDeps) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body, attributes } of Records) {
      try {
        await noteTextEvent(body, Number(attributes.SentTimestamp), deps);
      } catch (error) {
        logFailure(error);
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    logBatch({ events: Records.length, failed: batchItemFailures.length });
    return { batchItemFailures };
  };
