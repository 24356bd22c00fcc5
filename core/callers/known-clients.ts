import type { Clock } from '#core/ports/clock.ts';
import type { ClientList } from './client.ts';
import type { ClientStore } from './ports/client-store.ts';

/** After which time the list is read again. */
const FRESH_MS = 30_000;
/** Up to which age it counts where it cannot be read: within this time somebody who was revoked is locked out. */
const MAX_AGE_MS = 60_000;
/** A client or a key that is not known may be a new one: the list is read again, but not for every forged token. */
const NEW_MS = 5_000;

interface Read {
  readonly list: ClientList;
  /** Epoch ms: when reading it began. */
  readonly at: number;
}

/** The clients of a stage as a function knows them: never older than a minute, whatever happens. */
export class KnownClients {
  readonly #store: Pick<ClientStore, 'read'>;
  readonly #now: Clock;
  #known: Read | undefined;
  #reading: Promise<Read> | undefined;

  constructor(store: Pick<ClientStore, 'read'>, now: Clock) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws what reading has thrown, where nothing that is recent enough is known */
  list(): Promise<ClientList> {
    return this.#youngerThan(FRESH_MS);
  }

  /** The same, where the list does not have a client or a key. */
  newerList(): Promise<ClientList> {
    return this.#youngerThan(NEW_MS);
  }

  async #youngerThan(ms: number): Promise<ClientList> {
    if (this.#known && this.#age(this.#known) < ms) return this.#known.list;
    try {
      this.#known = await this.#read();
    } catch (error) {
      if (!this.#known) throw error;
    }
    if (this.#age(this.#known) < MAX_AGE_MS) return this.#known.list;
    throw new ClientsUnknownError('The clients of the stage cannot be read');
  }

  #read(): Promise<Read> {
    const at = this.#now();
    this.#reading ??= this.#store
      .read()
      .then((list) => ({ list, at }))
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  #age({ at }: Read): number {
    return this.#now() - at;
  }
}

/** It is not known who may call, so nobody may. */
export class ClientsUnknownError extends Error {
  override readonly name = 'ClientsUnknownError';
}
