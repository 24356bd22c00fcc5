/** What an expression looks at; decides whether a condition concerns one event alone. */
export interface Uses {
  /** Variables of enclosing expressions, by slot. */
  readonly slots: ReadonlySet<number>;
  /** Those of them whose `timestamp` is looked at. */
  readonly timed: ReadonlySet<number>;
  readonly now: boolean;
  /** Attributes or memberships. */
  readonly profile: boolean;
  /** The profile's events. */
  readonly events: boolean;
  /** Records of other entities. */
  readonly lookups: boolean;
}
