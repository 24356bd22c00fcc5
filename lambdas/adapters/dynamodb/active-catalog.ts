import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Catalog } from '#core/catalog/catalog.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import { operationsKey } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Item } from './client.ts';
import { stringAt } from './item-codec.ts';

/**
 * The catalog lies in a bucket, an object per version; an item of the `operations` table points to the one active.
 * Functions look at the pointer every few seconds, so a new version takes effect without deploying anything.
 */
export interface CatalogPosition {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly bucket: ObjectStore;
}

/** The same for who only reads. */
export type CatalogToRead = Pick<CatalogPosition, 'client' | 'table'> & { readonly bucket: Pick<ObjectStore, 'get'> };

const LOOK_AGAIN_AFTER_MS = 5_000;
/** After so long every function sees a version that was put active before. */
export const UNTIL_SEEN_MS = LOOK_AGAIN_AFTER_MS + 1_000;

/** Where the definitions of a version lie. */
export const objectKey = (version: string): string => `versions/${version}.json`;

export const parse = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString('utf8')) as T;

/** What is active, and where the history of it begins; versions of before there was a history have none. */
export interface Pointer {
  readonly version: string;
  readonly activation: string | undefined;
}

export async function readPointer(place: CatalogToRead): Promise<Pointer | undefined> {
  const item = await readItem(place, operationsKey.catalogPointer());
  const version = item && stringAt(item, 'catalogVersion');
  return version === undefined ? undefined : { version, activation: stringAt(item!, 'activation') };
}

export async function readItem({ client, table }: CatalogToRead, pk: string): Promise<Item | undefined> {
  const { Item: item } = await client.send(
    new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
  );
  return item;
}

/** Epoch ms: since when a version is active, as its activation says; undefined where that is not known. */
export const activeSince = ({ activation }: Pointer): { activeSince: number } | undefined =>
  activation === undefined ? undefined : { activeSince: Date.parse(activation.split('#')[1]!) };

/**
 * The definitions of a version that was put before, and nothing else that is kept with it.
 * @throws Error when they are not there any more
 */
export async function definitionsIn({ bucket }: CatalogToRead, version: string): Promise<Catalog> {
  const bytes = await bucket.get(objectKey(version));
  if (!bytes) throw missingVersion(version);
  return parse<Catalog>(bytes);
}

export const missingVersion = (version: string): Error =>
  new Error(`Catalog version ${version} is active but its object is missing in the catalog bucket`);

/** What was made of a catalog, and of which version. */
interface Compiled {
  readonly version: string;
  readonly activeSince?: number;
}

/** Reads and compiles the catalog active, and keeps it until another one is. */
export class ActiveCatalog<T extends Compiled> {
  readonly #place: CatalogToRead;
  readonly #clock: Clock;
  readonly #compile: (version: string) => Promise<T>;
  #current: T | undefined;
  #examined = Number.NEGATIVE_INFINITY;

  /** @param compile makes of a version what is needed of it */
  constructor(place: CatalogToRead, clock: Clock, compile: (version: string) => Promise<T>) {
    this.#place = place;
    this.#clock = clock;
    this.#compile = compile;
  }

  /** @throws NoCatalogError */
  async current(): Promise<T> {
    if (this.#current && this.#clock() - this.#examined < LOOK_AGAIN_AFTER_MS) return this.#current;
    const pointer = await readPointer(this.#place);
    if (pointer === undefined) throw new NoCatalogError();
    const since = activeSince(pointer);
    const isOther = this.#current?.version !== pointer.version || this.#current.activeSince !== since?.activeSince;
    if (isOther) this.#current = { ...(await this.#compile(pointer.version)), ...since };
    this.#examined = this.#clock();
    return this.#current!;
  }
}
