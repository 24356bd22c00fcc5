import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putWhole } from '#lambdas/adapters/sftp/put-whole.ts';
import { runs } from '#tests/harness/runs.ts';

type Done<T = unknown> = (error?: Error | null, value?: T) => void;

/**
 * A server in memory. `fails` says for each call whether it fails; `renames` how it renames: in one step, not onto a file, or
 * not at all as OpenSSH does.
 */
function server(fails: readonly boolean[] = [], renames: 'at once' | 'not onto a file' = 'at once') {
  const files = new Map<string, Buffer>();
  const coming = [...fails];
  /** What a reader of `*.csv` has ever seen. */
  const seen: (string | undefined)[] = [];
  const look = (): void => void seen.push(files.get('/in/people.csv')?.toString());
  const step = <T>(done: Done<T>, run: () => T): boolean => {
    if (coming.shift()) {
      done(Object.assign(new Error('no'), { code: 4 }));
      return false;
    }
    const value = run();
    look();
    done(null, value);
    return true;
  };
  const missing = (): never => {
    throw Object.assign(new Error('no such file'), { code: 2 });
  };
  const tried = <T>(done: Done<T>, run: () => T): boolean => {
    try {
      return step(done, run);
    } catch (error) {
      done(error as Error);
      return false;
    }
  };
  const move = (from: string, to: string): void => {
    files.set(to, files.get(from) ?? missing());
    files.delete(from);
  };
  return {
    files,
    seen,
    session: {
      open: (path: string, _mode: string, done: Done<Buffer>) =>
        tried(done, () => {
          files.set(path, Buffer.alloc(0));
          return Buffer.from(path);
        }),
      write: (handle: Buffer, data: Buffer, at: number, length: number, position: number, done: Done) =>
        tried(done, () => {
          const known = files.get(handle.toString()) ?? missing();
          const grown = Buffer.alloc(Math.max(known.length, position + length));
          known.copy(grown);
          data.copy(grown, position, at, at + length);
          files.set(handle.toString(), grown);
        }),
      close: (_handle: Buffer, done: Done) => tried(done, () => undefined),
      stat: (path: string, done: Done) => tried(done, () => ({ size: (files.get(path) ?? missing()).length })),
      unlink: (path: string, done: Done) => tried(done, () => void (files.delete(path) || missing())),
      rename: (from: string, to: string, done: Done) =>
        tried(done, () => {
          if (files.has(to)) throw Object.assign(new Error('there'), { code: 4 });
          move(from, to);
        }),
      ext_openssh_rename: (from: string, to: string, done: Done) => {
        if (renames === 'not onto a file') throw new Error('Server does not support this extended request');
        return tried(done, () => move(from, to));
      },
    },
  };
}

const put = (to: ReturnType<typeof server>, text: string, id = '1'): Promise<void> =>
  putWhole(to.session as never, '/in/', { name: 'people.csv', bytes: Buffer.from(text), contentType: '' }, id);

describe('a file that is put on an SFTP server', () => {
  it.each(['at once', 'not onto a file'] as const)(
    'takes the place of one of the same name; it renames %s',
    async (how) => {
      const to = server([], how);
      await put(to, 'old');
      await put(to, 'new', '2');
      expect([...to.files].map(([path, body]) => [path, body.toString()])).toEqual([['/in/people.csv', 'new']]);
    },
  );

  it('that is not whole is not put into its place', async () => {
    const to = server();
    const { write } = to.session;
    const short: typeof write = (handle, data, at, length, position, done) =>
      write(handle, data, at, length - 1, position, done);
    const session = { ...to.session, write: short };
    const putting = putWhole(
      session as never,
      '/in',
      { name: 'people.csv', bytes: Buffer.from('abc'), contentType: '' },
      '1',
    );
    await expect(putting).rejects.toThrow('the server kept 2 of 3 bytes of people.csv');
    expect([...to.files]).toEqual([]);
  });

  it('leaves the old one where renaming in one step is known and fails', async () => {
    const to = server([false, false, false, false, true]);
    to.files.set('/in/people.csv', Buffer.from('old'));
    await expect(put(to, 'x')).rejects.toThrow(/cannot be renamed to/);
    expect(to.seen).not.toContain(undefined);
    expect([...to.files].map(([path, body]) => [path, body.toString()])).toEqual([['/in/people.csv', 'old']]);
  });

  it('is seen whole or not at all, whatever fails, and is there when nothing failed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 14 }),
        fc.constantFrom('at once' as const, 'not onto a file' as const),
        fc.integer({ min: 0, max: 200_000 }),
        async (fails, renames, size) => {
          const to = server(fails, renames);
          const [old, text] = ['old', 'x'.repeat(size)];
          to.files.set('/in/people.csv', Buffer.from(old));
          const isPut = await put(to, text).then(
            () => true,
            () => false,
          );
          const allowed = renames === 'at once' ? [old, text] : [old, text, undefined];
          expect(to.seen.filter((each) => !allowed.includes(each))).toEqual([]);
          if (isPut) expect([...to.files.keys()]).toEqual(['/in/people.csv']);
          if (isPut) expect(to.files.get('/in/people.csv')!.toString()).toBe(text);
          // Whoever tries again, as exports do, ends with the file.
          await put(server([], renames), text);
        },
      ),
      runs(1, 200),
    );
  });
});
