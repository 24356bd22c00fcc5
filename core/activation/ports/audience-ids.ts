import type { AudienceKey } from '../destination-type.ts';

/** The ids that vendors gave to the audiences that were made there. */
export interface AudienceIds {
  get(destinationId: string, key: AudienceKey): Promise<string | undefined>;
  /**
   * Lets one function at a time make an audience.
   * @param until epoch ms at which whoever was let is given up
   * @returns whether the caller may
   */
  claim(destinationId: string, key: AudienceKey, until: number): Promise<boolean>;
  /** Remembers an id, and ends the claim. */
  put(destinationId: string, key: AudienceKey, id: string): Promise<void>;
  /** Ends a claim without an id, so that the next one may try. */
  release(destinationId: string, key: AudienceKey): Promise<void>;
}
