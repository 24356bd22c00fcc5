import type { EdgeGovernance } from '#core/activation/edge-destinations/payloads.ts';
import type { EdgeDestinationDefinition } from '#core/activation/edge-destinations/registry.ts';
import type { Mapping } from '#core/ingestion/mapping/mapping.ts';
import type { ActivitySet } from '#core/personalisation/compile.ts';
import type { ActivityPermissions } from '#core/personalisation/permissions.ts';
import type { ProfileSettings } from '#core/profile/profiles.ts';
import type { SegmentSet } from '#core/segmentation/segment-set.ts';
import type { DatastreamDefinition } from './definition.ts';
import type { EdgeProjection } from './projection.ts';

/** What the edge needs of the catalog. */
export interface EdgeSettings {
  readonly datastreams: ReadonlyMap<string, CompiledDatastream>;
  /**
   * Whether identities of a namespace count with a signature only: those of persons, those of namespaces that the catalog
   * says it of, and those of namespaces that nobody knows.
   */
  needsProof(namespace: string): boolean;
  /** The place of a namespace in the order of strength, from 1. */
  rank(namespace: string): number;
  /** How people are put together, by the default merge policy. */
  readonly profile: ProfileSettings;
  /** What of profiles is copied for the edge; undefined where nobody calls it. */
  readonly projection: EdgeProjection | undefined;
  /** Those that see people by the default merge policy. */
  readonly segments: SegmentSet;
  readonly activities: ActivitySet;
  /** What policies say of the audiences of activities; undefined where they say nothing. */
  readonly activityPermissions: ActivityPermissions | undefined;
  /** What policies say of the destinations of datastreams; undefined where they say nothing. */
  readonly governance: EdgeGovernance | undefined;
}

/** A datastream made ready for use, once. */
export interface CompiledDatastream {
  readonly definition: DatastreamDefinition;
  /** Those that are part of its answers. */
  readonly destinations: readonly EdgeDestinationDefinition[];
  /** By the dataset that a call may lead to: its own, that of profiles, and those of overrides. */
  readonly claimFields: ReadonlyMap<string, readonly ClaimField[]>;
  /** Undefined where `data` is dropped. */
  readonly mapData: Mapping['mapObject'] | undefined;
}

/** A field that a descriptor makes an identity, whose values may claim what the caller is not believed. */
export interface ClaimField {
  readonly namespace: string;
  readonly path: readonly string[];
}
