import { describe, expect, it } from 'vitest';
import { ConflictError } from '#core/ports/conflict.ts';
import type { LookupItem, LookupStore } from '#core/profile/ports/lookup-store.ts';

let unique = 0;
/** A `$id` that no other test has. */
const entity = (): string => `https://example.com/products-${process.pid}-${unique++}`;

const item = (of: string, key: string, change: Partial<LookupItem> = {}): LookupItem => ({
  entity: of,
  key,
  revision: 0,
  fragment: { time: 5, tieBreaker: 'a', attributes: { sku: key, name: 'Mütze', nested: { price: 12.5 } } },
  ...change,
});

/** What every store of lookup records does. */
export function lookupStoreContract(name: string, create: () => LookupStore): void {
  describe(`lookup store: ${name}`, () => {
    it('knows nothing that was not written, and gives back what was, of its entity only', async () => {
      const store = create();
      const [products, stores] = [entity(), entity()];
      await store.write(item(products, 'cap'));
      await store.write(item(stores, 'cap', { fragment: { time: 1, tieBreaker: '', attributes: { city: 'Porto' } } }));
      expect(await store.get(products, ['cap', 'boot'])).toEqual(
        new Map([['cap', item(products, 'cap', { revision: 1 })]]),
      );
      expect((await store.get(stores, ['cap'])).get('cap')?.fragment.attributes).toEqual({ city: 'Porto' });
      expect(await store.get(products, [])).toEqual(new Map());
    });

    it('writes over what was read, and rejects to write over what somebody else has written since', async () => {
      const store = create();
      const products = entity();
      await store.write(item(products, 'cap'));
      await expect(store.write(item(products, 'cap'))).rejects.toThrow(ConflictError);
      await store.write(item(products, 'cap', { revision: 1, fragment: { time: 9, tieBreaker: '', attributes: {} } }));
      await expect(store.write(item(products, 'cap', { revision: 1 }))).rejects.toThrow(ConflictError);
      expect((await store.get(products, ['cap'])).get('cap')).toMatchObject({ revision: 2, fragment: { time: 9 } });
    });

    it('reads more keys than one request may name, with whatever characters', async () => {
      const store = create();
      const products = entity();
      const keys = Array.from({ length: 130 }, (_, n) => `#${n} / ü:${'x'.repeat(n)}`);
      for (const key of keys) await store.write(item(products, key));
      const found = await store.get(products, keys);
      expect([...found.keys()].sort()).toEqual([...keys].sort());
    });
  });
}
