import type { CatalogPort } from '#core/catalog/port.ts';
import { dynamoDb, s3 } from '../clients.ts';
import { createS3ObjectStore } from '../s3/object-store.ts';
import { CatalogReader } from './catalog-store.ts';

/** The catalog port of a function, from its environment. */
export function createCatalogReader(environment: {
  readonly OPERATIONS_TABLE: string;
  readonly CATALOG_BUCKET: string;
}): CatalogPort {
  const bucket = createS3ObjectStore(s3(), environment.CATALOG_BUCKET);
  return new CatalogReader({ client: dynamoDb(), table: environment.OPERATIONS_TABLE, bucket }, Date.now);
}
