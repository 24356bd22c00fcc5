import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type SharedSince, sharedSince } from '#core/activation/aam/first-use.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import { type CatalogPort, NoCatalogError } from '#core/catalog/port.ts';
import { operationsKey } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
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

const LOOK_AGAIN_AFTER_MS = 5_000;
/** After so long every function sees a version that was put active before. */
export const UNTIL_SEEN_MS = LOOK_AGAIN_AFTER_MS + 1_000;
const objectKey = (version: string): string => `versions/${version}.json`;
const sharedSinceKey = (version: string): string => `shared-since/${version}.json`;

/**
 * Puts a version active.
 * @param now epoch ms: what the catalog before did not share with Audience Manager is shared since then
 */
export async function putCatalog(
  place: CatalogPosition,
  catalog: Catalog,
  version: string,
  now: number,
): Promise<void> {
  const active = await currentVersion(place);
  // A version that has got lost must not keep the next one from being put.
  const before = active === undefined ? undefined : await readCatalog(place, active);
  const since = sharedSince(catalog.destinations, before, now);
  await place.bucket.put(sharedSinceKey(version), JSON.stringify(since), { contentType: 'application/json' });
  await place.bucket.put(objectKey(version), JSON.stringify(catalog), { contentType: 'application/json' });
  await place.client.send(
    new PutItemCommand({
      TableName: place.table,
      Item: { pk: { S: operationsKey.catalogPointer() }, catalogVersion: { S: version } },
    }),
  );
}

/** The version active, or undefined. */
export async function currentVersion(place: CatalogPosition): Promise<string | undefined> {
  const { Item } = await place.client.send(
    new GetItemCommand({
      TableName: place.table,
      Key: { pk: { S: operationsKey.catalogPointer() } },
      ConsistentRead: true,
    }),
  );
  return Item && stringAt(Item, 'catalogVersion');
}

async function readCatalog(
  place: CatalogPosition,
  version: string,
): Promise<(Catalog & { readonly sharedSince: SharedSince }) | undefined> {
  const [bytes, since] = await Promise.all([
    place.bucket.get(objectKey(version)),
    place.bucket.get(sharedSinceKey(version)),
  ]);
  return bytes && { ...parse<Catalog>(bytes), sharedSince: since ? parse<SharedSince>(since) : {} };
}

const parse = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString('utf8')) as T;

/** The catalog of a version that was put before, ready for use. */
export async function getCatalog(place: CatalogPosition, version: string): Promise<CompiledCatalog> {
  const found = await readCatalog(place, version);
  if (!found) throw new Error(`Catalog version ${version} is active but its object is missing in the catalog bucket`);
  const { sharedSince: since, ...catalog } = found;
  return compileCatalog(catalog, since);
}

/** The definitions active, as they were applied; undefined when there are none. */
export async function activeDefinitions(place: CatalogPosition): Promise<Catalog | undefined> {
  const version = await currentVersion(place);
  return version === undefined ? undefined : await readCatalog(place, version);
}

/** Reads and compiles the catalog active, and keeps it until another one is. */
export class CatalogReader implements CatalogPort {
  readonly #place: CatalogPosition;
  readonly #clock: Clock;
  #current: CompiledCatalog | undefined;
  #examined = Number.NEGATIVE_INFINITY;

  constructor(place: CatalogPosition, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  async current(): Promise<CompiledCatalog> {
    if (this.#current && this.#clock() - this.#examined < LOOK_AGAIN_AFTER_MS) return this.#current;
    const version = await currentVersion(this.#place);
    if (version === undefined) throw new NoCatalogError();
    if (this.#current?.version !== version) this.#current = await getCatalog(this.#place, version);
    this.#examined = this.#clock();
    return this.#current;
  }
}
