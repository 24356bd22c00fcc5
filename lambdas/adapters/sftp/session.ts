import { hash } from 'node:crypto';
import { lookup as resolve } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import ssh from 'ssh2';
import type { SftpTarget } from '#core/activation/files/target.ts';
import { credential, readCredentials } from '#core/activation/http/credentials.ts';
import { guarded, isPublicAddress } from '#lambdas/runtime/address-guard.ts';

export interface SftpSessionOptions {
  /** Lets connections reach private addresses: for a laptop, never for a real stage. */
  readonly allowPrivate: boolean;
  /** Everything that is done in a session takes no longer, in ms. @default five minutes */
  readonly timeoutMs?: number;
}

const CONNECT_MS = 20_000;
const TIMEOUT_MS = 300_000;
const KEEP_ALIVE_MS = 10_000;

/** What errors begin with. */
export const placeOf = (destinationId: string, { host, port }: SftpTarget): string =>
  `Destination "${destinationId}", sftp://${host}:${port}`;

/**
 * Signs in, works, and signs off. The host is who the catalog says it is, or nothing is sent, no password either.
 * @param at what errors begin with
 */
export async function withSession<T>(
  target: SftpTarget,
  login: Login,
  at: string,
  options: SftpSessionOptions,
  work: (session: ssh.SFTPWrapper) => Promise<T>,
): Promise<T> {
  const client = new ssh.Client();
  const timer = setTimeout(() => client.destroy(), options.timeoutMs ?? TIMEOUT_MS);
  try {
    await signIn(client, target, login, at, options);
    const session = await new Promise<ssh.SFTPWrapper>((done, fail) =>
      client.sftp((error, sftp) => (error ? fail(error) : done(sftp))),
    ).catch(() => {
      throw new Error(`${at}: the server has no SFTP for this user`);
    });
    return await Promise.race([work(session), lost(client)]).catch((error: unknown) => {
      throw new Error(`${at}: ${(error as Error).message}`);
    });
  } finally {
    clearTimeout(timer);
    client.end();
  }
}

const lost = (client: ssh.Client): Promise<never> =>
  new Promise((_, fail) => {
    client.once('close', () => fail(new Error('the connection was lost')));
    client.on('error', () => fail(new Error('the connection was lost')));
  });

export interface Login {
  readonly privateKey?: string;
  readonly passphrase?: string;
  readonly password?: string;
}

/** @throws Error naming keys of the secret, never values */
export function loginOf(secret: string, at: string): Login {
  const credentials = readCredentials(secret);
  const [privateKey, passphrase, password] = ['privateKey', 'passphrase', 'password'].map((key) =>
    credential(credentials, key),
  );
  if (privateKey === undefined && password === undefined) {
    throw new Error(`${at}: its secret has neither privateKey nor password`);
  }
  if (privateKey !== undefined) {
    const read = ssh.utils.parseKey(privateKey, passphrase);
    if (read instanceof Error)
      throw new Error(`${at}: privateKey of its secret cannot be read, or its passphrase is wrong`);
  }
  return {
    ...(privateKey !== undefined && { privateKey }),
    ...(passphrase !== undefined && { passphrase }),
    ...(password !== undefined && { password }),
  };
}

async function signIn(
  client: ssh.Client,
  { host, port, user, hostKeys }: SftpTarget,
  login: Login,
  at: string,
  options: SftpSessionOptions,
): Promise<void> {
  const sock = await socketTo(host, port, options).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${at}: there is no connection (${error.code ?? 'unknown'})`);
  });
  let seen: string | undefined;
  await new Promise<void>((done, fail) => {
    client.once('ready', done);
    client.once('close', () => fail(new Error('closed')));
    client.on('error', fail);
    client.connect({
      sock,
      username: user,
      ...login,
      readyTimeout: CONNECT_MS,
      keepaliveInterval: KEEP_ALIVE_MS,
      hostVerifier: (key: Buffer) => {
        seen = fingerprint(key);
        return hostKeys.includes(seen);
      },
    });
  }).catch((error: Error & { readonly level?: string }) => {
    sock.destroy();
    if (seen !== undefined && !hostKeys.includes(seen)) {
      throw new Error(
        `${at}: the host has the key ${seen}, and hostKeys has it not. Nothing was sent. Ask the owner of the server whether it was changed, then write it into the catalog`,
      );
    }
    if (error.level === 'client-authentication')
      throw new Error(`${at}: user "${user}" was not let in: look at its secret`);
    throw new Error(`${at}: there is no session (${error.level ?? 'closed'})`);
  });
}

/** As `ssh-keygen -l` prints it. */
const fingerprint = (key: Buffer): string => `SHA256:${hash('sha256', key, 'base64').replaceAll('=', '')}`;

/** The address is looked at where the connection is made. */
async function socketTo(host: string, port: number, { allowPrivate }: SftpSessionOptions): Promise<Socket> {
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) {
    throw Object.assign(new Error('private'), { code: 'ERR_PRIVATE_ADDRESS' });
  }
  const lookup = resolve as LookupFunction;
  return new Promise((done, fail) => {
    const socket = connect({
      host,
      port,
      lookup: allowPrivate ? lookup : guarded(lookup),
      timeout: CONNECT_MS,
      noDelay: true,
    });
    socket.once('error', fail);
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      done(socket);
    });
  });
}
