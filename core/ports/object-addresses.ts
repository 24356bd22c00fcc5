import type { ObjectVersion } from './object-store.ts';

/** Where an object can be written or read for a while by whoever knows the address, without any other right. */
export interface ObjectAddress {
  readonly method: 'PUT' | 'GET';
  readonly href: string;
  /** To be sent along, as they are. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Addresses of objects in one bucket. */
export interface ObjectAddresses {
  /** Takes the object, up to 5 GB of it, if there is none yet: what was written once stays as it is. */
  forWriting(key: string): Promise<ObjectAddress>;
  /** @param version which object under the key; the one that is there when left out */
  forReading(key: string, version?: ObjectVersion): Promise<ObjectAddress>;
}
