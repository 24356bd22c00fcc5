/** What keeps a destination from its deliveries, the weightiest first. */
export interface Hindrances {
  readonly enabled: boolean;
  readonly isHeld: boolean;
  readonly isPaused: boolean;
  readonly hasLane: boolean;
  /** Keys that its secret lacks; undefined where nobody may look. */
  readonly secretLacks: readonly string[] | undefined;
  readonly deadLetters: number;
}

/** In a few words whether a destination is delivered to. */
export function stateOf({ enabled, isHeld, isPaused, hasLane, secretLacks, deadLetters: dead }: Hindrances): string {
  if (!enabled) return 'off';
  if (!hasLane) return 'no lane';
  if (isHeld) return 'held';
  if (isPaused) return 'paused';
  if (secretLacks && secretLacks.length > 0) return `secret lacks ${secretLacks.join(', ')}`;
  return dead > 0 ? 'on, with dead letters' : 'on';
}
