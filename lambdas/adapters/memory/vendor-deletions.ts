import type { VendorDeletion, VendorDeletions } from '#core/activation/ports/vendor-deletions.ts';

/** Answers of vendors to deletions, in memory. */
export class MemoryVendorDeletions implements VendorDeletions {
  readonly #outcomes = new Map<string, VendorDeletion>();

  async put(requestId: string, destinationId: string, outcome: VendorDeletion): Promise<void> {
    this.#outcomes.set(`${requestId}#${destinationId}`, outcome);
  }

  async get(requestId: string, destinationIds: readonly string[]): Promise<ReadonlyMap<string, VendorDeletion>> {
    const found = destinationIds.map((id) => [id, this.#outcomes.get(`${requestId}#${id}`)] as const);
    return new Map(found.filter((each): each is readonly [string, VendorDeletion] => each[1] !== undefined));
  }
}
