import type { Redirect } from '#core/identity/versioned-store.ts';
import type { EventView } from '#core/profile/profile-view.ts';
import type { IdentityKey } from '#core/record/identity.ts';

/** What of one person the edge needs. */
export interface ProjectedProfile {
  /** Strongest first. */
  readonly identities: readonly IdentityKey[];
  /** Attributes that some edge segment or destination reads, consents and opt-outs; nested. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Events that can change the answer of some edge segment, cut down to what these read. */
  readonly events: readonly EventView[];
  /** Segments that they are in, of those that answers ask for. */
  readonly memberOf: readonly string[];
}

/** What of the profiles of one profile item the edge needs, under the canonical key of the item. */
export interface EdgeItem {
  /** Under which catalog it was projected: {@link EdgeProjection.shape}. */
  readonly shape: string;
  /** Identities of the item, under which there is a redirect to it. */
  readonly identities: readonly IdentityKey[];
  readonly profiles: readonly ProjectedProfile[];
}

/** What lies under an identity's key: the projection of an item, or under which key that is found, in one step. */
export type EdgeEntry = EdgeItem | Redirect;

/** As it is stored: `version` is another one after every write, also where something was deleted in between. */
export interface StoredEdgeEntry {
  readonly entry: EdgeEntry;
  readonly version: string;
}

/** The table `edge-profiles`: small copies for answers within a request, which can be replicated to other regions. */
export interface EdgeProfileStore {
  /** For answers: it may lag behind what was written by a moment. Keys under which nothing lies are omitted. */
  lookup(keys: readonly IdentityKey[]): Promise<ReadonlyMap<IdentityKey, EdgeEntry>>;
  /** For who writes: strongly consistent. */
  get(key: IdentityKey): Promise<StoredEdgeEntry | undefined>;
  /**
   * Writes if there still is what was read.
   * @param version undefined: nothing was there
   * @throws ConflictError
   */
  write(key: IdentityKey, entry: EdgeEntry, version: string | undefined): Promise<void>;
  /** Deletes if there still is what was read. @throws ConflictError */
  remove(key: IdentityKey, version: string): Promise<void>;
}
