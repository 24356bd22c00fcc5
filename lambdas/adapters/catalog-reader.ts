import type { CatalogPort } from '#core/ports/catalog.ts';
import { CatalogReader } from './catalog-store.ts';
import { dynamoDbClient, s3Client } from './clients.ts';
import { S3ObjectStore } from './object-store.s3.ts';

/** The catalog port of a function. */
export function createCatalogReader(place: {
  readonly operationsTable: string;
  readonly catalogBucket: string;
}): CatalogPort {
  const bucket = new S3ObjectStore(s3Client(), place.catalogBucket);
  return new CatalogReader({ client: dynamoDbClient(), table: place.operationsTable, bucket }, Date.now);
}
