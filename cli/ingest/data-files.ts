import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import type { CompiledCatalog } from '#core/catalog/compile.ts';
import { formatOf } from '#core/ingestion/format.ts';
import type { CompiledDataset } from '#core/ingestion/settings.ts';

export interface DataFile {
  readonly path: string;
  readonly name: string;
  readonly datasetId: string;
  /** Undefined where the catalog has no such dataset; the file is sent all the same and rejected by the platform. */
  readonly dataset: CompiledDataset | undefined;
  /** Set where the file is named after a source connection whose records are raw: they are streamed as its own. */
  readonly connectionId?: string;
}

/**
 * The data files of a folder: `<datasetId>.<suffix>`, e.g. `web-events.ndjson.gz`, or any name in a folder
 * `<datasetId>/`; in place of a dataset there may be a source connection whose records are raw.
 * @throws UserError when there are none
 */
export async function findDataFiles(folder: string, catalog: CompiledCatalog): Promise<DataFile[]> {
  const root = resolve(folder);
  const found: DataFile[] = [];
  for (const entry of await entriesOf(root)) {
    if (entry.isDirectory()) found.push(...(await filesOfDataset(root, entry.name, catalog)));
    if (!isData(entry)) continue;
    const datasetId = entry.name.slice(0, entry.name.indexOf('.'));
    // Other files may lie beside the data; a name that is no dataset is not meant for us.
    if (isNamed(datasetId, catalog)) found.push(fileOf(root, entry.name, datasetId, catalog));
  }
  if (found.length > 0) return found;
  throw new UserError(
    `${folder} holds no data for this catalog. Expected files named after its datasets (${[...catalog.datasets.keys()].join(', ')}), ` +
      'e.g. web-events.ndjson.gz, as .ndjson, .json, .csv or .parquet, each also with .gz.',
  );
}

const isData = (entry: Dirent): boolean => entry.isFile() && formatOf(entry.name) !== undefined;

async function filesOfDataset(root: string, datasetId: string, catalog: CompiledCatalog): Promise<DataFile[]> {
  const folder = join(root, datasetId);
  const entries = await entriesOf(folder);
  return entries.filter(isData).map(({ name }) => fileOf(folder, name, datasetId, catalog));
}

async function entriesOf(folder: string) {
  const status = await lstat(folder).catch(() => undefined);
  if (!status?.isDirectory()) throw new UserError(`There is no folder ${folder}`);
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter(({ name }) => !name.startsWith('.')).sort((x, y) => (x.name < y.name ? -1 : 1));
}

const isNamed = (id: string, { datasets, rawConnections }: CompiledCatalog): boolean =>
  datasets.has(id) || rawConnections.byId.has(id);

function fileOf(root: string, name: string, id: string, { datasets, rawConnections }: CompiledCatalog): DataFile {
  const file = { path: join(root, name), name, datasetId: id, dataset: datasets.get(id) };
  return !file.dataset && rawConnections.byId.has(id) ? { ...file, connectionId: id } : file;
}
