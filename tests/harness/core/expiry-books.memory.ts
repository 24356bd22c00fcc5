import type { ExpiryBooks } from '#core/profile/ports/expiry-books.ts';

export class MemoryExpiryBooks implements ExpiryBooks {
  #retentions: Readonly<Record<string, number>> = {};

  async retentions(): Promise<Readonly<Record<string, number>>> {
    return this.#retentions;
  }

  async keepRetentions(retentions: Readonly<Record<string, number>>): Promise<void> {
    this.#retentions = retentions;
  }
}
