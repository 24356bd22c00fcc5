/** What a condition gave, and until when it gives that. */
export interface SharedResult {
  readonly value: unknown;
  readonly validUntil: number;
}
