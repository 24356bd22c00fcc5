import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { UserError } from '#cli/user-error.ts';
import { bundleSchema } from '#core/schema/bundle.ts';
import { compileBundle, type Validate } from '#core/schema/compile-bundle.ts';
import { type Resource, rootOf, SchemaError, SchemaLibrary, type SchemaProblem } from '#core/schema/library.ts';
import { enter } from '#core/schema/place.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { readSchema, type SchemaFolder } from './read-schemas.ts';

/** Schemas may be about schemas, and then refer to what those are. */
const require = createRequire(import.meta.url);
const META_SCHEMAS = ['06', '07'].map((draft) => {
  const path = `ajv/dist/refs/json-schema-draft-${draft}.json`;
  return { path, document: require(path) as { readonly $id: string } };
});

/**
 * Finds a schema by its `$id` or its file, in a folder or elsewhere, and makes it ready for use. A part of the repository
 * is enough: references that lead out of it are told, and reject what has a value there.
 * @param name may end in a fragment (`…#/definitions/name`)
 * @throws UserError naming everything that is wrong with it and what it refers to, with file and pointer
 */
export async function findSchema(
  folder: string,
  read: SchemaFolder,
  name: string,
): Promise<{ readonly validate: Validate; readonly dangling: readonly SchemaProblem[] }> {
  const library = new SchemaLibrary(read.files);
  for (const meta of META_SCHEMAS)
    if (library.withId(meta.document.$id.replace('#', '')).length === 0) library.add(meta);
  try {
    const root = await rootNamed(name, folder, read, library);
    const bundle = bundleSchema(library, root, { letUnresolvedBe: true });
    return { validate: compileBundle(bundle), dangling: bundle.dangling };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const broken = [...read.broken].map(([path, reason]) => `\n${path} could not be read: ${reason}`).join('');
    const known = error instanceof SchemaError;
    throw new UserError(`${known ? error.message : `The schema can't be used: ${(error as Error).message}`}${broken}`);
  }
}

async function rootNamed(name: string, folder: string, read: SchemaFolder, library: SchemaLibrary): Promise<Resource> {
  const hash = name.indexOf('#');
  const id = hash < 0 ? name : name.slice(0, hash);
  const fragment = hash < 0 ? '' : name.slice(hash + 1);
  const whole = withId(id, library) ?? (await inFile(id, folder, read, library));
  const root = whole && enter(whole, fragment);
  if (root) return root;
  if (whole) throw new UserError(`"#${fragment}" leads nowhere in ${whole.file.path}.`);
  const hint = didYouMean(id, library.ids());
  throw new UserError(
    `No schema in ${folder} has the $id "${id}", and no file is called so${hint ? `; ${hint}` : '.'}`,
  );
}

function withId(id: string, library: SchemaLibrary): Resource | undefined {
  const found = library.withId(id);
  if (found.length < 2) return found[0];
  const paths = found.map(({ file }) => file.path).join(', ');
  throw new UserError(`Several files have the $id "${id}" and differ: ${paths}. Name the file you mean, or keep one.`);
}

/** The path counts from where the command runs, or from the folder of the schemas. */
async function inFile(
  name: string,
  folder: string,
  read: SchemaFolder,
  library: SchemaLibrary,
): Promise<Resource | undefined> {
  for (const path of [resolve(name), join(resolve(folder), name)]) {
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue;
    const below = relative(resolve(folder), path).replaceAll('\\', '/');
    const known = library.file(below);
    if (known) return rootOf(known);
    const broken = read.broken.get(below);
    if (broken !== undefined) throw new UserError(`${below} could not be read: ${broken}`);
    const file = { path: below, document: await readSchema(path) };
    library.add(file);
    return rootOf(file);
  }
  return undefined;
}
