import type { SchemaDefinition } from '#core/schema/definition.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { composeSchema, partsOf } from './compose.ts';
import { type Loaded, placeOf } from './loaded.ts';
import type { CatalogProblem } from './problem.ts';

/** Puts the schemas of a catalog together from their parts, and says what is wrong with the parts they use. */
export function composeSchemas(
  schemas: readonly Loaded<SchemaDefinition>[],
  files: readonly Loaded<unknown>[],
): { schemas: Loaded<SchemaDefinition>[]; problems: CatalogProblem[] } {
  const problems: CatalogProblem[] = [];
  const again = new Map<string, Loaded<unknown>[]>();
  const byId = new Map<string, Loaded<unknown>>();
  for (const file of [...schemas, ...files]) {
    const first = file.id === undefined ? undefined : byId.get(file.id);
    // Schemas among themselves are looked at with everything else that has an id.
    if (first && files.includes(file)) again.set(first.id!, [...(again.get(first.id!) ?? []), file]);
    else if (file.id !== undefined) byId.set(file.id, file);
  }
  const parts = partsOf(files.flatMap(({ id, definition }) => (id === undefined ? [] : [[id, definition] as const])));
  const ids = new Set(schemas.flatMap(({ id }) => id ?? []));
  const reported = new Set<string>();
  const needed = new Set(ids);
  const composed = schemas.map((loaded) => {
    if (!loaded.definition) return loaded;
    const { definition, used, missing } = composeSchema(loaded.definition, parts, ids);
    for (const id of used) needed.add(id);
    for (const { in: part, path, id } of missing) {
      const file = byId.get(part)?.file;
      if (!file || reported.has(`${part} ${path.join('/')}`)) continue;
      reported.add(`${part} ${path.join('/')}`);
      const hint = didYouMean(id, [...parts.keys(), ...ids]) ?? 'add the file that has this $id below schemas/';
      problems.push({ file: file.path, ...file.at(path), message: `unknown schema "${id}"`, hint });
    }
    return { ...loaded, definition };
  });
  // Of what no schema needs, there may be copies.
  for (const [id, copies] of again) {
    if (!needed.has(id)) continue;
    const hint = `the first one is in ${placeOf(byId.get(id)!, ['$id'])}`;
    for (const { file } of copies) {
      problems.push({ file: file.path, ...file.at(['$id']), message: `the schema "${id}" is defined twice`, hint });
    }
  }
  return { schemas: composed, problems };
}
