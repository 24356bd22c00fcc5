import type { WrittenDestination } from '#core/activation/definition.ts';
import type { DatastreamDefinition } from '#core/edge/definition.ts';
import type { ConsentPolicyDefinition, LabelDefinition, PolicyDefinition } from '#core/governance/definition.ts';
import type { IdentitySettings, NamespaceDefinition } from '#core/identity/definition.ts';
import type { DatasetDefinition, SourceConnectionDefinition } from '#core/ingestion/definition.ts';
import type { ActivityDefinition } from '#core/personalisation/definition.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { SchemaDefinition, SchemaPartDefinition } from '#core/schema/definition.ts';
import type { SegmentDefinition } from '#core/segmentation/definition.ts';
import type { EvaluationSettings } from '#core/segmentation/evaluation-settings.ts';
import type { CatalogProblem } from './problem.ts';
import type { FilePosition, Path, SourceFile } from './source-file.ts';

/** What every kind of definition is. */
export interface Kinds {
  namespaces: NamespaceDefinition;
  'identity-settings': IdentitySettings;
  'evaluation-settings': EvaluationSettings;
  schemas: SchemaDefinition;
  'schema-parts': SchemaPartDefinition;
  datasets: DatasetDefinition;
  'source-connections': SourceConnectionDefinition;
  datastreams: DatastreamDefinition;
  'merge-policies': MergePolicyDefinition;
  segments: SegmentDefinition;
  destinations: WrittenDestination;
  activities: ActivityDefinition;
  labels: LabelDefinition;
  policies: PolicyDefinition;
  'consent-policies': ConsentPolicyDefinition;
}
export type Kind = keyof Kinds;

/** A definition and the place it was read from. */
export interface Loaded<T> {
  readonly file: SourceFile;
  /** Where in the file it is. */
  readonly base: Path;
  /** What others call it; known even when the rest of it is wrong, so that one mistake is reported once. */
  readonly id: string | undefined;
  /** Absent when it does not have the right shape. */
  readonly definition: T | undefined;
}

export type LoadedCatalog = { readonly [K in Kind]: readonly Loaded<Kinds[K]>[] } & {
  /** Files in `schemas/` that have no class of their own: classes, field groups and data types. */
  readonly parts: readonly Loaded<unknown>[];
};

/** Collects what checks find, with the places of the file. */
export class Findings {
  readonly problems: CatalogProblem[] = [];
  /** What may be meant so. */
  readonly warnings: CatalogProblem[] = [];

  /** About the value at a path of a definition. */
  at(loaded: Loaded<unknown>, path: Path, message: string, more: Advice = {}): void {
    this.#put(loaded, loaded.file.at([...loaded.base, ...path]), message, more);
  }

  /** About the key there. */
  atKey(loaded: Loaded<unknown>, path: Path, message: string, more: Advice = {}): void {
    this.#put(loaded, loaded.file.atKey([...loaded.base, ...path]), message, more);
  }

  /** About a place inside the text there. */
  within(loaded: Loaded<unknown>, path: Path, offset: number, message: string, more: Advice = {}): void {
    this.#put(loaded, loaded.file.within([...loaded.base, ...path], offset), message, more);
  }

  /** About the value at a path that may be meant so. */
  warnAt(loaded: Loaded<unknown>, path: Path, message: string, more: Advice = {}): void {
    this.#put(loaded, loaded.file.at([...loaded.base, ...path]), message, more, this.warnings);
  }

  /** The same about what stands inside a text there. */
  warnWithin(loaded: Loaded<unknown>, path: Path, offset: number, message: string, more: Advice = {}): void {
    this.#put(loaded, loaded.file.within([...loaded.base, ...path], offset), message, more, this.warnings);
  }

  #put(
    loaded: Loaded<unknown>,
    position: FilePosition,
    message: string,
    { expected, hint }: Advice,
    list = this.problems,
  ): void {
    const problem = { file: loaded.file.path, ...position, message };
    list.push({ ...problem, ...(expected && { expected }), ...(hint && { hint }) });
  }
}

export interface Advice {
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

/** The ids of a kind, those of broken definitions included. */
export function idsOf(loaded: readonly Loaded<unknown>[]): ReadonlySet<string> {
  return new Set(loaded.flatMap(({ id }) => id ?? []));
}

/** `segments/a1.yaml:3`, for pointing at another place. */
export function placeOf(loaded: Loaded<unknown>, path: Path = []): string {
  return `${loaded.file.path}:${loaded.file.at([...loaded.base, ...path]).line}`;
}
