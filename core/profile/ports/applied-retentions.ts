/** Which retentions every timeline has been made to follow, so that a change of one is noticed. */
export interface AppliedRetentions {
  /** Dataset → days; nothing before the first run. */
  retentions(): Promise<Readonly<Record<string, number>>>;
  writeRetentions(retentions: Readonly<Record<string, number>>): Promise<void>;
}
