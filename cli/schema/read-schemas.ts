import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import { readSourceFile } from '#core/catalog/source-file.ts';
import { isCopy, isInstance, type SchemaFile } from '#core/schema/library.ts';

/** The schema files of a folder, and those that could not be read, with the reason. */
export interface SchemaFolder {
  readonly files: readonly SchemaFile[];
  readonly broken: ReadonlyMap<string, string>;
}

const JSON_FILE = /\.json$/;
const YAML_FILE = /\.ya?ml$/;
const MAX_BYTES = 16_777_216;
const MAX_FILES = 50_000;
const DEEPEST = 16;

/** @throws UserError when there is no such folder, or no schema in it */
export async function readSchemaFolder(folder: string): Promise<SchemaFolder> {
  const status = await stat(folder).catch(() => undefined);
  if (!status?.isDirectory()) throw new UserError(`There is no folder ${folder}. Give the folder of the schemas.`);
  const files: SchemaFile[] = [];
  const broken = new Map<string, string>();
  for (const path of await pathsBelow(folder)) {
    try {
      const document = await readSchema(join(folder, path));
      if (isSchema(path, document)) files.push({ path, document });
    } catch (error) {
      broken.set(path, (error as Error).message);
    }
  }
  if (files.length === 0 && broken.size === 0) {
    throw new UserError(`${folder} holds no schemas. Expected files that end in .schema.json, or have an "$id".`);
  }
  return { files, broken };
}

/** @throws Error saying what is wrong with the text, without quoting it */
export async function readSchema(path: string): Promise<unknown> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  return YAML_FILE.test(path) ? readYaml(path, text) : parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own message may quote the text, so only the place is taken from it.
    const at = / at position (\d+)/.exec((error as Error).message)?.[1];
    const lines = text.slice(0, Number(at)).split('\n');
    throw new Error(`it is not JSON${at ? `: line ${lines.length}, column ${lines.at(-1)!.length + 1}` : ''}`);
  }
}

function readYaml(path: string, text: string): unknown {
  const { value, problems } = readSourceFile(path, text);
  const [first] = problems;
  if (first) throw new Error(`${first.message}: line ${first.line}, column ${first.column}`);
  return value;
}

const isSchema = (path: string, document: unknown): boolean =>
  path.endsWith('.schema.json') || (typeof document === 'object' && document !== null && '$id' in document);

async function pathsBelow(folder: string, below = '', depth = 0): Promise<string[]> {
  if (depth > DEEPEST) return [];
  const paths: string[] = [];
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries.sort((x, y) => (x.name < y.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || isCopy(`${entry.name}/`)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await pathsBelow(folder, path, depth + 1)));
    else if (entry.isFile() && isSchemaName(path)) paths.push(path);
    if (paths.length > MAX_FILES) throw new UserError(`${folder} holds more than ${MAX_FILES} files.`);
  }
  return paths;
}

const isSchemaName = (path: string): boolean => (JSON_FILE.test(path) || YAML_FILE.test(path)) && !isInstance(path);
