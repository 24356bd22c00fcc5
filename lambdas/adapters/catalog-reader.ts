import type { CatalogPort } from '#core/ports/catalog.ts';
import { CatalogReader } from './catalog-store.ts';
import { dynamoDb, s3 } from './clients.ts';
import { createS3ObjectStore } from './object-store.s3.ts';

/** The catalog port of a function. */
export function createCatalogReader(place: {
  readonly operationsTable: string;
  readonly catalogBucket: string;
}): CatalogPort {
  const bucket = createS3ObjectStore(s3(), place.catalogBucket);
  return new CatalogReader({ client: dynamoDb(), table: place.operationsTable, bucket }, Date.now);
}
