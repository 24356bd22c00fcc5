import type { DeliveryStateItem } from '#core/activation/delivery-state.ts';
import type { Outbox } from '#core/activation/ports/outbox.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import type { Usage } from '#core/cost/usage.ts';
import type { Versioned, VersionedStore } from '#core/identity/versioned-store.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { ItemChange } from '#core/segmentation/evaluate-change.ts';
import type { MembershipItem } from '#core/segmentation/membership.ts';
import type { Item } from '#lambdas/adapters/dynamodb/client.ts';
import { itemBytes, readUnitsOf, writeUnitsOf } from '#lambdas/adapters/dynamodb/item-size.ts';
import { pointerAttributes, writeProfileAttributes } from '#lambdas/adapters/dynamodb/profile-store.ts';
import { timelineAttributes } from '#lambdas/adapters/dynamodb/timeline.ts';
import { membershipAttributes, versionedAttributes } from '#lambdas/adapters/dynamodb/versioned-store.ts';

/**
 * Ports that count what the real adapters would ask of AWS: every item is laid out as it would be written, and its size
 * decides the units.
 */

/** Bytes that DynamoDB adds to each item that it keeps. */
const ITEM_OVERHEAD = 100;

/** Sizes of what is in the tables. */
export class TableMeter {
  readonly #usage: Usage;
  readonly #sizes = new Map<string, number>();

  constructor(usage: Usage) {
    this.#usage = usage;
  }

  read(key: string): void {
    this.#usage.reads += 1;
    this.#usage.readUnits += readUnitsOf(this.#sizes.get(key) ?? 0);
  }

  /** Several items at once are a transaction, which costs twice as much. */
  write(items: readonly Item[], prefix = ''): void {
    const factor = items.length > 1 ? 2 : 1;
    for (const item of items) {
      const key = prefix + item.pk!.S!;
      const bytes = itemBytes(item);
      this.#usage.writes += 1;
      this.#usage.writeUnits += factor * writeUnitsOf(this.#sizes.get(key) ?? 0, bytes);
      this.#sizes.set(key, bytes);
    }
  }

  /** A further write of a small item, e.g. of an index. */
  writeSmall(): void {
    this.#usage.writeUnits += 1;
  }
}

export function meteredProfiles(
  store: ProfileStore,
  meter: TableMeter,
  changed: (change: ItemChange) => void,
): ProfileStore {
  const seen = new Map<string, ItemChange['before']>();
  return {
    async lookup(keys) {
      for (const key of keys) meter.read(key);
      const found = await store.lookup(keys);
      for (const [key, lookup] of found) if ('item' in lookup) seen.set(key, lookup.item);
      return found;
    },
    async write(write) {
      const { item, pointers, mergedIn } = write;
      await store.write(write);
      meter.write([
        writeProfileAttributes(item),
        ...[...pointers, ...mergedIn.map(({ canonicalKey }) => canonicalKey)].map((key) =>
          pointerAttributes(key, item.canonicalKey),
        ),
      ]);
      const after = { ...item, revision: item.revision + 1 };
      changed({ before: item.revision === 0 ? undefined : seen.get(item.canonicalKey), after });
    },
    scan: (segment) => store.scan(segment),
  };
}

/** @param kept is told how many bytes stay */
export function meteredTimeline(timeline: Timeline, meter: TableMeter, kept: (bytes: number) => void): Timeline {
  return {
    async remember(entry) {
      const item = timelineAttributes(entry);
      kept(itemBytes(item) + ITEM_OVERHEAD);
      meter.write([{ ...item, pk: { S: `${entry.identity}|${entry.id}` } }], 'T#');
      return timeline.remember(entry);
    },
    get(identity, id) {
      meter.read(`T#${identity}|${id}`);
      return timeline.get(identity, id);
    },
    read: (identity) => timeline.read(identity),
    setExpiry: (identity, id, expiresAt) => timeline.setExpiry(identity, id, expiresAt),
    erase: (identity, id) => timeline.erase(identity, id),
  };
}

const meteredVersioned = <T extends Versioned>(
  store: VersionedStore<T>,
  meter: TableMeter,
  prefix: string,
  attributesOf: (item: T) => Item,
  written: (item: T) => void = () => {},
): VersionedStore<T> => ({
  async get(canonicalKey) {
    meter.read(prefix + canonicalKey);
    return store.get(canonicalKey);
  },
  async write(item, taken) {
    await store.write(item, taken);
    meter.write(
      [attributesOf(item), ...taken.map(({ canonicalKey }) => pointerAttributes(canonicalKey, item.canonicalKey))],
      prefix,
    );
    written(item);
  },
  scan: () => store.scan(),
});

export const meteredDeliveryStates = (
  store: VersionedStore<DeliveryStateItem>,
  meter: TableMeter,
): VersionedStore<DeliveryStateItem> =>
  meteredVersioned(store, meter, OPERATIONS_PREFIX.deliveryState, (item) => versionedAttributes(item, ''));

/** Memberships, whose index of what is due costs a write more whenever the instant changes. */
export function meteredMemberships(
  store: VersionedStore<MembershipItem>,
  meter: TableMeter,
  changed: (canonicalKey: string) => void,
): VersionedStore<MembershipItem> {
  const dueAt = new Map<string, number | undefined>();
  return meteredVersioned(store, meter, 'M#', membershipAttributes, (item) => {
    if (dueAt.get(item.canonicalKey) !== item.dueAt) meter.writeSmall();
    dueAt.set(item.canonicalKey, item.dueAt);
    changed(item.canonicalKey);
  });
}

/** Messages that SQS takes, and gives, in one request. */
export const MESSAGES_A_REQUEST = 10;

/** Counts how messages are sent, by delivery lane. */
export const meteredOutbox = (sent: (laneId: string, messages: number, requests: number) => void): Outbox => ({
  async send(deliveries) {
    for (const [laneId, group] of Map.groupBy(deliveries, (delivery) => delivery.laneId)) {
      sent(laneId, group.length, Math.ceil(group.length / MESSAGES_A_REQUEST));
    }
  },
});
