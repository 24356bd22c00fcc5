import { type Catalog, catalogVersion } from './catalog.ts';
import {
  byName,
  type DefinitionChange,
  type DefinitionsByName,
  definitionChanges,
  definitionsByName,
  saySame,
} from './definition-changes.ts';
import { loadCatalog } from './load.ts';
import type { Kind, Loaded } from './loaded.ts';
import type { CatalogProblem } from './problem.ts';
import { KINDS, readDefinitions } from './read-definitions.ts';
import type { Path, SourceFile } from './source-file.ts';
import { definitionText, type NamedDefinition, nameOf, valueText, writtenValue } from './write-definitions.ts';

export interface PullInput {
  /** Of the folder: path → text. */
  readonly files: ReadonlyMap<string, string>;
  readonly variables: Readonly<Record<string, string>>;
  /** What the folder was made from, if that is known. */
  readonly base?: Catalog | undefined;
  readonly active: Catalog;
  /** Whether what differs is taken in any case. */
  readonly takeAll: boolean;
}

export interface PullPlan {
  /** Path → new text; null: the file goes. Files that are not named stay as they are. */
  readonly files: ReadonlyMap<string, string | null>;
  /** `kind/name` of what becomes as it is on the stage. */
  readonly taken: readonly string[];
  /** What the folder has changed, and the stage has not. */
  readonly kept: readonly string[];
  /** What both have changed, each in its own way. Nothing should be written then. */
  readonly conflicts: readonly string[];
  /** What is wrong with the folder afterwards. */
  readonly problems: readonly CatalogProblem[];
}

/**
 * Brings a folder to what is active, and leaves what it says itself: files whose definitions are active stay as they are,
 * with their comments and variables; one that has to change is written anew. What only the folder has changed since `base`
 * stays. Nothing else differs afterwards: where nothing was kept, the folder has the version of what is active.
 * @returns the plan, or what is wrong with the folder
 * @throws Error where what would be written is not what is active: a definition does not survive being written and read
 */
export function planPull(input: PullInput): PullPlan | { readonly unreadable: readonly CatalogProblem[] } {
  const { files, variables, base, active, takeAll } = input;
  const { loaded, problems } = readDefinitions(files, variables);
  if (problems.length > 0) return { unreadable: problems };
  const local = byName(KINDS.flatMap((kind) => placed(kind, loaded[kind] as readonly Loaded<never>[])));
  const there = definitionsByName(active);
  const plan = takeAll
    ? { taken: definitionChanges(local, there).map(({ key }) => key), kept: [], conflicts: [] }
    : divided(local, there, base && definitionsByName(base));
  const changed = rewritten(plan.taken, local, there, files);
  const after = new Map(files);
  for (const [path, text] of changed) text === null ? after.delete(path) : after.set(path, text);
  const result = loadCatalog(after, variables);
  const isComplete = plan.kept.length + plan.conflicts.length === 0;
  if (isComplete && result.catalog && catalogVersion(result.catalog) !== catalogVersion(active))
    throw new Error('What would be written is not what is active.');
  return { ...plan, files: changed, problems: result.problems };
}

/** What differs, by who has changed it. Of a folder that was never pulled, nobody knows: what is in it may be anybody's. */
function divided(
  local: DefinitionsByName,
  there: DefinitionsByName,
  base: DefinitionsByName | undefined,
): Pick<PullPlan, 'taken' | 'kept' | 'conflicts'> {
  const differing = definitionChanges(local, there);
  const isMine = ({ key, before: mine }: DefinitionChange): boolean =>
    base ? !saySame(mine, base.get(key)) : mine !== undefined;
  const isTheirs = ({ key, after: theirs }: DefinitionChange): boolean => !base || !saySame(theirs, base.get(key));
  const keysOf = (changes: readonly DefinitionChange[]): string[] => changes.map(({ key }) => key);
  const mine = differing.filter(isMine);
  return {
    taken: keysOf(differing.filter((change) => !isMine(change))),
    kept: keysOf(mine.filter((change) => !isTheirs(change))),
    conflicts: keysOf(mine.filter(isTheirs)),
  };
}

interface PlacedDefinition extends NamedDefinition {
  readonly file: SourceFile;
  readonly base: Path;
}

const placed = <K extends Kind>(kind: K, all: readonly Loaded<never>[]): PlacedDefinition[] =>
  all.flatMap(({ file, base, definition }) =>
    definition === undefined ? [] : [{ kind, name: nameOf(kind, definition), definition, file, base }],
  );

/** The files that change when some definitions become what they are on the stage. */
function rewritten(
  taken: readonly string[],
  local: ReadonlyMap<string, PlacedDefinition>,
  there: ReadonlyMap<string, NamedDefinition>,
  files: ReadonlyMap<string, string>,
): Map<string, string | null> {
  const changed = new Map<string, string | null>();
  const lists = new Map<SourceFile, Map<number, NamedDefinition | undefined>>();
  const paths = new Set(files.keys());
  for (const key of taken) {
    const [mine, theirs] = [local.get(key), there.get(key)];
    if (!mine) {
      const path = unusedPath(theirs!, paths);
      paths.add(path);
      changed.set(path, definitionText(theirs!, 'yaml'));
    } else if (mine.base.length === 0) {
      changed.set(mine.file.path, theirs ? definitionText(theirs, formOf(mine.file)) : null);
    } else {
      const items = lists.get(mine.file) ?? new Map<number, NamedDefinition | undefined>();
      lists.set(mine.file, items.set(mine.base[0] as number, theirs));
    }
  }
  for (const [file, items] of lists) changed.set(file.path, listText(file, items));
  return changed;
}

/** A file with a list, some of whose items are others or gone; the others as they are written, with their variables. */
function listText(file: SourceFile, items: ReadonlyMap<number, NamedDefinition | undefined>): string | null {
  const values = (file.value as readonly unknown[]).flatMap((value, i) => {
    if (!items.has(i)) return [value];
    const item = items.get(i);
    return item ? [writtenValue(item)] : [];
  });
  return values.length === 0 ? null : valueText(values, formOf(file));
}

const formOf = ({ path }: SourceFile): 'yaml' | 'json' => (path.endsWith('.json') ? 'json' : 'yaml');

const LONGEST_NAME = 100;

/** A path for a definition that had none: called as it is, or as the end of it is where it is an address. */
function unusedPath({ kind, name }: NamedDefinition, used: ReadonlySet<string>): string {
  const end = name.split('/').filter(Boolean).at(-1) ?? '';
  const safe =
    end
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, LONGEST_NAME) || 'definition';
  for (let n = 1; ; n++) {
    const path = `${kind}/${safe}${n === 1 ? '' : `-${n}`}.yaml`;
    if (!used.has(path)) return path;
  }
}
