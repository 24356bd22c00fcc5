import type { SFTPWrapper } from 'ssh2';
import type { SentFile } from '#core/activation/files/target.ts';

/** Bytes of one write: what every server takes. */
const CHUNK = 32 * 1024;
/** Writes that are under way at once. */
const WRITES = 32;

type Session = Pick<SFTPWrapper, 'open' | 'write' | 'close' | 'stat' | 'rename' | 'unlink' | 'ext_openssh_rename'>;

/**
 * Writes a file beside its place, looks whether it is whole, and puts it there: whoever reads the folder sees it whole or
 * not at all. What is written when something fails is taken away again, as far as that is possible.
 * @param id another for every call
 * @throws Error that says what was not possible
 */
export async function putWhole(session: Session, folder: string, { name, bytes }: SentFile, id: string): Promise<void> {
  const place = (file: string): string => `${folder.replace(/(?<!\/)\/+$/, '')}/${file}`;
  const [part, whole] = [place(`.${name.slice(0, 200)}.${id}.part`), place(name)];
  try {
    await write(session, part, bytes);
    const size = await called<{ size: number }>(
      (done) => session.stat(part, done),
      'what was written cannot be looked at',
    );
    if (size.size !== bytes.length) throw new Error(`the server kept ${size.size} of ${bytes.length} bytes of ${name}`);
    await moveTo(session, part, whole);
  } catch (error) {
    await called((done) => session.unlink(part, done), '').catch(() => {});
    throw error;
  }
}

async function write(session: Session, path: string, bytes: Uint8Array): Promise<void> {
  const why = `nothing can be written to ${path}`;
  const handle = await called<Buffer>((done) => session.open(path, 'w', done), why);
  try {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let start = 0; start < data.length; start += CHUNK * WRITES) {
      const chunks = Array.from({ length: WRITES }, (_, n) => start + n * CHUNK).filter((at) => at < data.length);
      await Promise.all(
        chunks.map((at) => {
          const length = Math.min(CHUNK, data.length - at);
          return called((done) => session.write(handle, data, at, length, at, done), why);
        }),
      );
    }
  } finally {
    await called((done) => session.close(handle, done), why);
  }
}

/** In one step where the server can; else a file of the same name goes first, and there is none for a moment. */
async function moveTo(session: Session, part: string, whole: string): Promise<void> {
  const why = `${part} cannot be renamed to ${whole}`;
  if (await renamedInOneStep(session, part, whole, why)) return;
  const isThere = await called<object>((done) => session.stat(whole, done), '').then(
    () => true,
    () => false,
  );
  if (isThere) await called((done) => session.unlink(whole, done), `${whole} cannot be replaced`);
  await called((done) => session.rename(part, whole, done), why);
}

/** SSH_FX_OP_UNSUPPORTED */
const UNSUPPORTED = 8;

/** @returns false where the server does not know it; what it knows and fails to do is no reason to take the old file away */
async function renamedInOneStep(session: Session, part: string, whole: string, why: string): Promise<boolean> {
  let isKnown = true;
  const moving = called((done) => {
    try {
      session.ext_openssh_rename(part, whole, (error) => {
        if ((error as { code?: number } | null | undefined)?.code === UNSUPPORTED) isKnown = false;
        done(error);
      });
    } catch (error) {
      isKnown = false;
      throw error;
    }
  }, why);
  return moving.then(
    () => true,
    (error: unknown) => {
      if (isKnown) throw error;
      return false;
    },
  );
}

/** A call with a callback that may fail, and may throw where the server does not know it. */
function called<T = void>(
  call: (done: (error: Error | null | undefined, value?: T) => void) => void,
  why: string,
): Promise<T> {
  return new Promise((done, fail) => {
    const failed = (error: unknown): void => fail(new Error(`${why} (${reasonOf(error)})`));
    try {
      call((error, value) => (error ? failed(error) : done(value as T)));
    } catch (error) {
      failed(error);
    }
  });
}

const REASONS: Readonly<Record<number, string>> = { 2: 'no such file or folder', 3: 'permission denied', 4: 'failure' };
const reasonOf = (error: unknown): string => REASONS[(error as { code?: number }).code ?? 0] ?? 'failure';
