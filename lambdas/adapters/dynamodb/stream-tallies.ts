import { operationsKey } from '#core/contract/tables.ts';
import type { Counters } from '#core/counts/counters.ts';
import type { CountNote, CountOnce } from '#core/counts/ports/count-store.ts';
import { CountNotes } from './count-store.ts';
import { decodeState, encodeState, type StoredAttributes } from './item-codec.ts';

/**
 * What one call of `stitch-stream`, `evaluate` or `route` has counted, in the very item that notes it: one conditional write, where
 * counters and a note would be a transaction of two. The stream of the table brings it to the counters, with many others.
 */
export class DynamoDbStreamTallies extends CountNotes implements CountOnce {
  commit(note: CountNote, change: Counters): Promise<readonly string[] | undefined> {
    return this.put(note, encodeState({ change }));
  }

  protected override keyOf(mark: string): string {
    return operationsKey.streamTally(mark);
  }
}

/** What an item counts; nothing where it is a note alone. */
export const tallyIn = (attributes: StoredAttributes): Counters =>
  'state' in attributes ? decodeState<{ change: Counters }>(attributes).change : {};
