import { type Catalog, catalogVersion } from '#core/catalog/catalog.ts';
import type { ActiveDefinitions, ChangeNote, DefinitionStore, PastActivation } from '#core/catalog/definition-store.ts';
import { NoCatalogError } from '#core/catalog/port.ts';
import type { Clock } from '#core/ports/clock.ts';
import { activeSince, type CatalogPosition, missingVersion, readPointer } from './active-catalog.ts';
import { activationsOf, definitionsOf, putCatalog, readCatalog } from './catalog-store.ts';

/** The definitions of a stage, as `catalog apply` puts them. The pointer is read at each call, a version once. */
export class DynamoDbDefinitionStore implements DefinitionStore {
  readonly #place: CatalogPosition;
  readonly #now: Clock;
  #known: ActiveDefinitions | undefined;

  constructor(place: CatalogPosition, now: Clock) {
    this.#place = place;
    this.#now = now;
  }

  async active(): Promise<ActiveDefinitions> {
    const pointer = await readPointer(this.#place);
    if (!pointer) throw new NoCatalogError();
    const since = activeSince(pointer)?.activeSince;
    if (this.#known?.version === pointer.version && this.#known.activeSince === since) return this.#known;
    const found = await readCatalog(this.#place, pointer.version);
    if (!found) throw missingVersion(pointer.version);
    const { catalog, routedSince } = found;
    this.#known = { version: pointer.version, catalog, activeSince: since, routedSince };
    return this.#known;
  }

  async replace(instead: string, catalog: Catalog, note: ChangeNote): Promise<ActiveDefinitions> {
    await putCatalog(this.#place, catalog, catalogVersion(catalog), this.#now(), { ...note, instead });
    return await this.active();
  }

  async of(version: string): Promise<Catalog | undefined> {
    return await definitionsOf(this.#place, version);
  }

  async history(limit: number): Promise<readonly PastActivation[]> {
    return await activationsOf(this.#place, limit);
  }
}
