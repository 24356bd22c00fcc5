import { TransactWriteItemsCommand, type Update } from '@aws-sdk/client-dynamodb';
import { type SharedSince, sharedSince } from '#core/activation/destinations/aam/first-use.ts';
import { type Catalog, routesAlike } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';
import type { CatalogPort } from '#core/catalog/port.ts';
import { operationsKey } from '#core/contract/tables.ts';
import type { Clock } from '#core/ports/clock.ts';
import { ConflictError } from '#core/ports/conflict.ts';
import {
  ActiveCatalog,
  type CatalogPosition,
  missingVersion,
  objectKey,
  type Pointer,
  parse,
  readItem,
  readPointer,
} from './active-catalog.ts';
import { type Item, isConflict } from './client.ts';
import { numberAt, stringAt } from './item-codec.ts';

const sharedSinceKey = (version: string): string => `shared-since/${version}.json`;
const routedSinceKey = (version: string): string => `routed-since/${version}.json`;

/** Who made a version active, and why, as far as that is known. */
export interface ActivationNote {
  readonly by?: string | undefined;
  readonly comment?: string | undefined;
}

export interface PutOptions extends ActivationNote {
  /** The version that has to be active at present for this one to take its place. @default any */
  readonly instead?: string;
}

/** That a version became active. */
export interface Activation extends ActivationNote {
  readonly version: string;
  /** Epoch ms. */
  readonly at: number;
}

/**
 * Makes a version active, and notes that in the history, all or nothing. One that is active already stays so.
 * @param now epoch ms: what the catalog before did not share with Audience Manager is shared since then
 * @returns the version that was active before, if any
 * @throws ConflictError when meanwhile somebody else has made another version active, or `instead` is not active
 */
export async function putCatalog(
  place: CatalogPosition,
  catalog: Catalog,
  version: string,
  now: number,
  { instead, ...note }: PutOptions = {},
): Promise<string | undefined> {
  const pointer = await readPointer(place);
  if (instead !== undefined && pointer?.version !== instead) throw new ConflictError('the active catalog');
  // A version that has got lost must not keep the next one from being put.
  const before = pointer && (await readCatalog(place, pointer.version));
  const shared = before && { destinations: before.catalog.destinations, sharedSince: before.sharedSince };
  const since = sharedSince(catalog.destinations, shared, now);
  const routedSince = before && routesAlike(before.catalog, catalog) ? before.routedSince : now;
  await place.bucket.put(sharedSinceKey(version), JSON.stringify(since), { contentType: 'application/json' });
  await place.bucket.put(routedSinceKey(version), JSON.stringify({ routedSince }), { contentType: 'application/json' });
  await place.bucket.put(objectKey(version), JSON.stringify(catalog), { contentType: 'application/json' });
  if (pointer?.version === version) return version;
  const key = operationsKey.catalogActivation(now, version);
  try {
    await place.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Update: pointTo(version, key, pointer, place) },
          { Put: { TableName: place.table, Item: activationItem(key, { version, at: now, ...note }, pointer) } },
        ],
      }),
    );
  } catch (error) {
    throw isConflict(error) ? new ConflictError('the active catalog') : error;
  }
  return pointer?.version;
}

function pointTo(version: string, activation: string, before: Pointer | undefined, { table }: CatalogPosition): Update {
  return {
    TableName: table,
    Key: { pk: { S: operationsKey.catalogPointer() } },
    UpdateExpression: 'SET catalogVersion = :version, activation = :activation',
    ConditionExpression: before ? 'catalogVersion = :before' : 'attribute_not_exists(catalogVersion)',
    ExpressionAttributeValues: {
      ':version': { S: version },
      ':activation': { S: activation },
      ...(before && { ':before': { S: before.version } }),
    },
  };
}

/** Each names the one before it: they are found without reading the table. */
const activationItem = (key: string, { version, at, by, comment }: Activation, before: Pointer | undefined): Item => ({
  pk: { S: key },
  catalogVersion: { S: version },
  at: { N: String(at) },
  ...(by !== undefined && { by: { S: by } }),
  ...(comment !== undefined && { comment: { S: comment } }),
  ...(before?.activation !== undefined && { previous: { S: before.activation } }),
});

/** Which versions were active since when, the newest first. @param most of them */
export async function activationsOf(place: CatalogPosition, most: number): Promise<Activation[]> {
  const found: Activation[] = [];
  let key = (await readPointer(place))?.activation;
  while (key !== undefined && found.length < most) {
    const item = await readItem(place, key);
    if (!item) break;
    const [by, comment] = [stringAt(item, 'by'), stringAt(item, 'comment')];
    found.push({
      version: stringAt(item, 'catalogVersion')!,
      at: numberAt(item, 'at')!,
      ...(by !== undefined && { by }),
      ...(comment !== undefined && { comment }),
    });
    key = stringAt(item, 'previous');
  }
  return found;
}

/** The active version, or undefined. */
export const currentVersion = async (place: CatalogPosition): Promise<string | undefined> =>
  (await readPointer(place))?.version;

export async function readCatalog(place: CatalogPosition, version: string): Promise<StoredCatalog | undefined> {
  const [bytes, since, routed] = await Promise.all([
    place.bucket.get(objectKey(version)),
    place.bucket.get(sharedSinceKey(version)),
    place.bucket.get(routedSinceKey(version)),
  ]);
  if (!bytes) return undefined;
  return {
    catalog: parse<Catalog>(bytes),
    sharedSince: since ? parse<SharedSince>(since) : {},
    routedSince: routed && parse<{ readonly routedSince?: number }>(routed).routedSince,
  };
}

/** The definitions of a version, and what its stage knows of them. */
export interface StoredCatalog {
  readonly catalog: Catalog;
  readonly sharedSince: SharedSince;
  /** Epoch ms; undefined where it was put before this was noted. */
  readonly routedSince: number | undefined;
}

/** The catalog of a version that was put before, ready for use. */
export async function getCatalog(place: CatalogPosition, version: string): Promise<CompiledCatalog> {
  const found = await readCatalog(place, version);
  if (!found) throw missingVersion(version);
  const { catalog, sharedSince: since, routedSince } = found;
  return { ...compileCatalog(catalog, since), routedSince };
}

/** The definitions of a version that was put before; undefined where they are not there any more. */
export async function definitionsOf(place: CatalogPosition, version: string): Promise<Catalog | undefined> {
  return (await readCatalog(place, version))?.catalog;
}

/** The definitions active, as they were applied; undefined when there are none. */
export async function activeDefinitions(place: CatalogPosition): Promise<Catalog | undefined> {
  const version = await currentVersion(place);
  return version === undefined ? undefined : await definitionsOf(place, version);
}

/** Reads and compiles the catalog active, and keeps it until another one is. */
export class CatalogReader extends ActiveCatalog<CompiledCatalog> implements CatalogPort {
  constructor(place: CatalogPosition, clock: Clock) {
    super(place, clock, (version) => getCatalog(place, version));
  }
}
