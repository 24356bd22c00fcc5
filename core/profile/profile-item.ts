import { type Evidence, joinEvidence, NO_EVIDENCE } from '#core/identity/evidence.ts';
import type { IdentityKey } from '#core/identity/identity.ts';

/**
 * The item that profiles are kept in. It holds all identities that evidence ever connected within the window of
 * lateness, nearly always one person. Which of its fragments make a profile is decided by the graph when it is read, so
 * that a merge or a split moves no customer data: see `profiles.ts`.
 *
 * An identity is looked up by its key. It finds the item itself, or a pointer to the item that holds it.
 */
export interface ProfileItem {
  readonly root: IdentityKey;
  /** Raised by every write; 0 for an item that was never written. */
  readonly revision: number;
  readonly evidence: Evidence;
  readonly fragments: Readonly<Record<FragmentKey, Fragment>>;
  /** Events that some segment looks at, by their primary identity. */
  readonly events: Readonly<Record<IdentityKey, readonly ProfileEvent[]>>;
  /** Ids of records that were applied: 8 characters each. */
  readonly applied: string;
  /** Items that were taken into this one. */
  readonly absorbed: readonly IdentityKey[];
}

/** `dataset|namespace:value`: one fragment per dataset and primary identity (aep.md §4.1). */
export type FragmentKey = string;

export const fragmentKey = (datasetId: string, primary: IdentityKey): FragmentKey => `${datasetId}|${primary}`;
export const datasetOfFragment = (key: FragmentKey): string => key.slice(0, key.indexOf('|'));
export const identityOfFragment = (key: FragmentKey): IdentityKey => key.slice(key.indexOf('|') + 1);

export interface Fragment {
  /** Epoch ms, and what puts fragments of one instant in order. */
  readonly time: number;
  readonly tie: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ProfileEvent {
  /** 8 characters; see {@link ProfileItem.applied}. */
  readonly id: string;
  /** Epoch ms. */
  readonly time: number;
  /** Only the fields that segments read. */
  readonly entity: Readonly<Record<string, unknown>>;
}

export const emptyItem = (root: IdentityKey): ProfileItem => ({
  root,
  revision: 0,
  evidence: NO_EVIDENCE,
  fragments: {},
  events: {},
  applied: '',
  absorbed: [],
});

/** Takes `other` into `item`; the root and revision of `item` stay. */
export function absorb(item: ProfileItem, other: ProfileItem): ProfileItem {
  return {
    root: item.root,
    revision: item.revision,
    evidence: joinEvidence(item.evidence, other.evidence),
    fragments: { ...other.fragments, ...item.fragments },
    events: { ...other.events, ...item.events },
    applied: joinApplied(item.applied, other.applied),
    absorbed: other.revision > 0 ? [...item.absorbed, ...other.absorbed, other.root] : item.absorbed,
  };
}

/** How many ids of applied records are remembered; a duplicate that comes later than that is not recognised. */
export const APPLIED_LIMIT = 5_000;
export const RECORD_ID_LENGTH = 8;

export function joinApplied(older: string, newer: string): string {
  const joined = older + newer;
  const most = APPLIED_LIMIT * RECORD_ID_LENGTH;
  return joined.length <= most ? joined : joined.slice(joined.length - most);
}

/** The ids in {@link ProfileItem.applied}. */
export function appliedIds(applied: string): Set<string> {
  const ids = new Set<string>();
  for (let i = 0; i < applied.length; i += RECORD_ID_LENGTH) ids.add(applied.slice(i, i + RECORD_ID_LENGTH));
  return ids;
}
