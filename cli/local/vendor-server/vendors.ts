import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import getPort, { portNumbers } from 'get-port';
import { type AccountSettings, VendorAccount } from './account.ts';
import { createVendorServer, type Heard } from './server.ts';

/** Where vendors listen, one after the other. */
const PORTS = portNumbers(4611, 4710);

interface Place {
  readonly listening?: { readonly port: number; readonly server: Server };
  settings?: AccountSettings;
  /** Where the vendor is for those who are sent there. */
  origin: string;
  account?: VendorAccount;
}

export interface VendorsOptions {
  /** The address to listen at. */
  readonly host: string;
  /** Where the key of service accounts is kept: a secret that was stored before stays good. */
  readonly keyFile: string;
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

  account(id: string): VendorAccount | undefined {
    return this.#places.get(id)?.account;
  }

  /** Listens for the vendor of a destination. @returns the port */
  async open(id: string): Promise<number> {
    const open = this.#places.get(id);
    if (open?.listening) return open.listening.port;
    const { host, onHeard } = this.#options;
    const port = await getPort({ port: PORTS, host });
    const server = createVendorServer({
      id,
      origin: () => this.#places.get(id)!.origin,
      account: () => this.account(id),
      ...(onHeard && { onHeard }),
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    this.#places.set(id, { ...open, listening: { port, server }, origin: `http://${host}:${port}` });
    return port;
  }

  /** What a destination is to its vendor; what the vendor holds stays unless it is another account. @returns its secret */
  async configure(id: string, origin: string, settings: AccountSettings): Promise<Readonly<Record<string, string>>> {
    const place: Place = this.#places.get(id) ?? { origin };
    this.#places.set(id, place);
    place.origin = origin;
    const isSame = place.account && accountOf(place.settings!) === accountOf(settings);
    place.settings = settings;
    if (!isSame) place.account = await VendorAccount.open(settings, () => this.#privateKey());
    return place.account!.secret;
  }

  /** The webhook whose address has this path: these are on the port of the sink. */
  webhook(pathname: string): VendorAccount | undefined {
    for (const { settings, account } of this.#places.values()) {
      if (settings?.destination.type !== 'http') continue;
      if (new URL(String(settings.destination.url)).pathname === pathname) return account;
    }
    return undefined;
  }

  /** Has all vendors forget everybody. */
  async reset(): Promise<void> {
    for (const place of this.#places.values()) {
      if (place.settings) place.account = await VendorAccount.open(place.settings, () => this.#privateKey());
    }
  }

  close(): void {
    for (const { listening } of this.#places.values()) {
      listening?.server.close();
      listening?.server.closeAllConnections();
    }
    this.#places.clear();
  }

  #privateKey(): string {
    const { keyFile } = this.#options;
    try {
      return readFileSync(keyFile, 'utf8');
    } catch {
      const { privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      });
      mkdirSync(dirname(keyFile), { recursive: true });
      writeFileSync(keyFile, privateKey, { mode: 0o600 });
      return privateKey;
    }
  }
}

/** What makes an account another one: everything but who is sent there, and when. */
function accountOf({ destination, segmentNames }: AccountSettings): string {
  const { segments: _who, guard: _guard, enabled: _enabled, name: _name, description: _text, ...account } = destination;
  return JSON.stringify([account, segmentNames]);
}
