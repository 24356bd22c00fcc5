import { pendingKey } from '#core/activation/files/keys.ts';
import { type FileDelivery, pendingPart } from '#core/activation/files/pending.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import { logFailure } from './log.ts';
import type { RunItems } from './sqs-handler.ts';

/**
 * Puts a batch of deliveries aside for the next file: one part for each delivery lane. The part is named after its messages,
 * so the same batch that comes again replaces itself.
 */
export function accumulate<T extends FileDelivery>(
  exports: ObjectStore,
  laneOf: (destinationId: string) => string,
): RunItems<T> {
  return async (items) => {
    const failed = new Set<string>();
    for (const [laneId, own] of Map.groupBy(items, ({ value }) => laneOf(value.destinationId))) {
      const ids = own.map(({ id }) => id);
      try {
        const body = pendingPart(own.map(({ value }) => value));
        await exports.put(pendingKey(laneId, ids), body, { contentType: 'application/x-ndjson' });
      } catch (error) {
        logFailure(error, { laneId, messages: own.length });
        for (const id of ids) failed.add(id);
      }
    }
    return failed;
  };
}
