import { join } from 'node:path';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import type { Catalog } from '#core/catalog/catalog.ts';
import { type CompiledCatalog, compileCatalog } from '#core/catalog/compile.ts';

/** The catalog that is shipped as an example; its destinations are the connections of the stages as they are shipped. */
export const exampleCatalog = async (): Promise<CompiledCatalog> => compileCatalog(await exampleDefinitions());

/** The same, where a file may hold any number of rejected records: small parts of files would fail otherwise. */
export async function tolerantCatalog(): Promise<CompiledCatalog> {
  const catalog = await exampleDefinitions();
  const datasets = catalog.datasets.map((dataset) => ({ ...dataset, partialIngestionPercentage: 100 }));
  return compileCatalog({ ...catalog, datasets });
}

let loaded: Promise<Catalog> | undefined;
/** For which the stages of the tests have delivery lanes (`tests/fixtures/stages/`): further ones concern no test. */
const DESTINATIONS = ['audience-manager', 'crm-export', 'webhook'];

/** What the example is made of; read once, and each caller has its own. */
export async function exampleDefinitions(): Promise<Catalog> {
  loaded ??= loadCatalogFolder(join(import.meta.dirname, '..', '..', '..', 'catalog'), {});
  const { destinations, ...rest } = structuredClone(await loaded);
  return { ...rest, destinations: destinations.filter(({ id }) => DESTINATIONS.includes(id)) };
}

/** A message of the streaming door. */
export const enveloped = (datasetId: string, entity: object): string =>
  JSON.stringify({ header: { datasetId }, body: { xdmEntity: entity } });

export const ecidOf = (n: number): string => String(n).padStart(38, '0');

/** Device number `n` puts something into its cart. */
export const addToCart = (n: number, at: number, more: object = {}): object => ({
  _id: `cart-${n}`,
  timestamp: new Date(at).toISOString(),
  eventType: 'commerce.productListAdds',
  identityMap: { ECID: [{ id: ecidOf(n), primary: true }] },
  commerce: { productListAdds: { value: 1 } },
  ...more,
});

/** Customer number `n` logs in on device number `n`. */
export const logIn = (n: number, at: number): object => ({
  _id: `login-${n}`,
  timestamp: new Date(at).toISOString(),
  eventType: 'userAccount.login',
  identityMap: {
    CRMID: [{ id: `RB-${n}`, authenticatedState: 'authenticated', primary: true }],
    ECID: [{ id: ecidOf(n), authenticatedState: 'authenticated' }],
  },
});

/** Device number `n` was seen in a region. */
export const seenIn = (n: number, at: number, region = 'VA6'): object => ({
  identityMap: { ECID: [{ id: ecidOf(n), primary: true }] },
  userActivityRegions: { [region]: { captureTimestamp: new Date(at).toISOString() } },
});
