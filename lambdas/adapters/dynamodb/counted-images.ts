import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { audienceCounters, batchCounters, destinationCounters } from '#core/counts/contributions.ts';
import type { Counters } from '#core/counts/counters.ts';
import type { OpenedBatch } from '#core/counts/ports/last-batches.ts';
import { isRedirect, type MembershipItem } from '#core/segmentation/membership.ts';
import { type StoredAttributes, stringAt } from './item-codec.ts';
import { progressAt } from './operations.ts';
import { tallyIn } from './stream-tallies.ts';
import { readVersioned } from './versioned-store.ts';

/** What an image of the table `memberships` contributes to the counters. */
export function membershipsIn(image: StoredAttributes): Counters {
  const item = readVersioned<MembershipItem>(image, '');
  return isRedirect(item) ? {} : audienceCounters(item);
}

/** The batch that a change of the table `operations` has opened. */
export function openedBatchIn(
  before: StoredAttributes | undefined,
  after: StoredAttributes | undefined,
): OpenedBatch | undefined {
  if (!after || !stringAt(after, 'pk')?.startsWith(OPERATIONS_PREFIX.batch)) return undefined;
  return before && progressAt(before).batch ? undefined : progressAt(after).batch;
}

/** What an image of the table `operations` contributes: delivery states, batches, and what calls by the stream have counted. */
export function operationsIn(image: StoredAttributes): Counters {
  const key = stringAt(image, 'pk') ?? '';
  if (key.startsWith(OPERATIONS_PREFIX.deliveryState)) {
    const item = readVersioned<DeliveryStateItem>(image, OPERATIONS_PREFIX.deliveryState);
    return isRedirect(item) ? {} : destinationCounters(item);
  }
  if (key.startsWith(OPERATIONS_PREFIX.batch)) {
    const { batch } = progressAt(image);
    return batch ? batchCounters(batch) : {};
  }
  return key.startsWith(OPERATIONS_PREFIX.streamTally) ? tallyIn(image) : {};
}
