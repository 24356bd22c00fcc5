import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FILE_LENGTH } from '#core/catalog/source-file.ts';

/** A folder that can't be read as a catalog; the message says what to do. */
export class CatalogFolderError extends Error {
  override readonly name = 'CatalogFolderError';
}

const DEFINITION = /\.(ya?ml|json)$/;
/** Above this, a folder is surely not a catalog. */
const MAX_FILES = 20_000;
const DEEPEST = 16;

/**
 * The definition files below a folder: path with `/` from there → text. Symbolic links are not followed; names that
 * begin with a dot and files of another kind (README.md) are passed over.
 * @param mayBeEmpty whether a folder that is missing or holds no definition is as good as an empty one
 * @throws CatalogFolderError when the folder is missing, is not a folder, or holds no definition
 */
export async function readCatalogFolder(
  folder: string,
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): Promise<Map<string, string>> {
  const status = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && mayBeEmpty) return undefined;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw missing(folder);
    throw error;
  });
  if (!status) return new Map();
  if (!status.isDirectory()) throw new CatalogFolderError(`${folder} is not a folder. Give the folder of the catalog.`);
  const files = new Map<string, string>();
  await readInto(files, folder, '', 0);
  if (files.size === 0 && !mayBeEmpty) {
    throw new CatalogFolderError(
      `${folder} holds no definitions. Expected .yaml, .yml or .json files in folders such as schemas/ and segments/.`,
    );
  }
  return files;
}

async function readInto(files: Map<string, string>, root: string, below: string, depth: number): Promise<void> {
  if (depth > DEEPEST) throw new CatalogFolderError(`${join(root, below)} lies deeper than ${DEEPEST} folders.`);
  const entries = await readdir(join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((x, y) => (x.name < y.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await readInto(files, root, path, depth + 1);
    else if (entry.isFile() && DEFINITION.test(path)) files.set(path, await readText(join(root, path)));
    if (files.size > MAX_FILES) throw new CatalogFolderError(`${root} holds more than ${MAX_FILES} files.`);
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await lstat(path);
  // A character is at most three bytes of UTF-8 for one unit; the loader tells about those that are a little too large.
  if (size > MAX_FILE_LENGTH * 4)
    throw new CatalogFolderError(`${path} is ${size} bytes long. A definition is at most 1 MB.`);
  return readFile(path, 'utf8');
}

function missing(folder: string): CatalogFolderError {
  return new CatalogFolderError(
    `There is no folder ${folder}. Give the folder of a catalog; an example is in catalog/ of this repository.`,
  );
}
