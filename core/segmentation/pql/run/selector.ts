import type { Guard } from './guards.ts';
import type { EventValue } from './values.ts';

/** All parts hold. Segments that ask the same share one selector. */
export interface Selector {
  readonly index: number;
  /** Empty for all events. */
  readonly key: string;
  /** What must be so for the event to be looked at at all. */
  readonly guard: Guard | undefined;
  /** The guard says it all. */
  readonly isGuarded: boolean;
  /** The whole condition. */
  test(event: EventValue, slots: unknown[]): boolean;
  /** What is left of the condition where the guard holds. */
  testGuarded(event: EventValue, slots: unknown[]): boolean;
}
