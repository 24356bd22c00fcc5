import type { SchemaDefinition } from '#core/schema/definition.ts';
import type { Findings, Loaded } from '../loaded.ts';

/** What the checks of one schema's descriptors look at. */
export interface Described {
  readonly loaded: Loaded<unknown>;
  readonly schema: SchemaDefinition;
  readonly byId: ReadonlyMap<string, SchemaDefinition>;
  readonly namespaces: ReadonlySet<string>;
  readonly findings: Findings;
}
