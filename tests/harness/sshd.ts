import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';

const SSHD = '/usr/sbin/sshd';
const KEYGEN = 'ssh-keygen';

/** Whether OpenSSH's server is installed here, as Debian has it. */
export const hasSshd = existsSync(SSHD);
export const WITHOUT_SSHD = `deliveries by SFTP to an OpenSSH server: there is no ${SSHD} (apt install openssh-server)`;

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** Of the user, in the format of OpenSSH. */
  readonly privateKey: string;
  /** As `ssh-keygen -l` prints it. */
  readonly hostKey: string;
  /** Where it may be written to. */
  readonly folder: string;
  /** What the server has said. */
  log(): string;
  stop(): Promise<void>;
}

const key = (file: string): void =>
  void execFileSync(KEYGEN, ['-q', '-t', 'ed25519', '-N', '', '-f', file], { stdio: 'ignore' });

/** An OpenSSH server on loopback, with SFTP for the user that runs the tests and a key that was made for it. */
export async function startSshd(): Promise<Sshd> {
  const base = mkdtempSync(join(tmpdir(), 'tributary-sshd-'));
  const [host, user, folder] = [join(base, 'host'), join(base, 'user'), join(base, 'files')];
  mkdirSync(folder);
  key(host);
  key(user);
  writeFileSync(join(base, 'authorized_keys'), readFileSync(`${user}.pub`));
  const port = await getPort({ host: '127.0.0.1' });
  const config = join(base, 'sshd_config');
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${host}`,
    `AuthorizedKeysFile ${join(base, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'Subsystem sftp internal-sftp',
    'LogLevel VERBOSE',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  // Only root separates its privileges, and in this folder.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  await listening(server, said);
  const [, hostKey] = execFileSync(KEYGEN, ['-lf', `${host}.pub`], { encoding: 'utf8' }).split(' ');
  return {
    port,
    user: userInfo().username,
    privateKey: readFileSync(user, 'utf8'),
    hostKey: hostKey!,
    folder,
    log: () => said.join(''),
    stop: async () => {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill();
      await ended;
      rmSync(base, { recursive: true });
    },
  };
}

const listening = (server: ChildProcess, said: string[]): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    server.once('exit', () => fail(new Error(`sshd ended: ${said.join('')}`)));
    server.stderr!.on('data', (chunk: Buffer) => {
      said.push(chunk.toString());
      if (said.join('').includes('Server listening')) done();
    });
  });
