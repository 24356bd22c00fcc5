import { describe, expect, it } from 'vitest';
import { type Client, NO_CLIENTS } from '#core/callers/client.ts';
import type { ClientStore } from '#core/callers/ports/client-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';

const client = (id: string): Client => ({
  id,
  name: 'A client',
  scopes: ['govern'],
  secret: { salt: 'c2FsdA', hash: 'aGFzaA' },
  createdAt: 1,
  createdBy: 'a test',
});

/** @param newStore one in which nothing was written */
export function clientStoreContract(name: string, newStore: () => Promise<ClientStore>): void {
  describe(`clients on ${name}`, () => {
    it('are none at first, then as they were written', async () => {
      const store = await newStore();
      expect(await store.read()).toEqual(NO_CLIENTS);
      const keys = [{ kid: 'k', key: { kty: 'EC' }, since: 1 }];
      await store.write({ ...NO_CLIENTS, clients: [client('a')], keys });
      expect(await store.read()).toEqual({ revision: 1, clients: [client('a')], keys });
    });

    it('are written by one of two who have read the same', async () => {
      const store = await newStore();
      const list = await store.read();
      await store.write({ ...list, clients: [client('a')] });
      await expect(store.write({ ...list, clients: [client('b')] })).rejects.toThrow(ConflictError);
      const { clients, ...rest } = await store.read();
      await store.write({ ...rest, clients: [...clients, client('b')] });
      expect((await store.read()).clients.map(({ id }) => id)).toEqual(['a', 'b']);
    });
  });
}
