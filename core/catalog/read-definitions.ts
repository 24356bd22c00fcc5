import type { z } from 'zod';
import { writtenDestination } from '#core/activation/definition.ts';
import { datastreamDefinition } from '#core/edge/definition.ts';
import { consentPolicyDefinition, labelDefinition, policyDefinition } from '#core/governance/definition.ts';
import { identitySettings, namespaceDefinition } from '#core/identity/definition.ts';
import { datasetDefinition, sourceConnectionDefinition } from '#core/ingestion/definition.ts';
import { activityDefinition } from '#core/personalisation/definition.ts';
import { mergePolicyDefinition } from '#core/profile/definition.ts';
import { schemaDefinition, schemaPartDefinition } from '#core/schema/definition.ts';
import { isCopy, isInstance } from '#core/schema/library.ts';
import { segmentDefinition } from '#core/segmentation/definition.ts';
import { evaluationSettings } from '#core/segmentation/evaluation-settings.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import { composeSchemas } from './compose-schemas.ts';
import { problemsOfIssues } from './issues.ts';
import type { Kind, Kinds, Loaded, LoadedCatalog } from './loaded.ts';
import type { CatalogProblem } from './problem.ts';
import { readSourceFile, type SourceFile } from './source-file.ts';
import { replaceVariables } from './variables.ts';

interface Reading {
  readonly shape: z.core.$ZodType;
  readonly idKey?: string;
  /** Whether a file may hold a list of them. */
  readonly lists?: true;
  readonly variables?: true;
}

const READINGS: { readonly [K in Kind]: Reading } = {
  namespaces: { shape: namespaceDefinition, idKey: 'code', lists: true },
  'identity-settings': { shape: identitySettings },
  'evaluation-settings': { shape: evaluationSettings },
  schemas: { shape: schemaDefinition, idKey: '$id' },
  'schema-parts': { shape: schemaPartDefinition, idKey: '$id' },
  datasets: { shape: datasetDefinition, idKey: 'id' },
  'source-connections': { shape: sourceConnectionDefinition, idKey: 'id', variables: true },
  datastreams: { shape: datastreamDefinition, idKey: 'id', variables: true },
  'merge-policies': { shape: mergePolicyDefinition, idKey: 'id' },
  segments: { shape: segmentDefinition, idKey: 'id' },
  destinations: { shape: writtenDestination, idKey: 'id', variables: true },
  activities: { shape: activityDefinition, idKey: 'id' },
  labels: { shape: labelDefinition, idKey: 'name', lists: true },
  policies: { shape: policyDefinition, idKey: 'id', lists: true },
  'consent-policies': { shape: consentPolicyDefinition, idKey: 'id', lists: true },
};
export const KINDS = Object.keys(READINGS) as Kind[];

/** Reads each file by itself: YAML, variables, shape. Nothing is said yet about how definitions fit together. */
export function readDefinitions(
  files: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
): { loaded: LoadedCatalog; problems: CatalogProblem[] } {
  const problems: CatalogProblem[] = [];
  const parts: Loaded<unknown>[] = [];
  const loaded = Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as {
    -readonly [K in Kind]: Loaded<Kinds[K]>[];
  };
  for (const [path, text] of [...files].sort(([x], [y]) => (x < y ? -1 : 1))) {
    if (isBesideSchemas(path)) continue;
    const misplaced = misplacedFile(path);
    if (misplaced) {
      problems.push(misplaced);
      continue;
    }
    const kind = path.slice(0, path.indexOf('/')) as Kind;
    const file = readSourceFile(path, text);
    if (isNoSchema(path, file.value) && !file.broken) continue;
    problems.push(...file.problems);
    if (file.value === undefined) continue;
    if (kind === 'schemas' && isPart(file.value)) {
      parts.push({ file, base: [], id: file.value.$id, definition: file.value });
      continue;
    }
    for (const one of readFile(READINGS[kind], file, variables, problems)) loaded[kind].push(one as never);
  }
  const composed = composeSchemas(loaded.schemas, [...loaded['schema-parts'], ...parts]);
  problems.push(...composed.problems);
  return { loaded: { ...loaded, schemas: composed.schemas, parts }, problems };
}

