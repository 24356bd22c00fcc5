import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import getPort, { portNumbers } from 'get-port';
import type { SftpDestination } from '#core/activation/destinations/sftp/definition.ts';
import { type AccountSettings, VendorAccount } from './account.ts';
import { createVendorServer, type Heard } from './server.ts';
import { createSftpServer, fingerprintOf, newSshKey, SftpAccount, type SshKeys } from './sftp-account.ts';

/** Where vendors listen, one after the other. */
const PORTS = portNumbers(4611, 4710);

interface Place {
  readonly listening?: { readonly port: number; readonly close: () => void };
  settings?: AccountSettings;
  /** Where the vendor is for those who are sent there. */
  origin: string;
  account?: VendorAccount | SftpAccount;
}

export interface VendorsOptions {
  /** The address to listen at. */
  readonly host: string;
  /** Where keys are kept: a secret that was stored before stays good. */
  readonly keys: string;
  /** Is told every request and its answer. */
  readonly onHeard?: (heard: Heard) => void;
}

/** The vendors of a catalog's destinations, each at a port of its own, as each is at an address of its own in the world. */
export class Vendors {
  readonly #options: VendorsOptions;
  readonly #places = new Map<string, Place>();

  constructor(options: VendorsOptions) {
    this.#options = options;
  }

  get ids(): string[] {
    return [...this.#places.keys()].sort();
  }

  account(id: string): VendorAccount | SftpAccount | undefined {
    return this.#places.get(id)?.account;
  }

  /** What there is in place of the address that a vendor calls its customer at. */
  callback(id: string): AccountSettings['callback'] {
    return this.#places.get(id)?.settings?.callback;
  }

  /** Listens for the vendor of a destination. @returns the port, and of an SSH server the fingerprint of its key */
  async open(id: string, type: string): Promise<{ readonly port: number; readonly hostKey?: string }> {
    const hostKey = type === 'sftp' ? { hostKey: fingerprintOf(this.#sshKeys().host) } : {};
    const open = this.#places.get(id);
    if (open?.listening) return { port: open.listening.port, ...hostKey };
    const { host } = this.#options;
    const port = await getPort({ port: PORTS, host });
    const { server, close } = type === 'sftp' ? this.#sftpServer(id) : this.#httpServer(id);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    this.#places.set(id, { ...open, listening: { port, close }, origin: `http://${host}:${port}` });
    return { port, ...hostKey };
  }

  #httpServer(id: string): Opened {
    const { onHeard } = this.#options;
    const server = createVendorServer({
      id,
      origin: () => this.#places.get(id)!.origin,
      account: () => {
        const account = this.account(id);
        return account instanceof VendorAccount ? account : undefined;
      },
      ...(onHeard && { onHeard }),
    });
    const close = (): void => {
      server.close();
      server.closeAllConnections();
    };
    return { server, close };
  }

  #sftpServer(id: string): Opened {
    const server = createSftpServer(this.#sshKeys(), () => {
      const account = this.account(id);
      return account instanceof SftpAccount ? account : undefined;
    });
    return { server, close: () => void server.close() };
  }

  /** What a destination is to its vendor; what the vendor holds stays unless it is another account. @returns its secret */
  async configure(id: string, origin: string, settings: AccountSettings): Promise<Readonly<Record<string, string>>> {
    const place: Place = this.#places.get(id) ?? { origin };
    this.#places.set(id, place);
    place.origin = origin;
    const isSame = place.account && accountOf(place.settings!) === accountOf(settings);
    place.settings = settings;
    if (!isSame) place.account = await this.#accountOf(settings);
    return place.account!.secret;
  }

  /** The webhook whose address has this path: these are on the port of the sink. */
  webhook(pathname: string): VendorAccount | undefined {
    for (const { settings, account } of this.#places.values()) {
      if (settings?.destination.type !== 'http' || !(account instanceof VendorAccount)) continue;
      if (new URL(String(settings.destination.url)).pathname === pathname) return account;
    }
    return undefined;
  }

  /** Has all vendors forget everybody. */
  async reset(): Promise<void> {
    for (const place of this.#places.values()) {
      if (place.settings) place.account = await this.#accountOf(place.settings);
    }
  }

  close(): void {
    for (const { listening } of this.#places.values()) listening?.close();
    this.#places.clear();
  }

  async #accountOf(settings: AccountSettings): Promise<VendorAccount | SftpAccount> {
    return settings.destination.type === 'sftp'
      ? new SftpAccount(settings.destination as unknown as SftpDestination, this.#sshKeys())
      : VendorAccount.open(settings, () => this.#keptKey('service-account.pem', newServiceKey));
  }

  #sshKeys(): SshKeys {
    return { host: this.#keptKey('ssh-host', newSshKey), user: this.#keptKey('ssh-user', newSshKey) };
  }

  #keptKey(name: string, create: () => string): string {
    const file = join(this.#options.keys, name);
    try {
      return readFileSync(file, 'utf8');
    } catch {
      const key = create();
      mkdirSync(this.#options.keys, { recursive: true });
      writeFileSync(file, key, { mode: 0o600 });
      return key;
    }
  }
}

const newServiceKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

interface Opened {
  readonly server: Server;
  readonly close: () => void;
}

/** What makes an account another one: everything but who is sent there, and when. */
function accountOf({ destination, segmentNames }: AccountSettings): string {
  const { segments: _who, guard: _guard, enabled: _enabled, name: _name, description: _text, ...account } = destination;
  return JSON.stringify([account, segmentNames]);
}
