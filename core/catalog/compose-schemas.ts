import stringify from 'safe-stable-stringify';
import type { SchemaDefinition } from '#core/schema/definition.ts';
import { isArchived } from '#core/schema/library.ts';
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
  const { byId, again, used } = byIdentifier(schemas, files);
  const parts = partsOf([...used].map(([id, { definition }]) => [id, definition] as const));
  const ids = new Set(schemas.flatMap(({ id }) => id ?? []));
  const reported = new Set<string>();
  const needed = new Set(ids);
  const hintFor = hinting([...parts.keys(), ...ids]);
  const composed = schemas.map((loaded) => {
    if (!loaded.definition) return loaded;
    const { definition, used: taken, missing } = composeSchema(loaded.definition, parts, ids);
    for (const id of taken) needed.add(id);
    for (const { in: part, path, id } of missing) {
      const file = byId.get(part)?.file;
      if (!file || reported.has(`${part} ${path.join('/')}`)) continue;
      reported.add(`${part} ${path.join('/')}`);
      problems.push({ file: file.path, ...file.at(path), message: `unknown schema "${id}"`, hint: hintFor(id) });
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

interface ByIdentifier {
  /** The file that counts: of a schema, or of a part. */
  readonly byId: ReadonlyMap<string, Loaded<unknown>>;
  /** The parts among these. */
  readonly used: ReadonlyMap<string, Loaded<unknown>>;
  /** Files of the same identifier that say something else. */
  readonly again: ReadonlyMap<string, readonly Loaded<unknown>[]>;
}

function byIdentifier(schemas: readonly Loaded<unknown>[], files: readonly Loaded<unknown>[]): ByIdentifier {
  // Schemas among themselves are looked at with everything else that has an id.
  const byId = new Map<string, Loaded<unknown>>();
  for (const file of schemas) if (file.id !== undefined && !byId.has(file.id)) byId.set(file.id, file);
  const again = new Map<string, Loaded<unknown>[]>();
  const used = new Map<string, Loaded<unknown>>();
  for (const [id, copies] of Map.groupBy(files, ({ id }) => id)) {
    if (id === undefined) continue;
    const [first, ...others] = [...(byId.get(id) ? [byId.get(id)!] : []), ...active(copies)];
    byId.set(id, first!);
    if (copies.includes(first!)) used.set(id, first!);
    const differing = others.filter((copy) => !isSame(copy, first!));
    if (differing.length > 0) again.set(id, differing);
  }
  return { byId, used, again };
}

/** What to do about an identifier that no file has; many places may refer to the same one. */
function hinting(known: readonly string[]): (id: string) => string {
  const hints = new Map<string, string>();
  return (id) => {
    const hint = hints.get(id) ?? didYouMean(id, known) ?? ADD_FILE;
    hints.set(id, hint);
    return hint;
  };
}

const ADD_FILE = 'add the file that has this $id below schemas/';

/** Of several files with one identifier, what was archived or replaced does not count, as long as there is another. */
function active(copies: readonly Loaded<unknown>[]): readonly Loaded<unknown>[] {
  const current = copies.filter(({ file }) => !isArchived(file.path));
  return current.length > 0 ? current : copies;
}

const isSame = (x: Loaded<unknown>, y: Loaded<unknown>): boolean => stringify(x.file.value) === stringify(y.file.value);
