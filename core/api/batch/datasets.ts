import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { problem } from '#core/ingestion/collection/problem.ts';
import type { SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { badRequest, maySend } from './known-batch.ts';
import { pickProperties, readDatasetListing } from './listing.ts';

/**
 * `GET /dataSets?…` and `/dataSets/{id}`, as AEP's catalog tells them: what a producer has to know of the datasets that it may
 * send to. They are made and changed in the catalog only.
 */
export function answerDatasets(
  call: HttpCall,
  datasetId: string | undefined,
  connection: SourceConnectionDefinition,
  catalog: CompiledCatalog,
): HttpAnswer {
  if (call.method !== 'GET') return READ_ONLY;
  const listing = readDatasetListing(call.query);
  if (typeof listing === 'string') return badRequest(listing);
  const own = [...catalog.datasets.values()].filter(({ id }) => maySend(connection, id));
  const describe = (dataset: CompiledDataset) =>
    [dataset.id, pickProperties(describeDataset(dataset, call.headers), listing.properties)] as const;
  if (datasetId !== undefined) {
    const found = own.find(({ id }) => id === datasetId);
    return found ? { status: 200, body: Object.fromEntries([describe(found)]) } : NO_DATASET;
  }
  const { name, start, limit } = listing;
  const named = own.filter(({ definition }) => name === undefined || definition.name === name);
  const ordered = named.sort((x, y) => (x.id < y.id ? -1 : 1)).slice(start, start + limit);
  return { status: 200, body: Object.fromEntries(ordered.map(describe)) };
}

function describeDataset(
  { definition, schemaId, profileEnabled, identityEnabled }: CompiledDataset,
  headers: HttpCall['headers'],
): object {
  const tag = (isOn: boolean) => [`enabled:${isOn}`];
  return {
    name: definition.name ?? definition.id,
    imsOrg: headers['x-gw-ims-org-id'] ?? '',
    sandboxId: headers['x-sandbox-name'] ?? '',
    state: 'ENABLED',
    version: '1.0.0',
    tags: { unifiedProfile: tag(profileEnabled), unifiedIdentity: tag(identityEnabled) },
    schemaRef: { id: schemaId, contentType: 'application/vnd.adobe.xed+json;version=1' },
  };
}

const READ_ONLY = problem(405, 'inlet', 'Datasets are made and changed in the catalog', {
  detail: 'Write the definition into datasets/ of the catalog and apply it: tributary catalog apply',
});
const NO_DATASET = problem(404, 'inlet', 'There is no dataset of this id that this connection may send to');
