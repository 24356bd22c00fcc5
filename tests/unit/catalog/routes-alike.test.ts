import { expect, it } from 'vitest';
import { loadCatalogFolder } from '#cli/catalog/load-folder.ts';
import { type Catalog, routesAlike } from '#core/catalog/catalog.ts';

it('catalogs route alike where they differ in rules and schemas only, and not where destinations or merge policies do', async () => {
  const catalog = await loadCatalogFolder('catalog', {});
  const [segment, ...others] = catalog.segments;
  const [destination, ...rest] = catalog.destinations;
  const alike: Catalog[] = [
    structuredClone(catalog),
    { ...catalog, segments: [{ ...segment!, expression: { ...segment!.expression, value: 'true' } }, ...others] },
    { ...catalog, segments: others },
    { ...catalog, schemas: [] },
    { ...catalog, activities: [] },
    { ...catalog, edgeDestinations: [] },
  ];
  const otherwise: Catalog[] = [
    { ...catalog, destinations: rest },
    { ...catalog, destinations: [{ ...destination!, enabled: !destination!.enabled }, ...rest] },
    { ...catalog, segments: [{ ...segment!, mergePolicyId: 'another' }, ...others] },
    { ...catalog, mergePolicies: [] },
    { ...catalog, policies: [] },
    { ...catalog, identitySettings: { namespacePriority: [], uniqueNamespaces: [], blockedNamespaces: [] } },
  ];
  expect(alike.map((other) => routesAlike(catalog, other))).toEqual(alike.map(() => true));
  expect(otherwise.map((other) => routesAlike(catalog, other))).toEqual(otherwise.map(() => false));
});
