import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '#core/ports/object-store.ts';

/** A folder that no other test uses: stores are shared. */
const fresh = (): string => `contract-${randomUUID()}/`;

const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('utf8');

/** What every object store does. */
export function objectStoreContract(name: string, create: () => ObjectStore): void {
  describe(`object store: ${name}`, () => {
    const keysOf = (store: ObjectStore, prefix: string): Promise<string[]> => Array.fromAsync(store.list(prefix));

    it('knows nothing of an object that was never written', async () => {
      const store = create();
      const key = `${fresh()}none`;
      expect(await store.get(key)).toBeUndefined();
      expect(await store.get(key, { start: 0, end: 10 })).toBeUndefined();
      expect(await store.get(key, { start: 3, end: 3 })).toBeUndefined();
      expect(await store.size(key)).toBeUndefined();
    });

    it('gives back texts and bytes as they were written', async () => {
      const store = create();
      const folder = fresh();
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await store.put(`${folder}text`, 'grüße ✓\n', { contentType: 'text/plain; charset=utf-8' });
      await store.put(`${folder}bytes`, bytes, { contentType: 'application/octet-stream' });
      expect(textOf(await store.get(`${folder}text`))).toBe('grüße ✓\n');
      expect([...(await store.get(`${folder}bytes`))!]).toEqual([...bytes]);
      expect(await store.size(`${folder}text`)).toBe(Buffer.byteLength('grüße ✓\n'));
    });

    it('keeps an empty object', async () => {
      const store = create();
      const key = `${fresh()}empty`;
      await store.put(key, '');
      expect((await store.get(key))?.byteLength).toBe(0);
      expect((await store.get(key, { start: 0, end: 5 }))?.byteLength).toBe(0);
      expect(await store.size(key)).toBe(0);
    });

    it('replaces what was there', async () => {
      const store = create();
      const key = `${fresh()}twice`;
      await store.put(key, 'a longer text');
      await store.put(key, 'short');
      expect(textOf(await store.get(key))).toBe('short');
    });

    it('keeps what it was given, though the giver changes it afterwards', async () => {
      const store = create();
      const key = `${fresh()}own`;
      const bytes = Buffer.from('abc');
      await store.put(key, bytes);
      bytes.write('xyz');
      expect(textOf(await store.get(key))).toBe('abc');
    });

    it.each([
      [0, 3, '012'],
      [3, 6, '345'],
      [8, 100, '89'],
      [10, 20, ''],
      [50, 60, ''],
      [4, 4, ''],
    ])('reads the bytes from %d up to, not including, %d', async (start, end, expected) => {
      const store = create();
      const key = `${fresh()}range`;
      await store.put(key, '0123456789');
      expect(textOf(await store.get(key, { start, end }))).toBe(expected);
    });

    it('lists the keys that begin with a prefix, in the order of their bytes', async () => {
      const store = create();
      const folder = fresh();
      const names = ['b', 'a/2', 'a/10', 'a', 'B', 'ä', 'a b+c&d=%20', '\u{ff5e}', '\u{1f600}'];
      for (const name of names) await store.put(`${folder}${name}`, 'x');
      const inOrder = ['B', 'a', 'a b+c&d=%20', 'a/10', 'a/2', 'b', 'ä', '\u{ff5e}', '\u{1f600}'];
      expect(await keysOf(store, folder)).toEqual(inOrder.map((each) => `${folder}${each}`));
      expect(await keysOf(store, `${folder}a/`)).toEqual([`${folder}a/10`, `${folder}a/2`]);
      expect(await keysOf(store, `${folder}none`)).toEqual([]);
    });

    it('lists and deletes more than fit into one page', async () => {
      const store = create();
      const folder = fresh();
      const keys = Array.from({ length: 1_005 }, (_, index) => `${folder}${String(index).padStart(5, '0')}`);
      for (let start = 0; start < keys.length; start += 50) {
        await Promise.all(keys.slice(start, start + 50).map((key) => store.put(key, '')));
      }
      expect(await keysOf(store, folder)).toEqual(keys);
      await store.delete(keys);
      expect(await keysOf(store, folder)).toEqual([]);
    });

    it('deletes what is named, and does not mind what is not there', async () => {
      const store = create();
      const folder = fresh();
      await store.put(`${folder}a`, 'x');
      await store.put(`${folder}b`, 'x');
      await store.delete([`${folder}a`, `${folder}never`]);
      await store.delete([]);
      expect(await keysOf(store, folder)).toEqual([`${folder}b`]);
    });

    describe('asked to act only on what it had seen', () => {
      const etagOf = async (store: ObjectStore, key: string): Promise<string> =>
        (await Array.fromAsync(store.entries(key)))[0]!.etag;

      it('lists what each object is: its size, and an ETag that follows its bytes', async () => {
        const store = create();
        const folder = fresh();
        await store.put(`${folder}a`, 'x');
        await store.put(`${folder}b`, 'longer');
        const [a, b] = await Array.fromAsync(store.entries(folder));
        expect([a?.key, a?.size, b?.key, b?.size]).toEqual([`${folder}a`, 1, `${folder}b`, 6]);
        await store.put(`${folder}a`, 'y');
        expect(await etagOf(store, `${folder}a`)).not.toBe(a!.etag);
      });

      it('reads an object as long as it is the one', async () => {
        const store = create();
        const key = `${fresh()}read`;
        await store.put(key, '0123456789');
        const etag = await etagOf(store, key);
        expect(textOf(await store.get(key, undefined, etag))).toBe('0123456789');
        expect(textOf(await store.get(key, { start: 2, end: 4 }, etag))).toBe('23');
        await store.put(key, 'other');
        expect(await store.get(key, undefined, etag)).toBeUndefined();
        expect(await store.get(key, { start: 2, end: 4 }, etag)).toBeUndefined();
        await store.delete([key]);
        expect(await store.get(key, undefined, etag)).toBeUndefined();
      });

      it('writes where nothing is, and only there', async () => {
        const store = create();
        const key = `${fresh()}new`;
        const etag = await store.putIf(key, Buffer.from('first'), undefined);
        expect(etag).toBe(await etagOf(store, key));
        expect(await store.putIf(key, Buffer.from('second'), undefined)).toBeUndefined();
        expect(textOf(await store.get(key))).toBe('first');
      });

      it('replaces what it had seen, and nothing else', async () => {
        const store = create();
        const key = `${fresh()}replaced`;
        const first = await store.putIf(key, Buffer.from('first'), undefined);
        const second = await store.putIf(key, Buffer.from('second'), first);
        expect(second).not.toBe(first);
        expect(await store.putIf(key, Buffer.from('third'), first)).toBeUndefined();
        expect(textOf(await store.get(key))).toBe('second');
        await store.delete([key]);
        expect(await store.putIf(key, Buffer.from('fourth'), second)).toBeUndefined();
        expect(await store.get(key)).toBeUndefined();
      });

      it('deletes what it had seen, and nothing else', async () => {
        const store = create();
        const key = `${fresh()}deleted`;
        const first = (await store.putIf(key, Buffer.from('first'), undefined))!;
        const second = (await store.putIf(key, Buffer.from('second'), first))!;
        expect(await store.deleteIf(key, first)).toBe(false);
        expect(textOf(await store.get(key))).toBe('second');
        expect(await store.deleteIf(key, second)).toBe(true);
        expect(await store.deleteIf(key, second)).toBe(false);
        expect(await store.get(key)).toBeUndefined();
      });

      it('reads the version it had seen, and says that it is gone when another took its place', async () => {
        const store = create();
        const key = `${fresh()}version`;
        await store.put(key, '0123456789');
        const [seen] = await Array.fromAsync(store.versions(key));
        const version = { etag: seen!.etag };
        expect(textOf(await store.get(key, { start: 2, end: 4 }, version))).toBe('23');
        expect(await store.size(key, version)).toBe(10);
        await store.put(key, 'other');
        for (const range of [undefined, { start: 2, end: 4 }, { start: 3, end: 3 }]) {
          expect(await store.get(key, range, version)).toBeUndefined();
        }
        expect(await store.size(key, version)).toBeUndefined();
        await store.delete([key]);
        expect(await store.size(key, version)).toBeUndefined();
        expect(await Array.fromAsync(store.versions(key))).toEqual([]);
      });

      /** More than fits into one request. */
      async function* megabytes(count: number, fails = false): AsyncIterable<Uint8Array> {
        for (let n = 0; n < count; n++) yield Buffer.alloc(1024 ** 2, n);
        if (fails) throw new Error('no more');
      }

      it('takes large objects piece by piece, under the same conditions', async () => {
        const store = create();
        const key = `${fresh()}large`;
        const etag = await store.putIf(key, megabytes(17), undefined);
        expect(etag).toBe(await etagOf(store, key));
        expect(Buffer.concat(await Array.fromAsync(megabytes(17))).equals((await store.get(key))!)).toBe(true);
        expect(await store.putIf(key, megabytes(18), undefined)).toBeUndefined();
        expect(await store.size(key)).toBe(17 * 1024 ** 2);
        expect(await store.putIf(key, megabytes(9), etag)).toBeDefined();
        expect(await store.size(key)).toBe(9 * 1024 ** 2);
      });

      it.each([1, 20])('writes nothing when the giver of %d megabytes fails', async (count) => {
        const store = create();
        const key = `${fresh()}failed`;
        await expect(store.putIf(key, megabytes(count, true), undefined)).rejects.toThrow('no more');
        expect(await store.get(key)).toBeUndefined();
      });
    });
  });
}

