import type { CatalogPort } from '#core/catalog/port.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { ObjectAddresses } from '#core/ports/object-addresses.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/record/operations.ts';
import type { RevertMessage } from '#core/revert/batch-to-revert.ts';
import type { Callers } from '../management/caller.ts';

export interface BatchApiDeps {
  readonly catalog: CatalogPort;
  readonly callers: Callers;
  readonly landing: ObjectStore;
  /** Of objects in the same bucket. */
  readonly addresses: ObjectAddresses;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  /** Takes batches to those who take them back. */
  readonly reverts: MessageQueue<RevertMessage>;
  /** Whether callers can resolve the host that AWS has given the address; what answers in place of AWS has none. */
  readonly hasOwnHost: boolean;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}
