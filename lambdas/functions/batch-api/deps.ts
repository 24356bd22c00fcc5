import type { CatalogPort } from '#core/ports/catalog.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { ObjectAddresses } from '#core/ports/object-addresses.ts';
import type { ObjectStore } from '#core/ports/object-store.ts';
import type { Operations } from '#core/ports/operations.ts';

export interface BatchApiDeps {
  readonly catalog: CatalogPort;
  readonly landing: ObjectStore;
  /** Of objects in the same bucket. */
  readonly addresses: ObjectAddresses;
  readonly quarantine: ObjectStore;
  readonly operations: Operations;
  /** Whether callers can resolve the host that AWS has given the address; what answers in place of AWS has none. */
  readonly hasOwnHost: boolean;
  readonly now: Clock;
  /** A new id at every call. */
  readonly newId: () => string;
}
