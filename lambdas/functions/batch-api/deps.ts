import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/ports/operations.ts';

export interface BatchApiDeps {
  readonly catalog: CatalogPort;
  readonly landing: ObjectStore;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}
