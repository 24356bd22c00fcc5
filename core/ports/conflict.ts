/** Thrown by a conditional write when somebody else wrote first: read again and try again. */
export class ConflictError extends Error {
  constructor(what: string) {
    super(`${what} was changed by somebody else in the meantime`);
    this.name = 'ConflictError';
  }
}

export interface Backoff {
  /** Waits before the next attempt after somebody else wrote first; attempts count from 1. */
  backoff(attempt: number): Promise<void>;
}

const ATTEMPTS = 8;

/**
 * Reads, changes and writes until nobody else wrote in between.
 * @param readChangeWrite the whole of it, since what was read is stale after a conflict
 * @throws ConflictError when others went on writing first
 */
export async function retryOnConflict<T>(readChangeWrite: () => Promise<T>, { backoff }: Backoff): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readChangeWrite();
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
      await backoff(attempt);
    }
  }
}
