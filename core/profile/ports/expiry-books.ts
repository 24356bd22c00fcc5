/** Which retentions every timeline has been made to follow, so that a change of one is noticed. */
export interface ExpiryBooks {
  /** Dataset → days; nothing before the first run. */
  retentions(): Promise<Readonly<Record<string, number>>>;
  keepRetentions(retentions: Readonly<Record<string, number>>): Promise<void>;
}