/** What a store does besides whose bucket keeps versions. */
export function versionedObjectStoreContract(name: string, create: () => ObjectStore): void {
  describe(`object store that keeps versions: ${name}`, () => {
    const latest = async (store: ObjectStore, key: string) => {
      const [object] = await Array.fromAsync(store.versions(key));
      return { etag: object!.etag, versionId: object!.versionId };
    };

    it('gives back every object that was under a key, whole and by ranges, after it was replaced and deleted', async () => {
      const store = create();
      const key = `${fresh()}twice`;
      await store.put(key, '0123456789');
      const first = await latest(store, key);
      await store.put(key, 'second');
      const second = await latest(store, key);
      expect(second.versionId).not.toBe(first.versionId);
      const readBoth = async () => [
        textOf(await store.get(key, undefined, first)),
        textOf(await store.get(key, { start: 2, end: 5 }, first)),
        textOf(await store.get(key, { start: 8, end: 100 }, first)),
        textOf(await store.get(key, { start: 50, end: 60 }, first)),
        textOf(await store.get(key, { start: 3, end: 3 }, first)),
        await store.size(key, first),
        textOf(await store.get(key, undefined, second)),
        await store.size(key, second),
      ];
      expect(await readBoth()).toEqual(['0123456789', '234', '89', '', '', 10, 'second', 6]);
      await store.delete([key]);
      expect(await store.get(key)).toBeUndefined();
      expect(await readBoth()).toEqual(['0123456789', '234', '89', '', '', 10, 'second', 6]);
    });

    it('tells two uploads of the same bytes apart', async () => {
      const store = create();
      const key = `${fresh()}same`;
      await store.put(key, 'same');
      const first = await latest(store, key);
      await store.put(key, 'same');
      const second = await latest(store, key);
      expect([second.etag, second.versionId === first.versionId]).toEqual([first.etag, false]);
    });

    it('lists what lies there now, in order, with its version, and nothing that was replaced or deleted', async () => {
      const store = create();
      const folder = fresh();
      for (const name of ['b', 'a', 'c', 'b', 'a', 'a']) await store.put(`${folder}${name}`, name);
      await store.delete([`${folder}b`]);
      const listed = await Array.fromAsync(store.versions(folder));
      expect(listed.map(({ key, size }) => [key, size])).toEqual([
        [`${folder}a`, 1],
        [`${folder}c`, 1],
      ]);
      for (const { key, ...version } of listed)
        expect(textOf(await store.get(key, undefined, version))).toBe(key.at(-1));
      expect((await Array.fromAsync(store.entries(folder))).map(({ key, etag }) => [key, etag])).toEqual(
        listed.map(({ key, etag }) => [key, etag]),
      );
    });

    it('lists more versions than fit into one page', async () => {
      const store = create();
      const folder = fresh();
      const keys = Array.from({ length: 600 }, (_, index) => `${folder}${String(index).padStart(5, '0')}`);
      for (let start = 0; start < keys.length; start += 50) {
        const page = keys.slice(start, start + 50);
        await Promise.all(page.map((key) => store.put(key, 'old')));
        await Promise.all(page.map((key) => store.put(key, 'new!')));
      }
      const listed = await Array.fromAsync(store.versions(folder));
      expect(listed.map(({ key, size }) => `${key} ${size}`)).toEqual(keys.map((key) => `${key} 4`));
    });

    it('writes where nothing is any more, as if nothing had been', async () => {
      const store = create();
      const key = `${fresh()}again`;
      await store.put(key, 'first');
      await store.delete([key]);
      expect(await store.putIf(key, Buffer.from('second'), undefined)).toBeDefined();
      expect(await store.putIf(key, Buffer.from('third'), undefined)).toBeUndefined();
      expect(textOf(await store.get(key))).toBe('second');
    });
  });
}
