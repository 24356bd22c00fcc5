import { hash } from 'node:crypto';
import type { CollectedMessage, CollectionStream } from '#core/ports/collection-stream.ts';
import { identityKey } from '#core/record/identity.ts';
import type { DestinationCatalog } from '../destination-catalog.ts';
import { requestTypeOf } from '../registry.ts';
import type { TextDestination, TextSettings } from './settings.ts';

const PARTITION_KEY_LENGTH = 22;

/**
 * The record of somebody who wants no texts any more, in AEP's envelope (aep.md §2.1): it is ingested like every other, so
 * that it counts wherever the number belongs to.
 * @param number E.164
 * @param at epoch ms
 */
export function optOutMessage(
  { dataset, namespace }: TextSettings['optOuts'],
  number: string,
  at: number,
): CollectedMessage {
  const time = new Date(at).toISOString();
  const message = {
    header: { datasetId: dataset },
    body: {
      xdmEntity: {
        identityMap: { [namespace]: [{ id: number, primary: true }] },
        consents: { marketing: { sms: { val: 'n', time, reason: 'STOP' } } },
      },
    },
  };
  const key = hash('sha256', identityKey({ namespace, value: number }), 'base64url').slice(0, PARTITION_KEY_LENGTH);
  return { key, data: new TextEncoder().encode(JSON.stringify(message)) };
}

export interface OptOutDeps {
  readonly catalog: DestinationCatalog;
  readonly stream: CollectionStream;
}

/**
 * Puts such a record on the stream.
 * @throws Error where there is no room for it, or the destination is none that sends texts: try again
 */
export function createOptOutRecorder({ catalog, stream }: OptOutDeps) {
  return async (destinationId: string, number: string, at: number): Promise<void> => {
    const destination = (await catalog.current()).destinations.get(destinationId);
    if (!destination || !requestTypeOf(destination)?.texts) {
      throw new Error(`Destination "${destinationId}" sends no texts: an opt-out can't be recorded for it`);
    }
    const { optOuts } = destination as unknown as TextDestination;
    const left = await stream.put([optOutMessage(optOuts, number, at)]);
    if (left.size > 0) throw new Error('The stream "collection" has no room for the record of an opt-out');
  };
}