/** What people have copied along with schemas, and is none by its name. */
const isBesideSchemas = (path: string): boolean => path.startsWith('schemas/') && (isInstance(path) || isCopy(path));

/**
 * Whether a file that was copied along with schemas is none itself, as there are in the XDM repository: settings of tools,
 * texts in other languages. A schema of the catalog's own has a class, a part an `$id`.
 */
const isNoSchema = (path: string, value: unknown): boolean =>
  /^schemas\/[^/]+\/.*\.json$/.test(path) &&
  (typeof value !== 'object' || value === null || !('$id' in value || 'meta:class' in value));

const isPart = (value: unknown): value is { readonly $id: string } =>
  typeof value === 'object' &&
  value !== null &&
  '$id' in value &&
  typeof value.$id === 'string' &&
  !('meta:class' in value);

function* readFile(
  reading: Reading,
  file: SourceFile,
  variables: Readonly<Record<string, string>>,
  problems: CatalogProblem[],
): Generator<Loaded<unknown>> {
  const items = reading.lists && Array.isArray(file.value) ? [...file.value.entries()] : undefined;
  for (const [base, value] of items?.map(([i, item]) => [[i], item] as const) ?? [[[], file.value] as const]) {
    const replaced = reading.variables ? replaceVariables(value, file, base, variables) : { value, problems: [] };
    const result = safeParse(reading.shape, replaced.value);
    const id = idOf(value, reading.idKey);
    const issues = result.error ? problemsOfIssues(result.error, reading.shape, file, base) : [];
    if (!file.broken) problems.push(...replaced.problems, ...newOf(issues, file.problems, replaced.problems));
    const sound = file.problems.length === 0 && replaced.problems.length === 0;
    yield { file, base, id, definition: sound ? result.data : undefined };
  }
}

/** What could not be read, or holds a variable that is not set, has the wrong shape too; once is enough. */
function newOf(
  issues: readonly CatalogProblem[],
  unread: readonly CatalogProblem[],
  unset: readonly CatalogProblem[],
): readonly CatalogProblem[] {
  const placed = new Set(unread.map(({ line, column }) => `${line}:${column}`));
  const lastOfLine = new Map<number, number>();
  for (const { line, column } of unset) lastOfLine.set(line, Math.max(column, lastOfLine.get(line) ?? 0));
  return issues.filter(({ line, column }) => !placed.has(`${line}:${column}`) && (lastOfLine.get(line) ?? 0) < column);
}

function safeParse(shape: z.core.$ZodType, value: unknown): { data?: unknown; error?: z.core.$ZodError } {
  return (shape as z.ZodType).safeParse(value) as { data?: unknown; error?: z.core.$ZodError };
}

function idOf(value: unknown, key: string | undefined): string | undefined {
  if (key === undefined || typeof value !== 'object' || value === null) return undefined;
  const id = (value as Record<string, unknown>)[key];
  return typeof id === 'string' ? id : undefined;
}

function misplacedFile(path: string): CatalogProblem | undefined {
  const place = { file: path, line: 1, column: 1 };
  const slash = path.indexOf('/');
  if (slash < 0) return { ...place, message: 'the file is in no folder', expected: `a folder: ${KINDS.join(', ')}` };
  const folder = path.slice(0, slash);
  if (!(KINDS as readonly string[]).includes(folder)) {
    const hint = didYouMean(folder, KINDS) ?? `the folders are ${KINDS.join(', ')}`;
    return { ...place, message: `unknown folder "${folder}"`, hint };
  }
  if (/\.(ya?ml|json)$/.test(path)) return undefined;
  return { ...place, message: 'unknown kind of file', expected: 'a name that ends in .yaml, .yml or .json' };
}
