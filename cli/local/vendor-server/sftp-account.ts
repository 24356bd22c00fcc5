import { Buffer } from 'node:buffer';
import { hash, timingSafeEqual } from 'node:crypto';
import ssh from 'ssh2';
import type { SftpDestination } from '#core/activation/destinations/sftp/definition.ts';
import { type Held, heldInFiles } from '../audience-files.ts';

/** Keys of an SSH server and of its one user, in the format of OpenSSH. */
export interface SshKeys {
  readonly host: string;
  readonly user: string;
}

/** One in some hundred that ssh2 makes it cannot read itself: another is made then. */
export function newSshKey(): string {
  for (;;) {
    const { private: key } = ssh.utils.generateKeyPairSync('ed25519');
    if (!(ssh.utils.parseKey(key) instanceof Error)) return key;
  }
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(privateKey: string): string {
  return `SHA256:${hash('sha256', publicPart(privateKey), 'base64').replaceAll('=', '')}`;
}

function parsed(privateKey: string): ssh.ParsedKey {
  const key = ssh.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return Array.isArray(key) ? key[0]! : key;
}

const publicPart = (privateKey: string): Buffer => parsed(privateKey).getPublicSSH();

/** What a receiver of files has: one folder, in memory. Whoever has no key comes in nowhere. */
export class SftpAccount {
  readonly type = 'sftp';
  readonly secret: Readonly<Record<string, string>>;
  readonly #destination: SftpDestination;
  readonly #files = new Map<string, Buffer>();

  constructor(destination: SftpDestination, keys: SshKeys) {
    this.#destination = destination;
    this.secret = { privateKey: keys.user };
  }

  get user(): string {
    return this.#destination.user;
  }

  /** Audience → identifiers, as somebody has them who reads all files. */
  held(): Promise<Held> {
    return heldInFiles(this.#destination, [...this.#files.keys()], (name) => this.#files.get(name)!.toString());
  }

  /** Name → contents, as text. */
  files(): Record<string, string> {
    return Object.fromEntries([...this.#files].sort().map(([name, bytes]) => [name, bytes.toString()]));
  }

  isFolder(path: string): boolean {
    return withoutSlash(path) === withoutSlash(this.#destination.folder);
  }

  /** The name of a file in the folder; nothing where a path leads elsewhere. */
  nameOf(path: string): string | undefined {
    const folder = `${withoutSlash(this.#destination.folder)}/`;
    const name = path.startsWith(folder) ? path.slice(folder.length) : '';
    return name === '' || name.includes('/') ? undefined : name;
  }

  get(name: string): Buffer | undefined {
    return this.#files.get(name);
  }

  put(name: string, bytes: Buffer): void {
    this.#files.set(name, bytes);
  }

  delete(name: string): boolean {
    return this.#files.delete(name);
  }
}

const withoutSlash = (path: string): string => path.replace(/(?<!\/)\/+$/, '');

const { OK, FAILURE, NO_SUCH_FILE, OP_UNSUPPORTED, PERMISSION_DENIED } = ssh.utils.sftp.STATUS_CODE;

/** An SSH server with SFTP for one user, who shows the right key. @param account undefined as long as it is nobody's */
export function createSftpServer(keys: SshKeys, account: () => SftpAccount | undefined): ssh.Server {
  return new ssh.Server({ hostKeys: [keys.host] }, (client) => {
    client.on('error', () => undefined);
    // Not in its types. Answers of a few bytes would wait for each other: a tenth of a second each.
    (client as unknown as Pick<ssh.Client, 'setNoDelay'>).setNoDelay(true);
    client.on('authentication', (context) => {
      const isUser = context.username === account()?.user;
      if (isUser && context.method === 'publickey' && isSignedWith(context, keys.user)) context.accept();
      else context.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('sftp', (open) => serve(open(), account()!));
    });
  });
}

/** The user's key, and where there is a signature one of it: first they only ask whether the key would do. */
function isSignedWith({ key, signature, blob, hashAlgo }: ssh.PublicKeyAuthContext, user: string): boolean {
  const own = publicPart(user);
  if (key.data.length !== own.length || !timingSafeEqual(key.data, own)) return false;
  return signature === undefined || blob === undefined || parsed(user).verify(blob, signature, hashAlgo) === true;
}

const [FILE, DIRECTORY] = [0o100600, 0o040700];

/** What is done with files: written as a whole, looked at, renamed and taken away. */
function serve(session: ssh.SFTPWrapper, account: SftpAccount): void {
  const open = new Map<number, OpenFile>();
  let handles = 0;
  const attributes = (mode: number, size: number) => ({ mode, uid: 0, gid: 0, size, atime: 0, mtime: 0 });
  const openFile = (handle: Buffer) => (handle.length === 4 ? open.get(handle.readUInt32BE()) : undefined);
  const look = (id: number, path: string): void => {
    const bytes = account.get(account.nameOf(path) ?? '');
    if (account.isFolder(path)) session.attrs(id, attributes(DIRECTORY, 0));
    else if (bytes) session.attrs(id, attributes(FILE, bytes.length));
    else session.status(id, NO_SUCH_FILE);
  };
  session
    .on('OPEN', (id, path, flags) => {
      const name = account.nameOf(path);
      if (name === undefined) return session.status(id, PERMISSION_DENIED);
      if (ssh.utils.sftp.flagsToString(flags) !== 'w') return session.status(id, OP_UNSUPPORTED);
      handles += 1;
      open.set(handles, { name, chunks: [], size: 0 });
      const handle = Buffer.alloc(4);
      handle.writeUInt32BE(handles);
      session.handle(id, handle);
    })
    .on('WRITE', (id, handle, offset, data) => {
      const file = openFile(handle);
      if (!file || offset > MAX_FILE_BYTES) return session.status(id, FAILURE);
      file.chunks.push({ offset, data: Buffer.from(data) });
      file.size = Math.max(file.size, offset + data.length);
      session.status(id, OK);
    })
    .on('CLOSE', (id, handle) => {
      const file = openFile(handle);
      if (!file) return session.status(id, FAILURE);
      open.delete(handle.readUInt32BE());
      account.put(file.name, whole(file));
      session.status(id, OK);
    })
    .on('STAT', look)
    .on('LSTAT', look)
    .on('REMOVE', (id, path) => session.status(id, account.delete(account.nameOf(path) ?? '') ? OK : NO_SUCH_FILE))
    .on('RENAME', (id, from, to) => {
      const [old, name] = [account.nameOf(from) ?? '', account.nameOf(to)];
      const bytes = account.get(old);
      if (!bytes) return session.status(id, NO_SUCH_FILE);
      if (name === undefined || account.get(name)) return session.status(id, FAILURE);
      account.put(name, bytes);
      account.delete(old);
      session.status(id, OK);
    });
}

interface OpenFile {
  readonly name: string;
  readonly chunks: { readonly offset: number; readonly data: Buffer }[];
  size: number;
}

function whole({ chunks, size }: OpenFile): Buffer {
  const bytes = Buffer.alloc(size);
  for (const { offset, data } of chunks) data.copy(bytes, offset);
  return bytes;
}

/** More than anybody sends to a laptop. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
