import { isObject } from '#core/util/is-object.ts';
import { pointerStep } from '#core/util/pointer.ts';
import type { Catalog } from './catalog.ts';
import { definitionsByName } from './definition-changes.ts';
import { loadCatalog } from './load.ts';
import type { Kind } from './loaded.ts';
import type { CatalogProblem } from './problem.ts';
import { definitionText, writtenValue } from './write-definitions.ts';

/** What becomes of one definition. */
export interface Change {
  readonly kind: Kind;
  /** What it is called among others of its kind: `vip`; of the second of two labels of one name `vip#2`. */
  readonly name: string;
  /** The definition as it is written; undefined where it goes. */
  readonly value: unknown;
}

/** What is wrong with definitions, or may be a slip, in the words of `catalog validate`. */
export interface DefinitionProblem extends Pick<CatalogProblem, 'message' | 'expected' | 'hint'> {
  /** `segments/vip` */
  readonly definition: string;
  /** JSON pointer into the definition. */
  readonly pointer: string;
}

export type ChangedCatalog =
  | { readonly catalog: Catalog; readonly warnings: readonly DefinitionProblem[]; readonly problems?: undefined }
  | { readonly problems: readonly DefinitionProblem[] };

/**
 * A catalog with some definitions changed, checked as a whole as if it had been read from files: what comes of it is the
 * same, and so is every message. Nothing in a value is a variable.
 */
export function changeCatalog(catalog: Catalog, changes: readonly Change[]): ChangedCatalog {
  const files = new Map<string, File>();
  for (const [key, one] of definitionsByName(catalog)) {
    files.set(pathOf(key), { key, value: writtenValue(one), text: definitionText(one, 'json') });
  }
  for (const { kind, name, value } of changes) {
    const key = `${kind}/${name}`;
    if (value === undefined) files.delete(pathOf(key));
    else files.set(pathOf(key), { key, value, text: textOf(kind, value) });
  }
  const texts = new Map([...files].map(([path, { text }]) => [path, text]));
  const { catalog: changed, problems, warnings } = loadCatalog(texts, {});
  const described = (problem: CatalogProblem): DefinitionProblem => describe(problem, files.get(problem.file));
  if (!changed) return { problems: problems.map(described) };
  return { catalog: changed, warnings: warnings.map(described) };
}

interface File {
  readonly key: string;
  readonly value: unknown;
  readonly text: string;
}

/** Names are addresses sometimes: a file has a name without slashes. */
const pathOf = (key: string): string => {
  const slash = key.indexOf('/');
  return `${key.slice(0, slash)}/${encodeURIComponent(key.slice(slash + 1))}.json`;
};

/** Where files may have variables, what looks like one is none. */
const textOf = (kind: Kind, value: unknown): string =>
  definitionText({ kind, name: '', definition: value as never }, 'json');

function describe({ message, expected, hint, line }: CatalogProblem, file: File | undefined): DefinitionProblem {
  return {
    definition: file?.key ?? '',
    pointer: file ? pointerAtLine(file.value, line) : '',
    message,
    ...(expected !== undefined && { expected }),
    ...(hint !== undefined && { hint }),
  };
}

/** The pointer to what stands in a line of the value's JSON, which has a line for each member. @param line from 1 */
export function pointerAtLine(value: unknown, line: number): string {
  let at = 1;
  const find = (inside: unknown, pointer: string): string | undefined => {
    if (at === line) return pointer;
    const members = Array.isArray(inside) ? [...inside.entries()] : isObject(inside) ? Object.entries(inside) : [];
    for (const [key, member] of members) {
      at += 1;
      const found = find(member, pointer + pointerStep(key));
      if (found !== undefined) return found;
    }
    // The bracket that ends it; where there is nothing inside, it stands in the same line.
    if (members.length > 0) at += 1;
    return undefined;
  };
  return find(value, '') ?? '';
}
