import type { Catalog } from './catalog.ts';

/** The definitions that are active, and which version that is. */
export interface ActiveDefinitions {
  readonly version: string;
  readonly catalog: Catalog;
  /** Epoch ms: since when. */
  readonly activeSince?: number | undefined;
  /** Epoch ms: since when those that were active route everybody alike, where that is known. */
  readonly routedSince?: number | undefined;
}

/** Who made a version active, and why. */
export interface ChangeNote {
  readonly by: string;
  readonly comment?: string | undefined;
}

/** That a version became active. */
export interface PastActivation {
  readonly by?: string | undefined;
  readonly comment?: string | undefined;
  readonly version: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Where definitions are kept: one store, whether they were applied from files or changed through the API. */
export interface DefinitionStore {
  /** What is active at this instant. @throws NoCatalogError */
  active(): Promise<ActiveDefinitions>;
  /**
   * Makes a catalog active in the place of a version.
   * @throws ConflictError when another version is active meanwhile
   */
  replace(instead: string, catalog: Catalog, note: ChangeNote): Promise<ActiveDefinitions>;
  /** The definitions of a version that was active; undefined where they are not kept any more. */
  of(version: string): Promise<Catalog | undefined>;
  /** Which versions were active, the newest first. */
  history(limit: number): Promise<readonly PastActivation[]>;
}
