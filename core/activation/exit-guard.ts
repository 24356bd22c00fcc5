import { GUARD_SHARDS } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import { DAY_MS } from '#core/util/durations.ts';
import type { AudienceChanges } from './guard.ts';
import { type GuardSettings, maxExits } from './guard-settings.ts';
import type { ExitCount, GuardState, GuardStore } from './ports/guard.ts';

/** For how long a function believes what it has read: of a destination's state, and of the size of an audience. */
const STATE_FRESH_MS = 5_000;
const SIZE_FRESH_MS = 60_000;
const OPEN: GuardState = { epoch: 0 };

/** What is known of an audience and of those who leave it. */
interface Room {
  readonly readAt: number;
  /** At the beginning of these 24 hours, or since then if it has grown. */
  readonly size: number;
  /** Who has left within the last 24 hours and is not counted today. */
  readonly before: number;
  readonly most: number;
  /** Of shards that have no more room. */
  readonly full: Set<number>;
}

/**
 * Lets profiles leave the audiences of a destination as long as its guard has room within 24 hours, and holds the
 * destination when it has not. Those who left yesterday count by the share of yesterday that is within the 24 hours. A
 * leave is one conditional write in one of some shards, each of which has its part of the room, so that no more leave
 * than may, whoever asks at once, and no item is asked by everybody.
 */
export class ExitGuard {
  readonly #store: GuardStore;
  readonly #now: Clock;
  readonly #states = new Map<string, { readonly state: GuardState; readonly readAt: number }>();
  readonly #rooms = new Map<string, Room>();

  constructor(store: GuardStore, now: Clock) {
    this.#store = store;
    this.#now = now;
  }

  /** What the guards say, as far as they have something to say; some seconds old at most. */
  async states(destinationIds: readonly string[]): Promise<ReadonlyMap<string, GuardState>> {
    const now = this.#now();
    const stale = destinationIds.filter((id) => !((this.#states.get(id)?.readAt ?? 0) > now - STATE_FRESH_MS));
    if (stale.length > 0) {
      const read = await this.#store.states(stale);
      for (const id of stale) this.#states.set(id, { state: read.get(id) ?? OPEN, readAt: now });
    }
    return new Map(destinationIds.map((id) => [id, this.#states.get(id)!.state]));
  }

  /**
   * Asks leave for the profiles of one item to leave audiences. Where one of them may not, the destination is held.
   * @param shard any number; another for other items
   */
  async mayLeave(
    destinationId: string,
    settings: GuardSettings,
    exits: AudienceChanges,
    shard: number,
  ): Promise<boolean> {
    const { epoch, held, openUntil } = (await this.states([destinationId])).get(destinationId)!;
    if (held) return false;
    if (openUntil !== undefined && this.#now() < openUntil) return true;
    for (const [segmentId, profiles] of Object.entries(exits)) {
      const count = { destinationId, epoch, segmentId, day: Math.floor(this.#now() / DAY_MS) };
      for (let n = 0; n < profiles; n++) {
        if (await this.#take(count, settings, shard)) continue;
        await this.#hold(count, settings);
        return false;
      }
    }
    return true;
  }

  /** Counts what has been routed. @param shard any number; another each time */
  async count(destinationId: string, changes: AudienceChanges, shard: number): Promise<void> {
    for (const [segmentId, by] of Object.entries(changes)) {
      if (by !== 0) await this.#store.addToAudience(destinationId, segmentId, shard % GUARD_SHARDS, by);
    }
  }

  async #take(count: ExitCount, settings: GuardSettings, first: number): Promise<boolean> {
    // A size that was read a while ago may have grown since.
    for (const fresh of [SIZE_FRESH_MS, 0]) {
      const room = await this.#roomOf(count, settings, fresh);
      for (let n = 0; n < GUARD_SHARDS; n++) {
        const shard = (first + n) % GUARD_SHARDS;
        if (room.full.has(shard)) continue;
        const most = Math.floor((Math.max(0, room.most - room.before) + shard) / GUARD_SHARDS);
        if (most > 0 && (await this.#store.takeExit(count, shard, most))) return true;
        room.full.add(shard);
      }
    }
    return false;
  }

  async #roomOf(count: ExitCount, settings: GuardSettings, freshMs: number): Promise<Room> {
    const { destinationId, epoch, segmentId, day } = count;
    const name = JSON.stringify([destinationId, epoch, segmentId, day]);
    const now = this.#now();
    const known = this.#rooms.get(name);
    if (known && known.readAt > now - freshMs) return known;
    const [members, yesterday] = await Promise.all([
      this.#store.audience(destinationId, segmentId),
      this.#store.exits({ ...count, day: day - 1 }),
    ]);
    const before = Math.ceil(yesterday * (1 - (now % DAY_MS) / DAY_MS));
    // It becomes smaller by those who leave: what counts is how large it was before.
    const size = (await this.#store.largest(count, Math.max(0, members))) + before;
    const room = { readAt: now, size, before, most: maxExits(settings, size), full: new Set<number>() };
    // Those of other days and epochs are over.
    if (this.#rooms.size > 1_000) this.#rooms.clear();
    this.#rooms.set(name, room);
    return room;
  }

  async #hold(count: ExitCount, settings: GuardSettings): Promise<void> {
    const { destinationId, epoch, segmentId } = count;
    const { size, before, most } = await this.#roomOf(count, settings, SIZE_FRESH_MS);
    const left = (await this.#store.exits(count)) + before;
    const held = { since: this.#now(), segmentId, size, left, most };
    await this.#store.hold(destinationId, epoch, held);
    this.#states.delete(destinationId);
  }
}
