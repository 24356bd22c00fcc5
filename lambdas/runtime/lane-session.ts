import type { AttemptCounts, DeliveryLane } from '#core/activation/ports/delivery-lane.ts';
import type { Clock } from '#core/ports/clock.ts';
import { logFailure } from './log.ts';
import type { QueueItem } from './sqs-handler.ts';

/** A message of an ordered delivery lane. Its `attempt` counts tries, this one included, and no receives that waited. */
export interface LaneItem<T> extends QueueItem<T> {
  readonly receipt: string;
  /** How often the queue has handed it out, this time included. */
  readonly receives: number;
}

/** What became of a message: done (delivered, or it never will be), failed, or it waits until an instant (epoch ms). */
export type LaneOutcome = 'done' | 'failed' | { readonly until: number };

export interface LaneDeps {
  readonly lane: DeliveryLane;
  readonly attempts: AttemptCounts;
  readonly now: Clock;
}

/** Time that is kept for a request, its token, and the end of an invocation. */
export const RESERVE_MS = 12_000;
/** So long an invocation may wait for its turns, all in all: a queue hides a message for a second at least. */
const PATIENCE_MS = 500;
/** From so many receives on an attempt is noted before it is made: it may be one that no function survives. */
const SUSPICIOUS_RECEIVES = 5;

/**
 * The messages of one invocation, and what became of each. A message is open when those before it in its group are done:
 * nothing overtakes, and what was delivered never has to be delivered again because of what stood before it.
 */
export class LaneSession<T> {
  /** How long turns may be waited for, in ms; becomes less by what is waited. */
  readonly patience: { leftMs: number } = { leftMs: PATIENCE_MS };
  readonly #items: readonly LaneItem<T>[];
  readonly #deps: LaneDeps;
  readonly #deadline: number;
  readonly #outcomes = new Map<string, LaneOutcome>();
  readonly #counted = new Set<string>();
  readonly #deleted = new Set<string>();

  /** @param deadline epoch ms at which the function is ended */
  constructor(items: readonly LaneItem<T>[], deps: LaneDeps, deadline: number) {
    this.#items = items;
    this.#deps = deps;
    this.#deadline = deadline;
  }

  /** The open ones among some messages: at most one of each group. */
  open(items: readonly LaneItem<T>[]): LaneItem<T>[] {
    const seen = new Set<string>();
    const open = new Set<string>();
    for (const { id, group } of this.#items) {
      const outcome = this.#outcomes.get(id);
      if (outcome === 'done') continue;
      if (outcome === undefined && !(group !== undefined && seen.has(group))) open.add(id);
      if (group !== undefined) seen.add(group);
    }
    return items.filter(({ id }) => open.has(id));
  }

  /** Whether there is time for one more request. What is left then comes back at once. */
  hasTime(): boolean {
    return this.#deps.now() + RESERVE_MS <= this.#deadline;
  }

  /** How long the function can go on, in ms. */
  leftMs(): number {
    return this.#deadline - this.#deps.now();
  }

  /** Whether any of them was sent away before. */
  isBack(items: readonly LaneItem<T>[]): boolean {
    return items.some(({ receives }) => receives > 1);
  }

  /** It is the turn of these messages: what follows is an attempt. */
  async begin(items: readonly LaneItem<T>[]): Promise<void> {
    const suspicious = items.filter(({ id, receives }) => receives >= SUSPICIOUS_RECEIVES && !this.#counted.has(id));
    await this.#count(suspicious, 1);
  }

  done(items: readonly LaneItem<T>[]): void {
    for (const { id } of items) this.#outcomes.set(id, 'done');
  }

  async fail(items: readonly LaneItem<T>[]): Promise<void> {
    for (const { id } of items) this.#outcomes.set(id, 'failed');
    await this.#count(
      items.filter(({ id }) => !this.#counted.has(id)),
      1,
    );
  }

  /** @param until epoch ms */
  async wait(items: readonly LaneItem<T>[], until: number): Promise<void> {
    for (const { id } of items) this.#outcomes.set(id, { until });
    await this.#count(
      items.filter(({ id }) => this.#counted.has(id)),
      -1,
    );
  }

  /** Deletes what is done before the rest is worked on: whatever happens then, it is not delivered again. */
  async acknowledge(items: readonly LaneItem<T>[]): Promise<void> {
    const done = items.filter(({ id }) => this.#outcomes.get(id) === 'done');
    if (done.length === 0) return;
    try {
      await this.#deps.lane.acknowledge(done.map(({ receipt }) => receipt));
      for (const { id } of done) this.#deleted.add(id);
    } catch (error) {
      // Deleted at the end of the invocation, as usual.
      logFailure(error, { messages: done.length });
    }
  }

  /** Whether it was deleted before the end. */
  isDeleted(id: string): boolean {
    return this.#deleted.has(id);
  }

  /** undefined: it was not looked at. */
  outcomeOf(id: string): LaneOutcome | undefined {
    return this.#outcomes.get(id);
  }

  /** An attempt that cannot be counted is none. */
  async #count(items: readonly LaneItem<T>[], by: 1 | -1): Promise<void> {
    if (items.length === 0) return;
    const ids = items.map(({ id }) => id);
    for (const id of ids) by === 1 ? this.#counted.add(id) : this.#counted.delete(id);
    try {
      await this.#deps.attempts.add(ids, by);
    } catch (error) {
      logFailure(error, { messages: ids.length });
    }
  }
}
