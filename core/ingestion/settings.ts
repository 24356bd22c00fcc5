import type { compileIdentities } from '#core/schema/identities.ts';
import type { IdentityFields } from '#core/schema/identity-fields.ts';
import type { ValidateRecord } from '#core/schema/validator.ts';
import type { FileSettings } from './batch/list-chunks.ts';
import type { Conversion } from './convert/compile.ts';
import type { NullMarkers } from './convert/null-markers.ts';
import type { DatasetDefinition, SourceConnectionDefinition } from './definition.ts';
import type { Mapping } from './mapping/mapping.ts';
import type { RawConnections } from './raw-records/connections.ts';

/** What reading and validating records needs of the catalog. */
export interface IngestionSettings {
  readonly datasets: ReadonlyMap<string, CompiledDataset>;
  readonly sourceConnections: ReadonlyMap<string, SourceConnectionDefinition>;
  readonly rawConnections: RawConnections;
}

/** A dataset made ready for use, once. */
export interface CompiledDataset {
  readonly id: string;
  readonly definition: DatasetDefinition;
  readonly schemaId: string;
  /** aep.md §1.1: time-series or record. */
  readonly behaviour: 'event' | 'record';
  /** Set where its records are neither people nor events: how they are found (aep.md §1.1). */
  readonly lookup?: CompiledLookup;
  readonly profileEnabled: boolean;
  readonly identityEnabled: boolean;
  /** Its records change fields instead of replacing what was there (aep.md §1.6). */
  readonly isUpsert: boolean;
  /** Its events are amended by others of the same id that are newer (docs/ingestion.md, "Corrections"). */
  readonly isAmendable: boolean;
  /** How long its events are kept, in ms; undefined for ever (aep.md §4.3). */
  readonly eventsKeptFor: number | undefined;
  /** What the schema has against an entity; nothing when it may pass. */
  readonly validate: ValidateRecord;
  readonly conversion: Conversion;
  readonly nullMarkers: NullMarkers;
  /** The identities a valid entity carries. */
  identitiesOf: ReturnType<typeof compileIdentities>;
  readonly identityFields: IdentityFields;
  /** How its files are written, and which columns they need. */
  readonly files: FileSettings;
  /** The row of a CSV file as an entity. */
  mapRow: Mapping['mapRow'];
  /**
   * A record of any other form as an entity: of a file, or what a source connection takes that is not in AEP's envelope.
   * The record itself where there is nothing to map.
   */
  mapObject: Mapping['mapObject'];
}

export interface CompiledLookup {
  /** `$id` of the schema. */
  readonly entity: string;
  /** Pointer to the key of a record. */
  readonly pointer: string;
  /** The names that lead to it. */
  readonly path: readonly string[];
}
