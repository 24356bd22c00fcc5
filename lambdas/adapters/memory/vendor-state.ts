import type { AudienceKey } from '#core/activation/destination-type.ts';
import type { AudienceIds } from '#core/activation/ports/audience-ids.ts';
import type { Submission, Submissions } from '#core/activation/ports/submissions.ts';
import type { StoredTokens, TokenStore } from '#core/activation/ports/tokens.ts';
import type { VendorState } from '#core/activation/ports/vendor-state.ts';
import type { Clock } from '#core/ports/clock.ts';

const nameOf = (destinationId: string, { segmentId, kind }: AudienceKey): string =>
  `${destinationId}#${segmentId}#${kind}`;

class MemoryAudienceIds implements AudienceIds {
  readonly #now: Clock;
  readonly #ids = new Map<string, string>();
  readonly #claims = new Map<string, number>();

  constructor(now: Clock) {
    this.#now = now;
  }

  async get(destinationId: string, key: AudienceKey): Promise<string | undefined> {
    return this.#ids.get(nameOf(destinationId, key));
  }

  async claim(destinationId: string, key: AudienceKey, until: number): Promise<boolean> {
    const name = nameOf(destinationId, key);
    if (this.#ids.has(name) || (this.#claims.get(name) ?? 0) > this.#now()) return false;
    this.#claims.set(name, until);
    return true;
  }

  async put(destinationId: string, key: AudienceKey, id: string): Promise<void> {
    this.#ids.set(nameOf(destinationId, key), id);
    this.#claims.delete(nameOf(destinationId, key));
  }

  async release(destinationId: string, key: AudienceKey): Promise<void> {
    this.#claims.delete(nameOf(destinationId, key));
  }
}

class MemorySubmissions implements Submissions {
  readonly #submissions = new Map<string, Submission>();

  async get(keys: readonly string[]): Promise<ReadonlyMap<string, Submission>> {
    return new Map(
      keys.flatMap((key) => {
        const found = this.#submissions.get(key);
        return found ? [[key, found] as const] : [];
      }),
    );
  }

  async put(submissions: ReadonlyMap<string, Submission>): Promise<void> {
    for (const [key, submission] of submissions) this.#submissions.set(key, structuredClone(submission));
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#submissions.delete(key);
  }
}

class MemoryTokens implements TokenStore {
  readonly #now: Clock;
  readonly #tokens = new Map<string, StoredTokens>();

  constructor(now: Clock) {
    this.#now = now;
  }

  #of(destinationId: string): StoredTokens {
    return this.#tokens.get(destinationId) ?? { version: 0 };
  }

  async get(destinationId: string): Promise<StoredTokens> {
    return this.#of(destinationId);
  }

  async claim(destinationId: string, version: number, until: number): Promise<boolean> {
    const known = this.#of(destinationId);
    if (known.version !== version || (known.claimedUntil ?? 0) > this.#now()) return false;
    this.#tokens.set(destinationId, { ...known, claimedUntil: until });
    return true;
  }

  async put(destinationId: string, version: number, sealed: string): Promise<boolean> {
    if (this.#of(destinationId).version !== version) return false;
    this.#tokens.set(destinationId, { version: version + 1, sealed });
    return true;
  }

  async release(destinationId: string, version: number): Promise<void> {
    const { claimedUntil: _ended, ...known } = this.#of(destinationId);
    if (known.version === version) this.#tokens.set(destinationId, known);
  }
}

/** What is remembered about vendors, in memory. */
export const createMemoryVendorState = (now: Clock): VendorState => ({
  audienceIds: new MemoryAudienceIds(now),
  submissions: new MemorySubmissions(),
  tokens: new MemoryTokens(now),
});
