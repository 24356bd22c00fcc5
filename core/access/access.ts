import type { LinkingRules } from '#core/identity/linking-rules.ts';
import type { NormalForms } from '#core/identity/normal-form.ts';
import type { MergePolicyDefinition } from '#core/profile/definition.ts';
import type { ProfileStore } from '#core/profile/ports/profile-store.ts';
import type { Timeline } from '#core/profile/ports/timeline.ts';
import type { MembershipStore } from '#core/segmentation/membership.ts';
import type { LabelledFields } from './labelled-fields.ts';

/** What looking at profiles needs to know from the catalog. */
export interface AccessSettings {
  readonly links: LinkingRules;
  /** The default merge policy. */
  readonly mergePolicy: MergePolicyDefinition;
  /** The segments that are evaluated under each merge policy. */
  readonly policies: readonly {
    readonly mergePolicy: MergePolicyDefinition;
    readonly segments: ReadonlySet<string>;
  }[];
  /** The merge policy of an id. */
  policyOf(id: string): MergePolicyDefinition | undefined;
  /** The code of a namespace that is given by its code, in whatever case, or by its URI. */
  namespaceOf(text: string): string | undefined;
  /** How values are compared. */
  readonly normalForms: NormalForms;
  /** The labels of fields of profiles and events. */
  readonly labelledFields: LabelledFields;
  /** See `ProfileRules`. */
  isActiveDataset?(datasetId: string): boolean;
  /** Epoch ms at which an event of the dataset expires; undefined for never (aep.md §4.3). */
  expiryOf(datasetId: string, time: number): number | undefined;
}

export interface AccessDeps {
  readonly settings: AccessSettings;
  readonly profiles: Pick<ProfileStore, 'lookup'>;
  readonly memberships: Pick<MembershipStore, 'get'>;
  readonly timeline: Pick<Timeline, 'read'>;
  /** Epoch ms. */
  readonly now: number;
}

/** Why there is no answer: `title` for people, `detail` says what to do. */
export interface AccessProblem {
  readonly status: 400 | 404 | 405 | 422;
  readonly title: string;
  readonly detail?: string;
}

/** Whether it is an answer that says no, instead of what was asked for. */
export const isAccessProblem = (value: object): value is AccessProblem => 'title' in value && 'status' in value;

/** The names of schemas as AEP has them. */
export const PROFILE_SCHEMA = '_xdm.context.profile';
export const EVENT_SCHEMA = '_xdm.context.experienceevent';

/** An identity that is asked for. */
export interface AskedIdentity {
  /** The value; with its namespace before it (`ECID:0123…`) where `namespace` is left out. */
  readonly entityId: string;
  readonly namespace?: string;
  /** A page token (events only). */
  readonly start?: string;
}

/** A request for profiles, or for the events of profiles (aep.md §4.2). */
export interface EntitiesRequest {
  readonly schema: typeof PROFILE_SCHEMA | typeof EVENT_SCHEMA;
  readonly identities: readonly AskedIdentity[];
  /** Dotted paths; everything where it is omitted. */
  readonly fields?: readonly string[];
  readonly mergePolicyId?: string;
  /** Of events: epoch ms, inclusive. */
  readonly startTime?: number;
  /** Of events: epoch ms, exclusive. */
  readonly endTime?: number;
  readonly limit: number;
  readonly orderby: 'timestamp' | '-timestamp';
  /** Of events: conditions as they were written. */
  readonly properties: readonly string[];
}
