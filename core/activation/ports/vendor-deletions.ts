/** What a vendor said when it was asked to delete somebody. */
export type VendorDeletion = 'deleted' | 'rejected';

/** What became of the deletions that vendors were asked for, by request and destination: nobody's name is in it. */
export interface VendorDeletions {
  put(requestId: string, destinationId: string, outcome: VendorDeletion): Promise<void>;
  /** Those that have an answer, by destination. */
  get(requestId: string, destinationIds: readonly string[]): Promise<ReadonlyMap<string, VendorDeletion>>;
}
