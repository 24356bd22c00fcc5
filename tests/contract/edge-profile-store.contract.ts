import { describe, expect, it } from 'vitest';
import type { EdgeEntry, EdgeItem, EdgeProfileStore } from '#core/edge/ports/edge-profile-store.ts';
import { ConflictError } from '#core/ports/conflict.ts';

let unique = 0;
const fresh = (): string => `CRMID:at-the-edge-${process.pid}-${unique++}`;

const itemOf = (key: string): EdgeItem => ({
  shape: 's',
  identities: ['ECID:1'],
  profiles: [
    {
      identities: [key, 'ECID:1'],
      attributes: { loyalty: { tier: 'gold' } },
      events: [{ id: 'e', time: 5, entity: { eventType: 'view' } }],
      memberOf: ['gold'],
    },
  ],
});

/** What every store of edge profiles does. */
export function edgeProfileStoreContract(name: string, create: () => EdgeProfileStore): void {
  describe(`edge profile store: ${name}`, () => {
    it('gives back what was written, by every key that leads to it', async () => {
      const store = create();
      const [key, device, nobody] = [fresh(), fresh(), fresh()];
      await store.write(key, itemOf(key), undefined);
      await store.write(device, { redirectTo: key }, undefined);
      const found = new Map<string, EdgeEntry>([
        [key, itemOf(key)],
        [device, { redirectTo: key }],
      ]);
      expect(new Map(await store.lookup([key, device, nobody]))).toEqual(found);
      expect((await store.get(key))?.entry).toEqual(itemOf(key));
      expect(await store.get(nobody)).toBeUndefined();
    });

    it('writes and deletes only what is as it was read, also where it was deleted and written anew', async () => {
      const store = create();
      const key = fresh();
      await store.write(key, itemOf(key), undefined);
      const { version } = (await store.get(key))!;
      const stale = (work: Promise<void>) => expect(work).rejects.toBeInstanceOf(ConflictError);
      await stale(store.write(key, { redirectTo: 'ECID:2' }, undefined));
      await store.remove(key, version);
      await stale(store.remove(key, version));
      await store.write(key, itemOf(key), undefined);
      await stale(store.write(key, { redirectTo: 'ECID:2' }, version));
      await stale(store.remove(key, version));
      await store.write(key, { redirectTo: 'ECID:2' }, (await store.get(key))!.version);
      expect((await store.get(key))?.entry).toEqual({ redirectTo: 'ECID:2' });
    });
  });
}
