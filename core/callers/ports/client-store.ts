import type { ClientList } from '../client.ts';

/** The clients of a stage: one small item, read by all who check tokens and written when a client is made or revoked. */
export interface ClientStore {
  /** Strongly consistent. */
  read(): Promise<ClientList>;
  /** Writes the list with `revision + 1`. @throws ConflictError when others have written since it was read */
  write(list: ClientList): Promise<void>;
}
